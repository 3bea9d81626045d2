"""What the first page shows. Everything is bounded: it is the page opened most."""

from __future__ import annotations

from typing import NamedTuple

from trackgate_server.store.sql import Sql
from trackgate_server.store.transaction import Transaction

# Experiments are looked for in so many of the newest runs.
_LOOKED_THROUGH = 500

_RUN = (
    'SELECT runs.uuid, runs.name, runs.experiment, experiments.name, runs."user",'
    " runs.status, runs.started_ms, runs.ended_ms FROM runs"
    " JOIN experiments ON experiments.id = runs.experiment"
)
_NEWEST = Sql(f"{_RUN} WHERE runs.lifecycle = 0 ORDER BY runs.id DESC LIMIT ?")
_NEWEST_OF = Sql(
    f'{_RUN} WHERE runs."user" = ? AND runs.lifecycle = 0 ORDER BY runs.id DESC LIMIT ?'
)
_EXPERIMENTS = Sql(
    "SELECT experiments.id, experiments.name FROM (SELECT experiment, max(id) AS newest"
    " FROM (SELECT id, experiment FROM runs ORDER BY id DESC LIMIT ?) AS runs"
    " GROUP BY experiment) AS used JOIN experiments ON experiments.id = used.experiment"
    " WHERE experiments.lifecycle = 0 ORDER BY used.newest DESC LIMIT ?"
)


class NewestRun(NamedTuple):
    """A run with its experiment's name."""

    uuid: str
    name: str
    experiment: int
    experiment_name: str
    user: str
    status: int
    started_ms: int
    ended_ms: int | None

    @property
    def duration_ms(self) -> int | None:
        """How long it took; None while it goes on."""
        return None if self.ended_ms is None else self.ended_ms - self.started_ms


class UsedExperiment(NamedTuple):
    """An experiment that somebody logs to."""

    id: int
    name: str


def newest_runs(db: Transaction, most: int) -> list[NewestRun]:
    """Active runs, the newest first. One statement, backwards along the key."""
    return [NewestRun(*row) for row in db.all(_NEWEST, most)]


def newest_runs_of(db: Transaction, user: str, most: int) -> list[NewestRun]:
    """One person's. One statement, along an index."""
    return [NewestRun(*row) for row in db.all(_NEWEST_OF, user, most)]


def used_experiments(db: Transaction, most: int) -> list[UsedExperiment]:
    """Experiments of the newest runs, the last used first. One statement."""
    rows = db.all(_EXPERIMENTS, _LOOKED_THROUGH, most)
    return [UsedExperiment(*row) for row in rows]
