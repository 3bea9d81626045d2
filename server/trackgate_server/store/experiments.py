"""Experiments and their tags."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from trackgate_wire import limits
from trackgate_wire.errors import InvalidParameterValue, NotFound
from trackgate_wire.experiments import Experiment, ExperimentTag
from trackgate_wire.rules import shown

from trackgate_server.store import pairs
from trackgate_server.store.lifecycle import ACTIVE, DELETED, STAGES
from trackgate_server.store.sql import BulkInsert, Sql
from trackgate_server.store.transaction import Transaction


class ExperimentRow(NamedTuple):
    """A row of the table, in the order of its columns."""

    id: int
    name: str
    artifact_location: str
    lifecycle: int
    created_ms: int
    updated_ms: int


COLUMNS = "id, name, artifact_location, lifecycle, created_ms, updated_ms"

_ID = re.compile(r"-?[0-9]+")
_LONGEST_ID = 20
_NOBODYS_ID = -1

_BY_ID = Sql(f"SELECT {COLUMNS} FROM experiments WHERE id = ?")
_BY_NAME = Sql(f"SELECT {COLUMNS} FROM experiments WHERE name = ?")
_NAMES = Sql("SELECT id, name FROM experiments WHERE id = ANY(?)")
_INSERT = Sql(
    "INSERT INTO experiments"
    " (name, artifact_location, lifecycle, created_ms, updated_ms)"
    " VALUES (?, ?, 0, ?, ?) ON CONFLICT (name) DO NOTHING RETURNING id"
)
_SET_LOCATION = Sql("UPDATE experiments SET artifact_location = ? WHERE id = ?")
_RENAME = Sql("UPDATE experiments SET name = ?, updated_ms = ? WHERE id = ?")
_SET_LIFECYCLE = Sql(
    "UPDATE experiments SET lifecycle = ?, updated_ms = ? WHERE id = ?"
)
_DELETE_RUNS = Sql(
    "UPDATE runs SET lifecycle = 1, deleted_ms = ? WHERE experiment = ?"
    " AND lifecycle = 0"
)
_RESTORE_RUNS = Sql(
    "UPDATE runs SET lifecycle = 0, deleted_ms = NULL WHERE experiment = ?"
)
_SET_TAGS = BulkInsert(
    "experiment_tags",
    ("experiment", "key", "value"),
    ("int8", "text", "text"),
    "ON CONFLICT (experiment, key) DO UPDATE SET value = excluded.value",
)
_DELETE_TAG = Sql("DELETE FROM experiment_tags WHERE experiment = ? AND key = ?")
_TAGS = pairs.of_all("experiment_tags", "experiment")


def parse_id(experiment_id: str) -> int:
    """The number an experiment id stands for, whether there is such a one or not.

    Raises InvalidParameterValue for any other text.
    """
    if not _ID.fullmatch(experiment_id):
        raise InvalidParameterValue(
            f"Invalid experiment ID {shown(experiment_id)}; it must be a whole number."
        )
    number = int(experiment_id[:_LONGEST_ID])
    return number if 0 <= number <= limits.INT64_MAX else _NOBODYS_ID


def find_by_name(db: Transaction, name: str) -> ExperimentRow | None:
    """The experiment of that name, deleted or not. One statement."""
    row = db.one(_BY_NAME, name)
    return None if row is None else ExperimentRow(*row)


def get(db: Transaction, experiment_id: str) -> ExperimentRow:
    """The experiment of that id, deleted or not; raises NotFound. One statement."""
    row = db.one(_BY_ID, parse_id(experiment_id))
    if row is None:
        raise NotFound(f"No Experiment with id={shown(experiment_id)} exists.")
    return ExperimentRow(*row)


def names_of(db: Transaction, experiments: Sequence[int]) -> dict[int, str]:
    """Names of those that exist, deleted or not. One statement."""
    return dict(db.all(_NAMES, db.array(experiments))) if experiments else {}


def insert(db: Transaction, name: str, location: str | None, now_ms: int) -> int | None:
    """Create an experiment and return its id, or None where the name is taken.

    Without a location it gets the store's own, which its id names.
    """
    row = db.one(_INSERT, name, location or "", now_ms, now_ms)
    if row is None:
        return None
    experiment: int = row[0]
    if not location:
        db.execute(_SET_LOCATION, f"mlflow-artifacts:/{experiment}", experiment)
    return experiment


def rename(db: Transaction, experiment: int, name: str, now_ms: int) -> None:
    """Give an experiment another name, which must be free."""
    db.execute(_RENAME, name, now_ms, experiment)


def delete(db: Transaction, experiment: int, now_ms: int) -> None:
    """Hide an experiment and its runs. Two statements, however many runs."""
    db.execute(_SET_LIFECYCLE, DELETED, now_ms, experiment)
    db.execute(_DELETE_RUNS, now_ms, experiment)


def restore(db: Transaction, experiment: int, now_ms: int) -> None:
    """Bring an experiment and all its runs back."""
    db.execute(_SET_LIFECYCLE, ACTIVE, now_ms, experiment)
    db.execute(_RESTORE_RUNS, experiment)


def set_tags(db: Transaction, experiment: int, tags: Sequence[ExperimentTag]) -> None:
    """Write tags; the last of a key counts. One statement."""
    values = {tag.key: tag.value for tag in tags}
    columns = [[experiment] * len(values), list(values), list(values.values())]
    db.bulk(_SET_TAGS, columns)


def delete_tag(db: Transaction, experiment: int, key: str) -> bool:
    """Remove a tag; False where there is none."""
    return db.execute(_DELETE_TAG, experiment, key).rowcount > 0


def described(db: Transaction, rows: Iterable[ExperimentRow]) -> list[Experiment]:
    """Rows as the protocol shows them, tags included. One statement."""
    rows = list(rows)
    tags: dict[int, list[ExperimentTag]] = {row.id: [] for row in rows}
    for experiment, key, value in db.all(_TAGS, db.array(list(tags))) if rows else ():
        tags[experiment].append(ExperimentTag(key, value))
    return [
        Experiment(
            experiment_id=str(row.id),
            name=row.name,
            artifact_location=row.artifact_location,
            lifecycle_stage=STAGES[row.lifecycle],
            creation_time=row.created_ms,
            last_update_time=row.updated_ms,
            tags=tags[row.id],
        )
        for row in rows
    ]
