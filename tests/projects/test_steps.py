"""Steps of a project, run as one behind Nginx, and taken from earlier runs."""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import pytest
from trackgate import TrackingClient, projects
from trackgate.entities import Run
from trackgate.errors import ExecutionException

from tests.fixtures.sites import Stack
from tests.fixtures.waiting import wait_until
from tests.projects.conftest import FIXTURES

ENTRY_POINT = "mlflow.project.entryPoint"
_TAKEN = "trackgate.step.taken_from"
_ALL = ["compare", "make", "once", "twice"]


class Steps:
    """A project with steps in a folder, and runs of them.

    All tests share the experiment, so that what none of them changes is run once.
    """

    experiment_name = f"experiment {uuid.uuid4()}"

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.client = TrackingClient()

    def run(
        self, *, fails: bool = False, backend: str = "local", **parameters: object
    ) -> dict[str, Run]:
        """Run all steps; the runs that were made by name, the whole's under `main`."""
        before = {run.info.run_id for run in self.runs()}
        try:
            self.start(backend=backend, **parameters)
            assert not fails
        except ExecutionException:
            assert fails
        new = [run for run in self.runs() if run.info.run_id not in before]
        return {
            run.data.tags.get("trackgate.step", run.data.tags[ENTRY_POINT]): run
            for run in new
        }

    def start(
        self, *, synchronous: bool = True, backend: str = "local", **parameters: object
    ) -> projects.SubmittedRun:
        given = {name.replace("__", "."): value for name, value in parameters.items()}
        return projects.run(
            self.folder,
            parameters=given,
            experiment_name=self.experiment_name,
            backend=backend,
            env_manager="local",
            synchronous=synchronous,
        )

    def runs(self) -> list[Run]:
        found = self.client.get_experiment_by_name(self.experiment_name)
        if found is None:
            return []
        return list(self.client.search_runs([found.experiment_id]))

    def change(self, file: str, old: str, new: str) -> None:
        path = self.folder / file
        text = path.read_text()
        assert old in text
        path.write_text(text.replace(old, new))


@pytest.fixture
def steps(as_ada: Stack, tmp_path: Path) -> Steps:
    """The example in a folder of its own, behind Nginx."""
    return Steps(shutil.copytree(FIXTURES / "steps", tmp_path / "project"))


@pytest.fixture
def first(as_ada: Stack) -> dict[str, Run]:
    """The runs of the example as it stands."""
    return _first_runs()


@cache
def _first_runs() -> dict[str, Run]:
    return Steps(FIXTURES / "steps").run()


def test_steps_run_below_one_run_and_use_what_earlier_ones_logged(
    first: dict[str, Run],
) -> None:
    main, made = first["main"], first["make"]

    assert sorted(first) == sorted([*_ALL, "main"])
    assert main.info.status == "FINISHED"
    for name in _ALL:
        run = first[name]
        assert run.info.status == "FINISHED"
        assert run.info.run_name == name
        assert run.info.user_id == "ada"
        assert run.data.tags["mlflow.parentRunId"] == main.info.run_id
    assert made.data.params == {"source": "words/numbers.txt", "count": "4"}
    assert first["twice"].data.tags[ENTRY_POINT] == "add"
    assert first["twice"].data.params == {
        "numbers": f"runs:/{made.info.run_id}/numbers.txt",
        "times": "2",
    }
    assert first["once"].data.metrics == {"total": 10.0}
    # As whoever looks for the best of many would like to find them.
    assert main.data.metrics == {"numbers": 4.0, "total": 20.0, "ratio": 2.0}
    # What the program writes stays out of the project.
    assert not (FIXTURES / "steps" / "numbers.txt").exists()


def test_what_has_not_changed_is_taken_from_its_earlier_run(
    steps: Steps, first: dict[str, Run]
) -> None:
    again = steps.run()

    for name in _ALL:
        run, earlier = again[name], first[name]
        assert run.info.status == "FINISHED"
        assert run.data.tags[_TAKEN] == earlier.info.run_id
        assert run.data.tags["mlflow.parentRunId"] == again["main"].info.run_id
        assert run.data.params == earlier.data.params
        assert run.data.metrics == earlier.data.metrics
    assert again["main"].data.metrics == first["main"].data.metrics
    # What was taken is no earlier run itself.
    assert steps.run()["make"].data.tags[_TAKEN] == first["make"].info.run_id


