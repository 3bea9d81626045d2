"""Clients of a server that is real, or of one that is broken on purpose."""

from __future__ import annotations

import os
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import trackgate
from trackgate import TrackingClient
from trackgate.settings import Settings

from tests.client.broken_server import BrokenServer
from tests.client.programs import Programs
from tests.fixtures.sites import Server


@pytest.fixture(autouse=True)
def blank_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No settings and no credentials but those that a test makes."""
    for name in list(os.environ):
        if name.startswith(("TRACKING_", "MLFLOW_", "TRACKGATE_")):
            monkeypatch.delenv(name)
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.setenv("HOME", str(home))
    # set_experiment tells it to child processes; set it so that it is undone.
    monkeypatch.setenv("MLFLOW_EXPERIMENT_ID", "")


@pytest.fixture
def broken() -> Iterator[BrokenServer]:
    server = BrokenServer()
    yield server
    server.stop()


@pytest.fixture
def to_broken(broken: BrokenServer) -> Callable[..., TrackingClient]:
    """Makes clients of the broken server that do not wait long between attempts."""

    def make(**changes: object) -> TrackingClient:
        hasty = {"backoff_factor_s": 0.0, "backoff_jitter_s": 0.0, "max_retries": 3}
        credentials = {
            name: changes.pop(name)
            for name in ("username", "password")
            if name in changes
        }
        return TrackingClient(
            broken.address,
            settings=Settings(**(hasty | changes)),
            **credentials,
        )

    return make


@pytest.fixture
def client(server: Server) -> TrackingClient:
    """A client of a real bare server."""
    return TrackingClient(server.address)


@pytest.fixture
def experiment_id(client: TrackingClient) -> str:
    """A fresh experiment."""
    return client.create_experiment(f"experiment {uuid.uuid4()}")


@pytest.fixture
def run_id(client: TrackingClient, experiment_id: str) -> str:
    """A fresh run."""
    return client.create_run(experiment_id).info.run_id


@pytest.fixture
def fluent(server: Server) -> Iterator[str]:
    """The fluent calls speak to a real server; the id of a fresh experiment."""
    trackgate.set_tracking_uri(server.address)
    yield trackgate.set_experiment(f"experiment {uuid.uuid4()}").experiment_id
    while trackgate.active_run():
        trackgate.end_run()
    trackgate.set_tracking_uri(None)


@pytest.fixture
def programs(server: Server, tmp_path: Path) -> Programs:
    """Runs programs of their own that log to a real server."""
    return Programs(server.address, tmp_path)
