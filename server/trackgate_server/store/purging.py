"""Rows that are removed for good: deleted runs, logged models and experiments."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from trackgate_wire.errors import NotFound

from trackgate_server.store.experiments import parse_id
from trackgate_server.store.lifecycle import DELETED
from trackgate_server.store.sql import Sql
from trackgate_server.store.transaction import Transaction


class Doomed(NamedTuple):
    """A run or logged model that is going to be removed."""

    id: int
    uuid: str
    experiment: int


@dataclass(frozen=True, slots=True)
class Sort:
    """One sort of what is purged.

    name      as messages say it
    table     its rows
    children  (table, column) of rows that go with it
    """

    name: str
    table: str
    children: tuple[tuple[str, str], ...]

    def among(self, column: str) -> Sql:
        """Its rows with one of many values in a column."""
        return _among(f"SELECT id, uuid, experiment FROM {self.table}", column)

    @property
    def deleted(self) -> Sql:
        """Its rows that were deleted until some time."""
        return Sql(
            f"SELECT id, uuid, experiment FROM {self.table}"
            f" WHERE lifecycle = {DELETED} AND deleted_ms <= ?"
        )

    @property
    def named(self) -> Sql:
        """Its rows by their public ids, with when they were deleted."""
        columns = "id, uuid, experiment, lifecycle, deleted_ms"
        return _among(f"SELECT {columns} FROM {self.table}", "uuid")

    @property
    def removals(self) -> Iterable[Sql]:
        """What removes it, with all that hangs on it."""
        for table, column in self.children:
            yield _among(f"DELETE FROM {table}", column)
        yield _among(f"DELETE FROM {self.table}", "id")


def _among(head: str, column: str) -> Sql:
    return Sql(f"{head} WHERE {column} = ANY(?)")


RUNS = Sort(
    "run",
    "runs",
    (
        ("metrics", "run"),
        ("latest_metrics", "run"),
        ("logged_model_metrics", "run"),
        ("params", "run"),
        ("tags", "run"),
        ("input_tags", "run"),
        ("inputs", "run"),
        ("run_models", "run"),
    ),
)
LOGGED_MODELS = Sort(
    "logged model",
    "logged_models",
    (
        ("logged_model_metrics", "model"),
        ("logged_model_params", "model"),
        ("logged_model_tags", "model"),
    ),
)

_DELETED_EXPERIMENTS = Sql(
    "SELECT id FROM experiments WHERE lifecycle = 1 AND updated_ms <= ?"
)
_EXPERIMENT = Sql("SELECT lifecycle FROM experiments WHERE id = ?")
_REMOVE_EXPERIMENTS = (
    _among("DELETE FROM datasets", "experiment"),
    _among("DELETE FROM experiment_tags", "experiment"),
    _among("DELETE FROM experiments", "id"),
)


def deleted(db: Transaction, sort: Sort, before_ms: int) -> list[Doomed]:
    """All that were deleted until then."""
    return [Doomed(*row) for row in db.all(sort.deleted, before_ms)]


def named(
    db: Transaction, sort: Sort, ids: Sequence[str], before_ms: int
) -> list[Doomed]:
    """Those of the named ones that were deleted until then.

    Raises NotFound naming one that does not exist or is not deleted.
    """
    rows = {row[1]: row for row in db.all(sort.named, db.array(ids))}
    found: list[Doomed] = []
    for one in dict.fromkeys(ids):
        row = rows.get(one)
        if row is None or row[3] != DELETED:
            raise NotFound(f"No deleted {sort.name} with id={one}; delete it first.")
        if row[4] <= before_ms:
            found.append(Doomed(*row[:3]))
    return found


def of_experiments(
    db: Transaction, sort: Sort, experiments: Sequence[int]
) -> list[Doomed]:
    """All of the experiments, deleted or not."""
    rows = db.all(sort.among("experiment"), db.array(experiments))
    return [Doomed(*row) for row in rows]


def remove(db: Transaction, sort: Sort, doomed: Sequence[Doomed]) -> None:
    """Remove all rows of some. One statement a table, however many they are."""
    if doomed:
        keys = db.array([one.id for one in doomed])
        for statement in sort.removals:
            db.execute(statement, keys)


def deleted_experiments(db: Transaction, before_ms: int) -> list[int]:
    """All experiments that were deleted until then."""
    return [row[0] for row in db.all(_DELETED_EXPERIMENTS, before_ms)]


def named_experiments(db: Transaction, experiment_ids: Sequence[str]) -> list[int]:
    """The named experiments' numbers.

    Raises NotFound naming one that does not exist or is not deleted.
    """
    gone = [parse_id(experiment_id) for experiment_id in experiment_ids]
    for experiment in gone:
        row = db.one(_EXPERIMENT, experiment)
        if row is None or row[0] != DELETED:
            raise NotFound(
                f"No deleted Experiment with id={experiment}; delete it first."
            )
    return gone


def remove_experiments(db: Transaction, experiments: Sequence[int]) -> None:
    """Remove the rows of experiments that have no runs and logged models any more."""
    for statement in _REMOVE_EXPERIMENTS:
        db.execute(statement, db.array(experiments))