def test_a_changed_parameter_runs_a_step_and_those_that_use_it(
    steps: Steps, first: dict[str, Run]
) -> None:
    runs = steps.run(twice__times=3)

    assert _ran_anew(runs) == ["compare", "twice"]
    assert runs["main"].data.params == {"twice.times": "3"}
    assert runs["main"].data.metrics["ratio"] == 3.0
    assert _ran_anew(steps.run(twice__times=3)) == []


def test_changed_code_runs_the_steps_that_it_is_of(
    steps: Steps, first: dict[str, Run]
) -> None:
    steps.change("compare.py", '"ratio"', '"quotient"')
    assert _ran_anew(steps.run()) == ["compare"]

    steps.change("MLproject", "python compare.py", "python -B compare.py")
    assert _ran_anew(steps.run()) == ["compare"]


def test_a_changed_file_of_this_machine_runs_the_steps_that_read_it(
    steps: Steps, first: dict[str, Run]
) -> None:
    steps.change("words/numbers.txt", "4", "40")

    assert _ran_anew(steps.run()) == _ALL


def test_a_step_that_may_not_be_cached_runs_each_time(
    steps: Steps, first: dict[str, Run]
) -> None:
    steps.change("MLproject", "[compare.py]", "[compare.py]\n    cache: false")

    assert _ran_anew(steps.run()) == ["compare"]


def test_all_steps_run_again_where_that_is_asked_for(
    steps: Steps, first: dict[str, Run]
) -> None:
    with _command(steps, "--rerun-steps", "-P", "count=4") as program:
        said = program.communicate(timeout=60)[1]

    assert said.count("has begun") == 1 + len(_ALL), said
    assert "is taken from" not in said


def test_a_deleted_run_is_no_earlier_one(steps: Steps, first: dict[str, Run]) -> None:
    steps.change("compare.py", "ratio", "fraction")
    steps.client.delete_run(steps.run()["compare"].info.run_id)

    assert _ran_anew(steps.run()) == ["compare"]


def test_after_a_step_that_fails_no_other_one_begins_and_the_rest_is_kept(
    steps: Steps, first: dict[str, Run]
) -> None:
    steps.change("add.py", "total = ", "assert times == 1\ntotal = ")

    failed = steps.run(fails=True)

    assert failed["main"].info.status == "FAILED"
    assert failed["twice"].info.status == "FAILED"
    assert failed["once"].info.status == "FINISHED"
    assert "compare" not in failed
    # Put right by a parameter, it goes on; `twice` is what `once` is, then.
    assert _ran_anew(steps.run(twice__times=1)) == ["compare"]


def test_a_step_has_to_log_the_outputs_it_names(
    steps: Steps, first: dict[str, Run], caplog: pytest.LogCaptureFixture
) -> None:
    steps.change("add.py", '"sum/total.txt"', '"total.txt"')

    run = steps.run(fails=True)["once"]

    assert run.info.status == "FAILED"
    assert (
        "MLproject, step 'once', field 'outputs': the run"
        f" {run.info.run_id} has not logged sum"
    ) in caplog.text


def test_an_entry_point_runs_alone_when_it_is_asked_for(steps: Steps) -> None:
    submitted = projects.run(
        steps.folder,
        "make",
        parameters={"source": steps.folder / "words" / "numbers.txt"},
        experiment_name=steps.experiment_name,
        env_manager="local",
    )

    tags = steps.client.get_run(submitted.run_id).data.tags
    assert tags[ENTRY_POINT] == "make"
    assert not {"trackgate.step", "mlflow.parentRunId"} & set(tags)


