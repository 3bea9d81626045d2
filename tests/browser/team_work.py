"""What a team logged with the stock client, for pages to be read and not changed."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec

from tests.end_to_end.clients import bare_environment
from tests.fixtures.sites import Stack

_PROGRAM = Path(__file__).parent / "programs" / "team_work.py"
_TIMEOUT_S = 120


@dataclass(frozen=True)
class Trained:
    """A run of the photos' experiment; of each metric the last value."""

    id: str
    name: str
    status: str
    parent: str | None
    params: dict[str, str]
    metrics: dict[str, float]


@dataclass(frozen=True)
class TeamWork:
    """Where it is.

    photos  the experiment with the `runs`: 24 ended, 5 nested in the best, one going on
    best    the run with files, a note and a dataset
    image   path of one of its images, the one of step 300
    fraud   the experiment of the four versions of `model`: 3 is in Production and
            `champion`, 4 in Staging
    """

    photos: str
    runs: list[Trained]
    best: str
    going: str
    image: str
    fraud: str
    model: str

    def names(self, meets: Callable[[Trained], bool], by: str = "") -> list[str]:
        """Names of the runs that meet something, by a metric if one is said."""
        found = [run for run in self.runs if meets(run)]
        if by:
            found.sort(key=lambda run: run.metrics[by])
        return [run.name for run in found]

    def ids(self, names: Sequence[str]) -> list[str]:
        """The runs of these names."""
        found = {run.name: run.id for run in self.runs}
        return [found[name] for name in names]


def logged_by_the_stock_client(python: Path, site: Stack, home: Path) -> TeamWork:
    """Through Nginx, by a program of its own.

    python  interpreter of an environment with MLflow 3
    """
    answers = home / "team_work.json"
    # Otherwise its calls would also look for a server to tell about them.
    settings = {"MLFLOW_DISABLE_TELEMETRY": "true", "MLFLOW_TRACKING_URI": site.address}
    done = subprocess.run(
        [python, _PROGRAM, answers],
        env={**bare_environment(home), **settings},
        cwd=home,
        input=json.dumps(site.passwords),
        capture_output=True,
        text=True,
        timeout=_TIMEOUT_S,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return msgspec.json.decode(answers.read_bytes(), type=TeamWork)
