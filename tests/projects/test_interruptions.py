"""Signals to the program that runs a project, and its sudden end, reach the project."""

from __future__ import annotations

import signal
import subprocess
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from trackgate import TrackingClient

from tests.client.programs import TIMEOUT_S, Programs
from tests.fixtures.sites import Server
from tests.fixtures.waiting import wait_until

# Leaves files that tell how far it has come, and how it was stopped.
_STUBBORN = """
trap 'echo INT >stopped; exit 1' INT
trap 'echo TERM >stopped; exit 1' TERM
echo $$ >started
while [ ! -e finish ]; do sleep 0.02; done
"""
_RUN = """
import sys
from trackgate import projects
projects.run("project", "main.sh", env_manager="local", {options})
"""

RunsProject = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project that goes on until it is told to finish."""
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "main.sh").write_text(_STUBBORN)
    return folder


@pytest.fixture
def runs_project(
    server: Server, tmp_path: Path, project: Path, experiment: str
) -> Iterator[RunsProject]:
    """Starts a program that runs the project, which has begun then."""
    programs = Programs(server.address, tmp_path)
    started: list[subprocess.Popen[str]] = []

    def start(options: str = "") -> subprocess.Popen[str]:
        text = _RUN.format(options=f"experiment_name={experiment!r}, {options}")
        text = f"import os; os.chdir({str(tmp_path)!r})\n{text}"
        program = programs.start(text)
        started.append(program)
        wait_until((project / "started").exists)
        return program

    yield start
    (project / "finish").touch()
    for program in started:
        program.communicate(timeout=TIMEOUT_S)


@pytest.fixture
def experiment() -> str:
    return f"experiment {uuid.uuid4()}"


@pytest.fixture
def status(server: Server, experiment: str) -> Callable[[], str]:
    """The status of the project's run."""
    client = TrackingClient(server.address)

    def ask() -> str:
        found = client.get_experiment_by_name(experiment)
        assert found is not None
        (run,) = client.search_runs([found.experiment_id])
        return run.info.status

    return ask


@pytest.mark.parametrize(
    ("sent", "code"), [(signal.SIGINT, -signal.SIGINT), (signal.SIGTERM, 143)]
)
@pytest.mark.parametrize("options", ["synchronous=True", "synchronous=False"])
def test_a_signal_reaches_the_project_and_ends_its_run(
    runs_project: RunsProject,
    status: Callable[[], str],
    project: Path,
    sent: signal.Signals,
    code: int,
    options: str,
) -> None:
    program = runs_project(options)

    program.send_signal(sent)
    program.communicate(timeout=TIMEOUT_S)

    assert (project / "stopped").read_text() == f"{sent.name.removeprefix('SIG')}\n"
    assert status() == "KILLED"
    if options == "synchronous=True":
        assert program.returncode == code


def test_python_waits_at_its_exit_for_a_project_that_nobody_waits_for(
    runs_project: RunsProject, status: Callable[[], str], project: Path
) -> None:
    program = runs_project("synchronous=False")
    assert status() == "RUNNING"

    (project / "finish").touch()
    _, errors = program.communicate(timeout=TIMEOUT_S)

    assert (program.returncode, errors) == (0, "")
    assert status() == "FINISHED"


def test_a_project_does_not_outlive_the_program_that_runs_it(
    runs_project: RunsProject, project: Path
) -> None:
    program = runs_project()

    program.kill()

    wait_until((project / "stopped").exists)
    assert (project / "stopped").read_text() == "TERM\n"


def test_all_that_builds_an_environment_is_stopped(
    server: Server, tmp_path: Path
) -> None:
    pid = tmp_path / "pid"
    step = ["bash", "-c", f"sleep 60 & echo $! >{pid}; wait"]
    program = Programs(server.address, tmp_path).start(
        f"from trackgate.environments import building\nbuilding.run('project', {step})"
    )
    wait_until(lambda: pid.exists() and pid.read_text())

    program.send_signal(signal.SIGINT)
    program.communicate(timeout=TIMEOUT_S)

    wait_until(lambda: not Path(f"/proc/{int(pid.read_text())}").exists())
