"""Projects as tasks of a Ray cluster: one of this machine, shared by these tests."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest
import trackgate
from trackgate import MlflowException, TrackingClient
from trackgate.projects import ExecutionException, SubmittedRun, run, sweep
from trackgate.projects.backends.ray import files
from trackgate.projects.backends.ray.settings import RaySettings

from tests.environment.ports import free_port
from tests.fixtures.sites import PASSWORDS, Stack
from tests.fixtures.waiting import wait_until

pytestmark = [pytest.mark.nginx, pytest.mark.slow]

_MLPROJECT = """
name: hill
entry_points:
  main:
    parameters:
      x: {type: int, default: 3}
      words: {type: path, default: words.txt}
    command: "python climb.py {x} {words}"
  fails:
    command: "exit 3"
  waits:
    parameters: {started: string}
    command: "bash wait.sh {started}"
"""
_PROGRAM = """
import os, sys
import trackgate
with trackgate.start_run():
    trackgate.log_metric("height", 100 - (int(sys.argv[1]) - 7) ** 2)
print(os.getcwd(), open(sys.argv[2]).read())
"""
_WAITING = """
trap "echo asked to end; exit 1" INT TERM
echo $$ > "$1"
sleep 600 & wait
"""
_CONFIG: dict[str, Any] = {"local-cpus": 2}
_EXPERIMENT = "tasks"


@pytest.fixture(scope="module", autouse=True)
def own_cluster() -> Iterator[None]:
    """One that no other file has started."""
    _leave()
    yield
    _leave()


def _leave() -> None:
    # Not imported above: Ray reads its environment then, before the backend sets it.
    if "ray" in sys.modules:
        sys.modules["ray"].shutdown()


@pytest.fixture
def client(as_ada: Stack) -> Iterator[TrackingClient]:
    trackgate.set_tracking_uri(as_ada.address)
    yield TrackingClient()
    trackgate.set_tracking_uri(None)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "MLproject").write_text(_MLPROJECT)
    (folder / "climb.py").write_text(_PROGRAM)
    (folder / "wait.sh").write_text(_WAITING)
    (folder / "words.txt").write_text("some words")
    return folder


def _run(project: Path, **given: Any) -> SubmittedRun:
    config = {**_CONFIG, **given.pop("config", {})}
    return run(
        project,
        backend="ray",
        backend_config=config,
        experiment_name=_EXPERIMENT,
        env_manager="local",
        **given,
    )


def test_a_sweep_of_twenty_runs_goes_through_one_cluster(
    client: TrackingClient, project: Path
) -> None:
    found = sweep(
        project,
        parameters={"x": list(range(20))},
        metric="height",
        goal="maximize",
        jobs=4,
        experiment_name="a hill",
        backend="ray",
        backend_config=_CONFIG,
        env_manager="local",
    )

    assert (found.best_parameters["x"], found.best_value) == ("7", 100.0)
    experiment = client.get_experiment_by_name("a hill")
    assert experiment is not None
    children = [
        one
        for one in client.search_runs([experiment.experiment_id])
        if "mlflow.parentRunId" in one.data.tags
    ]
    assert sorted(int(one.data.params["x"]) for one in children) == list(range(20))
    assert {one.info.status for one in children} == {"FINISHED"}
    assert {one.data.tags["mlflow.project.backend"] for one in children} == {"ray"}
    assert len(sys.modules["ray"].nodes()) == 1


def test_a_projects_files_travel_and_leave_nothing_behind(
    client: TrackingClient, project: Path, tmp_path: Path
) -> None:
    words = tmp_path / "own words.txt"
    words.write_text("words of my own")

    submitted = _run(project)
    other = _run(project, parameters={"words": str(words)})

    folder, kept = _kept(client, submitted).split(" ", 1)
    assert kept == "some words\n"
    assert Path(folder) != project
    assert not Path(folder).exists()
    assert "words of my own" in _kept(client, other)


def test_a_failing_program_fails_its_run(client: TrackingClient, project: Path) -> None:
    submitted = _run(project, entry_point="fails", synchronous=False)

    assert not submitted.wait()
    assert client.get_run(submitted.run_id).info.status == "FAILED"


def test_why_a_program_cannot_be_started_on_its_node_is_said(
    client: TrackingClient, project: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (project / "python_env.yaml").write_text("dependencies: []")

    with pytest.raises(ExecutionException, match="FAILED"):
        run(project, backend="ray", backend_config=_CONFIG, env_manager="conda")

    assert "was not run to its end: " in caplog.text
    assert "conda" in caplog.text


def test_a_cancelled_program_is_asked_to_end_and_its_run_is_killed(
    client: TrackingClient, project: Path, tmp_path: Path
) -> None:
    started = tmp_path / "started"
    submitted = _start(project, started)

    submitted.cancel()

    assert client.get_run(submitted.run_id).info.status == "KILLED"
    assert _kept(client, submitted) == "asked to end\n"
    assert not _runs(started)


def test_what_waits_for_room_is_cancelled_without_being_started(
    client: TrackingClient, project: Path, tmp_path: Path
) -> None:
    running = _start(project, tmp_path / "started", config={"num-cpus": 2})
    waiting = _run(project, synchronous=False)

    waiting.cancel()

    assert client.get_run(waiting.run_id).info.status == "KILLED"
    assert client.list_artifacts(waiting.run_id) == []
    assert running.get_status() == "RUNNING"
    running.cancel()


@pytest.mark.parametrize(
    ("number", "status"), [(signal.SIGINT, "KILLED"), (signal.SIGKILL, "RUNNING")]
)
def test_a_program_does_not_outlive_who_waits_for_it(
    client: TrackingClient,
    project: Path,
    tmp_path: Path,
    number: signal.Signals,
    status: str,
) -> None:
    _run(project)
    started = tmp_path / "started"
    with _waiting_program(project, started) as waiting:
        wait_until(lambda: _is_written(started))

        waiting.send_signal(number)

    assert waiting.returncode != 0
    wait_until(lambda: not _runs(started))
    experiment = client.get_experiment_by_name(_EXPERIMENT)
    assert experiment is not None
    newest = client.search_runs([experiment.experiment_id], max_results=1)[0]
    # Nobody was left to record the end after a SIGKILL.
    assert newest.info.status == status


def test_a_cluster_of_this_machine_serves_this_machine_only(
    client: TrackingClient, project: Path
) -> None:
    _run(project)

    cluster = psutil.Process().children(recursive=True)
    listening = [
        connection.laddr.ip
        for process in cluster
        for connection in process.net_connections("inet")
        if connection.status == psutil.CONN_LISTEN
    ]
    assert {address.removeprefix("::ffff:") for address in listening} == {"127.0.0.1"}
    assert PASSWORDS["ada"] not in str([process.cmdline() for process in cluster])
    assert os.environ["RAY_AUTH_MODE"] == "token"


def test_a_cluster_that_does_not_answer_is_named(project: Path, as_ada: Stack) -> None:
    address = f"127.0.0.1:{free_port()}"

    with _waiting_program(project, project, address) as waiting:
        said = waiting.communicate()[0]

    assert f"No Ray cluster answers at {address}" in said
    assert waiting.returncode == 1


def test_one_program_has_one_cluster(client: TrackingClient, project: Path) -> None:
    _run(project)

    with pytest.raises(MlflowException, match="connected to another Ray cluster"):
        _run(project, config={"address": f"127.0.0.1:{free_port()}"})


@pytest.mark.parametrize(
    ("config", "complaint"),
    [
        ({"adress": "here"}, "has no setting 'adress'; there are address, num-cpus"),
        ({"num-cpus": -1}, "'num-cpus' has to be a number"),
        ({"num-gpus": True}, "'num-gpus' has to be a number"),
        ({"resources": ["tpu"]}, "'resources' has to be an object"),
        ({"resources": {"tpu": "1"}}, "'resources.tpu' has to be a number"),
    ],
)
def test_a_wrong_setting_is_named(config: dict[str, Any], complaint: str) -> None:
    with pytest.raises(MlflowException, match=complaint):
        RaySettings.of(config)


def test_packed_files_are_as_they_were(project: Path, tmp_path: Path) -> None:
    (project / "sub").mkdir()
    (project / "sub" / "run.sh").write_text("true")
    (project / "sub" / "run.sh").chmod(0o755)
    (project / "elsewhere").symlink_to("/etc")
    for left_out in (".git", "__pycache__"):
        (project / left_out).mkdir()
        (project / left_out / "large").write_text("large")
    (project / "environment").mkdir()
    (project / "environment" / "pyvenv.cfg").touch()
    there = tmp_path / "there"

    files.unpack(files.pack(project), there)

    assert sorted(one.name for one in there.iterdir()) == [
        *("MLproject", "climb.py", "elsewhere", "sub", "wait.sh", "words.txt"),
    ]
    assert os.access(there / "sub" / "run.sh", os.X_OK)
    assert (there / "elsewhere").readlink() == Path("/etc")
    assert files.pack(project) == files.pack(project)


def _start(project: Path, started: Path, **given: Any) -> SubmittedRun:
    """A program that runs until it is ended."""
    submitted = _run(
        project,
        entry_point="waits",
        parameters={"started": str(started)},
        synchronous=False,
        **given,
    )
    wait_until(lambda: _is_written(started))
    return submitted


def _waiting_program(
    project: Path, started: Path, address: str | None = None
) -> subprocess.Popen[str]:
    """`trackgate run`, which waits for such a program in the tests' cluster."""
    if address is None:
        address = sys.modules["ray"].get_runtime_context().gcs_address
    command = [sys.executable, "-m", "trackgate", "run", str(project), "-b", "ray"]
    options = [
        *("-c", f'{{"address": "{address}"}}', "-e", "waits"),
        *("-P", f"started={started}", "--env-manager", "local"),
        *("--experiment-name", _EXPERIMENT),
    ]
    return subprocess.Popen(
        [*command, *options],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def _kept(client: TrackingClient, submitted: SubmittedRun) -> str:
    return Path(client.download_artifacts(submitted.run_id, "output.log")).read_text()


def _is_written(file: Path) -> bool:
    return file.exists() and file.read_text().endswith("\n")


def _runs(started: Path) -> bool:
    """Whether the program goes on that has written its number there."""
    number = int(started.read_text())
    if not psutil.pid_exists(number):
        return False
    # Where nobody takes note of its end, its number stays.
    return psutil.Process(number).status() != psutil.STATUS_ZOMBIE
