"""The stock MLflow clients, each in an environment of its own.

`scripts/test` makes them in `.venvs` and names that folder in TRACKGATE_PEERS.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Literal

import pytest

from tests.environment.missing import missing

Release = Literal["2", "3"]
PROJECT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def peer_python(request: pytest.FixtureRequest) -> Callable[[Release], Path]:
    """The interpreter that imports mlflow 2.22 (`"2"`) or the newest 3.x (`"3"`).

    The libraries of all flavors stand beside it. Run it as a program of
    its own; nothing of ours can be imported there.
    """
    homes = Path(os.environ.get("TRACKGATE_PEERS", PROJECT / ".venvs"))

    def python_of(release: Release) -> Path:
        home = homes / f"mlflow-{release}"
        # The stamp is written last: without it the environment is half made.
        if not (home / ".installed").exists():
            missing(request.config, f"no stock client mlflow {release} in {home}")
        return home / "bin" / "python"

    return python_of
