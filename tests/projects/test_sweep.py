"""`trackgate sweep`: a project run at many points, as children of one run."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import uuid
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
import pytest
import requests
import trackgate
from click.testing import CliRunner, Result
from trackgate import TrackingClient
from trackgate.cli import main
from trackgate.entities import Run
from trackgate.errors import ExecutionException
from trackgate.projects import SweepResult
from trackgate.projects.sweeps import turns
from trackgate.projects.sweeps.turns import Holder, Pace, TurnTaken

from tests.fixtures.sites import PASSWORDS
from tests.fixtures.waiting import wait_until
from tests.projects.git_site import commit, git

pytestmark = [pytest.mark.nginx, pytest.mark.usefixtures("as_ada")]

_MLPROJECT = """
name: hill
entry_points:
  main:
    parameters:
      x: {type: int, default: 2}
      shape: {default: round}
      folder: {default: none}
    command: "python hill.py {x} {shape} {folder}"
"""
# The highest place is where x is 3.
_HILL = """
import sys
import trackgate

x, shape = int(sys.argv[1]), sys.argv[2]
with trackgate.start_run():
    trackgate.log_metric("height", (shape == "flat") - (x - 3) ** 2)
"""
_TROUBLES = """
import sys
import trackgate

x = int(sys.argv[1])
with trackgate.start_run():
    if x == 1:
        sys.exit("no first place")
    if x == 2:
        trackgate.log_metric("other", 1)
    if x == 3:
        trackgate.log_metric("height", float("nan"))
    if x == 4:
        trackgate.log_metric("height", -5)
"""
# What is behind the second place is reached when the folder has the file `go`.
_PATIENT = """
import pathlib, sys, time
import trackgate

x, folder = int(sys.argv[1]), pathlib.Path(sys.argv[3])
with trackgate.start_run():
    if x > 2:
        (folder / f"waits {x}").touch()
    while x > 2 and not (folder / "go").exists():
        time.sleep(0.02)
    trackgate.log_metric("height", x)
"""
# Nobody goes on before there are two.
_MEETING = """
import pathlib, sys, time
import trackgate

with trackgate.start_run():
    folder = pathlib.Path(sys.argv[3])
    (folder / sys.argv[1]).touch()
    while len(list(folder.iterdir())) < 2:
        time.sleep(0.02)
    trackgate.log_metric("height", 1)
