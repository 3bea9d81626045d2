"""The stock MLflow clients, each in an environment of its own.

`scripts/test` makes them in `.venvs` and names that folder in TRACKGATE_PEERS.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import cache
from pathlib import Path
from typing import Literal

import pytest

from tests.environment.interpreters import ReadyInterpreter
from tests.environment.missing import missing

Release = Literal["2", "3"]
ReadyPeer = Callable[[Release], ReadyInterpreter]
PROJECT = Path(__file__).parents[2]
# Most of what the programs of tests import.
SLOW_TO_IMPORT = (
    *("mlflow.pyfunc", "mlflow.sklearn", "sklearn.datasets", "sklearn.model_selection"),
    "matplotlib.pyplot",
)
# Read by imports: no search for `git`, no telling its maker, no threads beside.
SETTINGS = {
    "GIT_PYTHON_REFRESH": "quiet",
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "OMP_NUM_THREADS": "1",
}


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


@pytest.fixture(scope="session")
def ready_peer(
    peer_python: Callable[[Release], Path],
) -> Iterator[ReadyPeer]:
    """The same interpreters, which have imported the stock client already.

    A program that runs there needs no seconds for that.
    """
    with ExitStack() as ended:

        @cache
        def ready(release: Release) -> ReadyInterpreter:
            python = peer_python(release)
            started = ReadyInterpreter(python, SLOW_TO_IMPORT, SETTINGS)
            return ended.enter_context(started)

        yield ready
