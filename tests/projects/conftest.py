"""Projects that are run by people who have nothing but a server and a name."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from trackgate.fluent import session

from tests.environment.peers import PROJECT
from tests.fixtures.sites import PASSWORDS, Stack

FIXTURES = Path(__file__).with_name("fixtures")


@pytest.fixture(autouse=True)
def blank_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No settings and no credentials but those that a test makes."""
    for name in list(os.environ):
        starts = ("TRACKING_", "MLFLOW_", "TRACKGATE_", "GIT_")
        if name.startswith(starts) and name != "TRACKGATE_PEERS":
            monkeypatch.delenv(name)
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.setenv("HOME", str(home))
    # Whoever sets it, sets it so that it is undone.
    monkeypatch.setenv("MLFLOW_EXPERIMENT_ID", "")
    # What an earlier test has chosen is an experiment of some other server.
    session.remember_experiment(session.DEFAULT_EXPERIMENT_ID)
    monkeypatch.setenv("MLFLOW_EXPERIMENT_ID", "")


@pytest.fixture
def as_ada(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> Stack:
    """Nginx and the server behind it; what is called here is called by ada."""
    monkeypatch.setenv("TRACKING_URI", stack.address)
    monkeypatch.setenv("TRACKING_USERNAME", "ada")
    monkeypatch.setenv("TRACKING_PASSWORD", PASSWORDS["ada"])
    return stack


@pytest.fixture
def kept_environments(monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of environments that is kept from one session to the next.

    They take half a minute to build, and hold nothing of ours.
    """
    homes = Path(os.environ.get("TRACKGATE_PEERS", PROJECT / ".venvs"))
    folder = homes / "projects"
    monkeypatch.setenv("TRACKGATE_ENVIRONMENTS", str(folder))
    return folder
