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
