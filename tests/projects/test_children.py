"""Programs of projects: what they print is kept, and how they end is how a run ends."""

from __future__ import annotations

import os
import signal
import sys
import uuid
from collections.abc import Callable
from pathlib import Path

import pytest
from trackgate import TrackingClient
from trackgate.projects import children
from trackgate.projects.children import Child
from trackgate.projects.jobs import Job, Options
from trackgate.projects.sources import Source
from trackgate.projects.specification import EntryPoint, Project, PythonEnvironment

from tests.fixtures.sites import Server
from tests.fixtures.waiting import wait_until

Start = Callable[..., Child]


@pytest.fixture
def client(server: Server) -> TrackingClient:
    return TrackingClient(server.address)


@pytest.fixture
def start(client: TrackingClient, tmp_path: Path) -> Start:
    """Starts a shell's command as the program of a fresh run."""

    def begin(command: str, grace_s: float = 60, run_id: str | None = None) -> Child:
        experiment_id = client.create_experiment(f"experiment {uuid.uuid4()}")
        run_id = run_id or client.create_run(experiment_id).info.run_id
        job = Job(
            client=client,
            run_id=run_id,
            experiment_id=experiment_id,
            project=Project(tmp_path, PythonEnvironment()),
            source=Source(uri=str(tmp_path), folder=tmp_path),
            entry_point=EntryPoint("main", command),
            parameters={},
            options=Options(),
        )
        return children.start(
            job,
            ["bash", "-c", command],
            folder=tmp_path,
            environment=children.variables(job, os.environ),
            grace_s=grace_s,
        )

    return begin


@pytest.mark.parametrize(
    ("command", "status"),
    [
        ("exit 0", "FINISHED"),
        ("exit 3", "FAILED"),
        ("kill -TERM $$", "KILLED"),
        ("kill -SEGV $$", "FAILED"),
        ("no-such-program", "FAILED"),
    ],
)
def test_how_a_program_ends_is_how_its_run_ends(
    start: Start, client: TrackingClient, command: str, status: str
) -> None:
    child = start(command)

    succeeded = child.wait()

    run = client.get_run(child.run_id)
    assert (succeeded, child.get_status()) == (status == "FINISHED", status)
    assert run.info.status == status
    assert run.info.end_time is not None


def test_what_a_program_prints_is_shown_and_kept_with_the_run(
    start: Start, client: TrackingClient, capfd: pytest.CaptureFixture[str]
) -> None:
    child = start("echo to output; echo to errors >&2; printf '\\xff no newline'")

    child.wait()

    shown = capfd.readouterr()
    assert shown.out == "to output\n\ufffd no newline"
    assert shown.err == "to errors\n"
    kept = _kept(client, child.run_id)
    # What comes in both at the same time is kept in any order.
    assert kept.replace(b"to errors\n", b"") == b"to output\n\xff no newline"
    assert b"to errors\n" in kept


def test_output_can_be_read_while_the_program_runs(
    start: Start, client: TrackingClient
) -> None:
    child = start("echo first words; sleep 60")

    wait_until(lambda: client.list_artifacts(child.run_id))

    assert _kept(client, child.run_id) == b"first words\n"
    assert child.get_status() == "RUNNING"
    child.cancel()


def test_what_it_prints_last_is_kept_and_what_it_left_running_is_ended(
    start: Start, client: TrackingClient, tmp_path: Path
) -> None:
    child = start("sleep 60 & echo $! > pid; seq 100000")

    assert child.wait()

    assert _kept(client, child.run_id).endswith(b"\n99999\n100000\n")
    wait_until(lambda: not _runs(tmp_path / "pid"))


def test_a_cancelled_program_and_its_own_children_get_sigterm(
    start: Start, client: TrackingClient, tmp_path: Path
) -> None:
    child = start(
        "trap 'echo saved; exit 0' TERM; sleep 60 & echo $! > pid; echo on; wait"
    )
    wait_until((tmp_path / "pid").exists)

    child.cancel()

    assert child.get_status() == "KILLED"
    assert client.get_run(child.run_id).info.status == "KILLED"
    assert b"saved" in _kept(client, child.run_id)
    wait_until(lambda: not _runs(tmp_path / "pid"))


def test_what_ignores_signals_is_killed_after_the_grace(
    start: Start, tmp_path: Path
) -> None:
    child = start("trap '' TERM INT; echo > ready; sleep 60", grace_s=0.1)
    wait_until((tmp_path / "ready").exists)

    child.cancel()

    assert (child.get_status(), child.exit_code) == ("KILLED", -signal.SIGKILL)


def test_a_program_that_fails_fails_the_run_that_its_script_has_ended(
    start: Start, client: TrackingClient
) -> None:
    script = "import os, trackgate\nwith trackgate.start_run(): pass\nos._exit(7)"
    child = start(f'{sys.executable} -c "{script}"')

    assert not child.wait()

    assert client.get_run(child.run_id).info.status == "FAILED"
    assert child.exit_code == 7


def test_a_script_that_says_that_its_run_has_failed_is_believed(
    start: Start, client: TrackingClient
) -> None:
    script = "import trackgate\ntrackgate.start_run()\ntrackgate.end_run('FAILED')"
    child = start(f'{sys.executable} -c "{script}"')

    assert not child.wait()

    assert client.get_run(child.run_id).info.status == "FAILED"


def _kept(client: TrackingClient, run_id: str) -> bytes:
    return Path(client.download_artifacts(run_id, "output.log")).read_bytes()


def _runs(file: Path) -> bool:
    try:
        os.kill(int(file.read_text()), 0)
    except ProcessLookupError:
        return False
    return True