def test_steps_that_are_cancelled_are_stopped(
    steps: Steps, first: dict[str, Run]
) -> None:
    started = _make_slow(steps)
    submitted = steps.start(synchronous=False)
    wait_until(started.exists)

    submitted.cancel()

    assert submitted.get_status() == "KILLED"
    assert not submitted.wait()
    assert steps.client.get_run(submitted.run_id).info.status == "KILLED"
    killed = {
        run.info.run_name
        for run in steps.runs()
        if run.data.tags.get("mlflow.parentRunId") == submitted.run_id
        and run.info.status == "KILLED"
    }
    assert killed
    assert killed <= {"once", "twice"}


def test_ctrl_c_reaches_the_steps_and_leaves_no_files(
    steps: Steps,
    first: dict[str, Run],
    tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    temporary = tmp_path_factory.mktemp("temporary")
    monkeypatch.setenv("TMPDIR", str(temporary))
    started = _make_slow(steps)
    before = {run.info.run_id for run in steps.runs()}
    with _command(steps) as program:
        wait_until(started.exists)
        program.send_signal(signal.SIGINT)
        said = program.communicate(timeout=60)[1]

    assert program.returncode == 130, said
    assert list(temporary.iterdir()) == []
    new = [run for run in steps.runs() if run.info.run_id not in before]
    assert {run.info.status for run in new} == {"FINISHED", "KILLED"}
    (main,) = (run for run in new if "mlflow.parentRunId" not in run.data.tags)
    assert main.info.status == "KILLED"


def test_a_program_that_does_not_wait_ends_after_the_steps(
    steps: Steps, first: dict[str, Run]
) -> None:
    steps.change("compare.py", "ratio", "part")
    before = {run.info.run_id for run in steps.runs()}
    program = (
        f"from trackgate import projects; projects.run({str(steps.folder)!r},"
        f" experiment_name={steps.experiment_name!r}, env_manager='local',"
        " synchronous=False)"
    )

    subprocess.run([sys.executable, "-c", program], check=True, timeout=60)

    new = [run for run in steps.runs() if run.info.run_id not in before]
    assert len(new) == 1 + len(_ALL)
    assert {run.info.status for run in new} == {"FINISHED"}


@pytest.mark.slow
def test_steps_run_on_a_cluster_too(steps: Steps) -> None:
    # Whatever it is, so that nothing is taken from what has run here.
    steps.change("make.py", "numbers of", "few numbers of")
    steps.change("add.py", "Adds up", "Adds")

    runs = steps.run(backend="ray")

    assert _ran_anew(runs) == _ALL
    assert runs["twice"].data.tags["mlflow.project.backend"] == "ray"
    assert runs["main"].data.metrics == {"numbers": 4.0, "total": 20.0, "ratio": 2.0}


def test_what_does_not_fit_is_refused_before_anything_begins(steps: Steps) -> None:
    before = steps.runs()

    with pytest.raises(ExecutionException, match=r"no step has a parameter 'tiems'"):
        steps.start(tiems=3)
    with pytest.raises(ExecutionException, match=r"Step 'make'.*'parameters.count'"):
        steps.start(count="many")

    assert steps.runs() == before


def _make_slow(steps: Steps) -> Path:
    """Adding takes long now; the file that is there when it has begun."""
    started = steps.folder.with_name("started")
    steps.change(
        "add.py",
        "total = ",
        f"import time\nPath({str(started)!r}).touch()\ntime.sleep(60)\ntotal = ",
    )
    return started


@contextmanager
def _command(steps: Steps, *options: str) -> Iterator[subprocess.Popen[str]]:
    """`trackgate run` of all steps; it does not outlive the block."""
    run = [sys.executable, "-m", "trackgate", "run", str(steps.folder)]
    where = ["--experiment-name", steps.experiment_name, "--env-manager", "local"]
    with subprocess.Popen(
        # Started in the background of a shell, these tests ignore Ctrl-C, and so would
        # what they start.
        ["env", "--default-signal", *run, *where, *options],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as program:
        try:
            yield program
        finally:
            program.kill()


def _ran_anew(runs: dict[str, Run]) -> list[str]:
    return sorted(
        name
        for name, run in runs.items()
        if name != "main" and _TAKEN not in run.data.tags
    )
