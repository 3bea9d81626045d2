"""What the first page shows."""

from __future__ import annotations

from typing import NamedTuple

from trackgate_server.store.sql import Sql
from trackgate_server.store.transaction import Transaction

_EXPERIMENTS = Sql(
    "SELECT id, name, (SELECT count(*) FROM runs WHERE runs.experiment ="
    " experiments.id AND lifecycle = 0) FROM experiments WHERE lifecycle = 0"
    " ORDER BY updated_ms DESC, id DESC LIMIT ?"
)
_RUNS = Sql("SELECT count(*) FROM runs WHERE lifecycle = 0")
_NEWEST = Sql(
    'SELECT runs.uuid, runs.name, experiments.name, runs."user", runs.status,'
    " runs.started_ms FROM runs JOIN experiments ON experiments.id = runs.experiment"
    " WHERE runs.lifecycle = 0 ORDER BY runs.id DESC LIMIT ?"
)


class ExperimentLine(NamedTuple):
    """An experiment and how many runs it has."""

    id: int
    name: str
    runs: int


class NewestRun(NamedTuple):
    """A run with its experiment's name."""

    uuid: str
    name: str
    experiment: str
    user: str
    status: int
    started_ms: int


class Overview(NamedTuple):
    """Active experiments and runs."""

    experiments: list[ExperimentLine]
    runs: int
    newest: list[NewestRun]


def read(db: Transaction, most: int) -> Overview:
    """Up to `most` experiments and runs, the newest first. Three statements."""
    row = db.one(_RUNS)
    return Overview(
        [ExperimentLine(*line) for line in db.all(_EXPERIMENTS, most)],
        row[0] if row else 0,
        [NewestRun(*line) for line in db.all(_NEWEST, most)],
    )