"""


@pytest.fixture
def hill(tmp_path: Path) -> Path:
    """A project that needs nothing but Python and our client."""
    folder = tmp_path / "hill"
    folder.mkdir()
    (folder / "MLproject").write_text(_MLPROJECT)
    (folder / "hill.py").write_text(_HILL)
    return folder


@pytest.fixture
def experiment() -> str:
    """The name of an experiment that does not exist yet."""
    return f"sweeps {uuid.uuid4()}"


@pytest.fixture
def client() -> TrackingClient:
    return TrackingClient()


@pytest.fixture
def parent(client: TrackingClient, experiment: str) -> Run:
    """A run that processes may take turns at."""
    return client.create_run(client.create_experiment(experiment))


def run(*words: str | Path, code: int = 0) -> Result:
    """`trackgate sweep` with the Python that there is."""
    given = ["sweep", *map(str, words), "--env-manager", "local"]
    result = CliRunner().invoke(main, given)
    assert result.exit_code == code, result.output
    return result


def sweep(uri: Path | str | None, experiment: str | None, **given: Any) -> SweepResult:
    """The same as a function; it looks for the highest place unless it goes on."""
    target = {} if "resume" in given else {"metric": "height", "goal": "maximize"}
    return trackgate.projects.sweep(
        uri, experiment_name=experiment, env_manager="local", **target, **given
    )


def all_runs(experiment: str) -> list[Run]:
    """The runs of an experiment, in the order of their start."""
    client = TrackingClient()
    found = client.get_experiment_by_name(experiment)
    order = ["attributes.start_time ASC"]
    ids = [found.experiment_id] if found else []
    return client.search_runs(ids, order_by=order) if ids else []


def parent_of(experiment: str) -> Run:
    (found,) = (
        run for run in all_runs(experiment) if "mlflow.parentRunId" not in run.data.tags
    )
    return found


def children_of(experiment: str) -> list[Run]:
    parent_id = parent_of(experiment).info.run_id
    runs = [run for run in all_runs(experiment) if run.info.run_id != parent_id]
    assert {run.data.tags["mlflow.parentRunId"] for run in runs} <= {parent_id}
    return runs


def points_of(runs: list[Run], *names: str) -> list[tuple[str, ...]]:
    """Parameters of finished runs, in the order of the sweep."""
    finished = [run for run in runs if run.info.status == "FINISHED"]
    finished.sort(key=lambda run: int(run.data.tags["trackgate.sweep.trial"]))
    return [tuple(run.data.params[name] for name in names) for run in finished]


def compared(address: str) -> str:
    """The page at an address, as ada sees it."""
    page = requests.get(address, auth=("ada", PASSWORDS["ada"]), timeout=30)
    assert page.status_code == 200
    return page.text


def tagged_best(runs: list[Run]) -> list[str]:
    return [run.info.run_id for run in runs if "trackgate.sweep.best" in run.data.tags]


def test_a_grid_is_complete_and_its_best_run_is_named(
    hill: Path, experiment: str
) -> None:
    words = ("-P", "x=1..3", "-P", "shape=round,flat", "-j", "3")
    target = ("--metric", "height", "--goal", "maximize")

    done = run(hill, *words, *target, "--experiment-name", experiment)

    parent, children = parent_of(experiment), children_of(experiment)
    points = [(x, shape) for x in "123" for shape in ("round", "flat")]
    assert points_of(children, "x", "shape") == points
    best = next(one for one in children if one.data.metrics["height"] == 1)
    assert best.data.params == {"x": "3", "shape": "flat", "folder": "none"}
    assert tagged_best(children) == [best.info.run_id]
    assert parent.info.status == "FINISHED"
    assert parent.data.tags["trackgate.sweep.best_run_id"] == best.info.run_id
    assert parent.data.tags["trackgate.sweep.best_run_name"] == best.info.run_name
    assert parent.data.metrics == {"best_height": 1}
    assert parent.data.params["x"] == "1..3"
    assert parent.data.tags["mlflow.project.entryPoint"] == "main"
    assert f"Best: {best.info.run_id} with 1\n  x=3\n  shape=flat\n" in done.stdout
    assert parent.data.tags["trackgate.sweep.compare"] in done.stdout


def test_the_stored_address_shows_its_runs_in_parallel_coordinates(
    hill: Path, experiment: str
) -> None:
    found = sweep(hill, experiment, parameters={"x": [2, 3], "shape": "flat"})

    page = compared(found.comparison)

    for child in children_of(experiment):
        assert f'/runs/{child.info.run_id}"' in page
    assert f'/runs/{found.run_id}"' not in page
    assert '<option value="metrics.height" selected>' in page
    assert found.comparison.endswith("#parallel")
    note = parent_of(experiment).data.tags["mlflow.note.content"]
    assert found.comparison in note


def test_children_that_fail_or_have_no_number_are_not_the_best(
    hill: Path, experiment: str
) -> None:
    (hill / "hill.py").write_text(_TROUBLES)

    target = ("--metric", "height", "--goal", "minimize", "-j", "2")
    done = run(hill, "-P", "x=1..4", *target, "--experiment-name", experiment)

    children = children_of(experiment)
    statuses = [one.info.status for one in sorted(children, key=_place)]
    assert statuses == ["FAILED", "FINISHED", "FINISHED", "FINISHED"]
    assert "Runs: 1 with a value, 3 without" in done.stdout
    assert "with -5\n  x=4\n" in done.stdout
    assert "x=1: FAILED." in done.stderr
    assert "x=2: it logged no metric 'height', but other." in done.stderr
    assert "x=3: height nan." in done.stderr


def test_a_sweep_without_any_value_has_failed(hill: Path, experiment: str) -> None:
    (hill / "hill.py").write_text(_TROUBLES)

    with pytest.raises(ExecutionException, match="None of the 3 trials gave a finite"):
        sweep(hill, experiment, parameters={"x": "1..3"})

    assert parent_of(experiment).info.status == "FAILED"


def test_as_many_run_at_a_time_as_were_asked_for(
    hill: Path, experiment: str, tmp_path: Path
) -> None:
    (hill / "hill.py").write_text(_MEETING)
    meeting = tmp_path / "meeting"
    meeting.mkdir()

    given = {"x": "1..2", "folder": str(meeting)}
    found = sweep(hill, experiment, parameters=given, jobs=2)

    assert found.with_value == 2


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGKILL, -9), (signal.SIGINT, 130)]
)
def test_what_was_stopped_goes_on_and_repeats_nothing_that_has_ended(
    hill: Path, experiment: str, tmp_path: Path, number: signal.Signals, code: int
) -> None:
    (hill / "hill.py").write_text(_PATIENT)
    process = _start(hill, experiment, tmp_path)
    wait_until((tmp_path / "waits 4").exists)
    run_id = parent_of(experiment).info.run_id
    beside = subprocess.run(
        [sys.executable, "-m", "trackgate", "sweep", "--resume", run_id],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    process.send_signal(number)
    process.communicate(timeout=60)
    assert process.returncode == code
    before = points_of(children_of(experiment), "x")
    (tmp_path / "go").touch()

    done = run("--resume", run_id, "-j", "2")

    assert beside.returncode == 1
    assert f"being worked on, by process {process.pid} on" in beside.stderr
    assert before == [("1",), ("2",)]
    children = children_of(experiment)
    assert points_of(children, "x") == [("1",), ("2",), ("3",), ("4",), ("5",)]
    killed = [one for one in children if one.info.status == "KILLED"]
    assert (len(killed), len(children)) == (2, 7)
    page = compared(parent_of(experiment).data.tags["trackgate.sweep.compare"])
    assert not [one for one in killed if f'/runs/{one.info.run_id}"' in page]
    assert "has 5 trials, and 2 of them have ended" in done.stderr
    best = parent_of(experiment).data.tags["trackgate.sweep.best_run_id"]
    assert tagged_best(children) == [best]
    assert TrackingClient().get_run(best).data.params["x"] == "5"


def test_an_interrupted_sweep_is_killed_and_says_how_it_goes_on(
    hill: Path, experiment: str, tmp_path: Path
) -> None:
    (hill / "hill.py").write_text(_PATIENT)
    process = _start(hill, experiment, tmp_path)
    wait_until((tmp_path / "waits 4").exists)

    process.send_signal(signal.SIGTERM)

    _, errors = process.communicate(timeout=60)
    assert process.returncode == 143
    parent = parent_of(experiment)
    assert parent.info.status == "KILLED"
    statuses = sorted(one.info.status for one in children_of(experiment))
    assert statuses == ["FINISHED", "FINISHED", "KILLED", "KILLED"]
    assert f"trackgate sweep --resume {parent.info.run_id}" in errors


def test_deleted_children_are_run_again_at_the_points_they_had(
    hill: Path, experiment: str, client: TrackingClient
) -> None:
    given = {"x": "0..1000000", "shape": "round,flat"}
    found = sweep(hill, experiment, parameters=given, search="tpe", trials=4)
    points = points_of(children_of(experiment), "x", "shape")
    for child in children_of(experiment)[2:]:
        client.delete_run(child.info.run_id)

    again = sweep(None, None, resume=found.run_id)

    assert points_of(children_of(experiment), "x", "shape") == points
    assert again.best_value == found.best_value
    assert len(set(points)) == 4


def test_what_has_failed_is_run_again_only_when_asked_for(
    hill: Path, experiment: str
) -> None:
    (hill / "hill.py").write_text(_TROUBLES)
    found = sweep(hill, experiment, parameters={"x": [1, 4]}, jobs=2)
    (hill / "hill.py").write_text(_HILL)
    assert (found.with_value, found.without_value) == (1, 1)

    assert sweep(None, None, resume=found.run_id) == found
    other = sweep(None, None, resume=found.run_id, retry_failed=True)

    assert (other.with_value, other.without_value) == (2, 0)
    # From now on the one that has finished counts.
    assert sweep(None, None, resume=found.run_id) == other
    assert len(children_of(experiment)) == 3


def test_one_run_is_the_best_also_after_a_kill_between_two_tags(
    hill: Path, experiment: str, client: TrackingClient
) -> None:
    found = sweep(hill, experiment, parameters={"x": [3, 4]}, jobs=2)
    for child in children_of(experiment):
        client.set_tag(child.info.run_id, "trackgate.sweep.best", "true")

    sweep(None, None, resume=found.run_id)

    assert tagged_best(children_of(experiment)) == [found.best_run_id]


def test_what_is_from_git_goes_on_at_the_commit_it_began_with(
    hill: Path, experiment: str, client: TrackingClient, tmp_path: Path
) -> None:
    wanted = commit(hill)
    git(tmp_path, "clone", "--quiet", "--bare", "hill", "repo.git")
    repository = f"{tmp_path}/repo.git"
    found = sweep(repository, experiment, parameters={"x": "1..2"}, version="trunk")
    client.delete_run(found.best_run_id)
    commit(hill, hill_py="raise SystemExit('too new')")
    git(hill, "push", "--quiet", repository, "trunk")

    again = sweep(None, None, resume=found.run_id)

    best = client.get_run(again.best_run_id)
    assert again.best_parameters == {"x": "2"}
    assert best.data.tags["mlflow.source.git.commit"] == wanted


def test_of_those_who_resume_at_once_one_may(
    client: TrackingClient, parent: Run
) -> None:
    # No turn, but a parameter of a project.
    client.log_param(parent.info.run_id, "7", "seven")
    found = client.get_run(parent.info.run_id)

    def attempt(_: int) -> bool:
        try:
            with turns.take(TrackingClient(), found):
                return True
        except TurnTaken:
            return False

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(attempt, range(4))) == 1
    # It has given its turn back.
    with turns.take(client, client.get_run(parent.info.run_id)):
        pass


def test_a_holder_elsewhere_is_heard_or_taken_for_dead(
    client: TrackingClient, parent: Run
) -> None:
    run_id, pace = parent.info.run_id, Pace(silence_s=1, look_every_s=0.1)
    elsewhere = replace(Holder.this(), place="far-away boot processes")
    client.log_param(run_id, "sweep.turn.1", msgspec.json.encode(elsewhere).decode())
    dead = threading.Event()

    def live() -> None:
        while not dead.wait(0.05):
            client.set_tag(run_id, "trackgate.sweep.beat", f"1 {uuid.uuid4()}")

    with ThreadPoolExecutor(1) as pool:
        pool.submit(live)
        try:
            with pytest.raises(TurnTaken, match="on far-away"):
                turns.take(client, client.get_run(run_id), replace(pace, silence_s=60))
        finally:
            dead.set()
    with turns.take(client, client.get_run(run_id), pace):
        assert "sweep.turn.2" in client.get_run(run_id).data.params


def test_a_process_that_could_not_give_its_turn_back_may_have_the_next(
    client: TrackingClient, parent: Run
) -> None:
    run_id = parent.info.run_id
    with turns.take(client, parent):
        beat = client.get_run(run_id).data.tags["trackgate.sweep.beat"]
        with pytest.raises(TurnTaken):
            turns.take(client, client.get_run(run_id))
    client.set_tag(run_id, "trackgate.sweep.beat", beat)

    with turns.take(client, client.get_run(run_id)):
        pass


def test_whoever_was_taken_for_dead_is_told_so(
    client: TrackingClient, parent: Run
) -> None:
    with turns.take(client, parent, Pace(beat_every_s=0.1)) as turn:
        client.log_param(parent.info.run_id, "sweep.turn.2", "somebody else")

        with pytest.raises(TurnTaken, match="resumed elsewhere"):
            turn.lost.result(60)


def test_a_sweep_may_stand_in_a_run(hill: Path, experiment: str) -> None:
    trackgate.set_experiment(experiment)
    with trackgate.start_run() as outer:
        found = sweep(hill, None, parameters={"x": 3})

    parent = trackgate.get_run(found.run_id)
    assert parent.data.tags["mlflow.parentRunId"] == outer.info.run_id
    best = trackgate.get_run(found.best_run_id)
    assert best.data.tags["mlflow.parentRunId"] == found.run_id


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (["-P", "x=0.5..2"], "entry point 'main', field 'parameters.x': 0.5..2 is not"),
        (["-P", "x=1,b"], "field 'parameters.x': 'b' is not a whole number"),
        (["-P", "rate=0.1..0.5"], "'rate': a grid takes every value"),
        (["-P", "x=1..2", "--trials", "1"], "has 2 points and runs all of them"),
        (["-P", "sweep.a=1"], "names that begin with 'sweep.'"),
        (["-P", "data=a,https://ada:secret@host/"], "with a name or password in it"),
        (["-e", "none"], "has no entry point 'none'"),
        (["-b", "none"], "No backend is called 'none'"),
        (["-P", "x=" + ",".join(map(str, range(3000)))], "characters to write down"),
    ],
    ids=lambda one: " ".join(one)[:30] if isinstance(one, list) else "",
)
def test_what_cannot_be_searched_is_said_before_anything_is_made(
    hill: Path, experiment: str, words: list[str], complaint: str
) -> None:
    target = ("--metric", "height", "--goal", "maximize")
    done = run(hill, *words, *target, "--experiment-name", experiment, code=1)

    (line,) = done.stderr.splitlines()
    assert complaint in line
    assert TrackingClient().get_experiment_by_name(experiment) is None


def test_a_sweep_needs_a_project_a_metric_and_a_goal(
    hill: Path, parent: Run, client: TrackingClient
) -> None:
    run_id = parent.info.run_id

    assert "needs a project" in run(code=1).stderr
    assert "needs the name of a metric" in run(hill, "--metric", "a", code=1).stderr
    assert "is no sweep" in run("--resume", run_id, code=1).stderr
    words = ("--resume", run_id, "--metric", "a", "-P", "a=1")
    assert "knows its own parameters, metric" in run(*words, code=1).stderr


def test_what_may_be_secret_is_not_kept_and_has_to_be_given_again(
    hill: Path, experiment: str
) -> None:
    found = sweep(
        hill, experiment, parameters={"x": 1}, backend_config={"token": "zu6Ees9k"}
    )

    with pytest.raises(trackgate.TrackgateError, match="begun with backend_config"):
        sweep(None, None, resume=found.run_id)
    recorded = [run.to_dictionary() for run in all_runs(experiment)]
    assert "zu6Ees9k" not in str(recorded)
    other = sweep(None, None, resume=found.run_id, backend_config={"token": "another"})
    assert other.best_run_id == found.best_run_id


def test_another_projects_sweep_is_not_resumed(
    hill: Path, experiment: str, tmp_path: Path
) -> None:
    found = sweep(hill, experiment, parameters={"x": 1})
    hill.rename(tmp_path / "other")

    with pytest.raises(trackgate.TrackgateError, match="is one of"):
        sweep(tmp_path / "other", None, resume=found.run_id)


def test_without_its_extra_a_search_says_what_to_install(
    hill: Path, experiment: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "optuna", None)

    target = ("--metric", "height", "--goal", "maximize")
    words = ("--search", "tpe", "--experiment-name", experiment)
    done = run(hill, "-P", "x=1..2", *target, *words, code=1)

    assert "pip install 'trackgate[sweeps]'" in done.stderr


def _place(run: Run) -> int:
    return int(run.data.tags["trackgate.sweep.trial"])


def _start(hill: Path, experiment: str, folder: Path) -> subprocess.Popen[str]:
    """A sweep of five places as a process of its own, which hears Ctrl-C."""
    words = [
        *("sweep", str(hill), "-P", "x=1..5", "-P", f"folder={folder}", "-j", "2"),
        *("--metric", "height", "--goal", "maximize", "--env-manager", "local"),
        *("--experiment-name", experiment),
    ]
    return subprocess.Popen(
        ["env", "--default-signal", sys.executable, "-m", "trackgate", *words],
        env=dict(os.environ),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
