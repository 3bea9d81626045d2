"""Logged models themselves; what they have is in the modules beside this one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, NewType

from trackgate_wire.errors import NotFound
from trackgate_wire.logged_models import LoggedModelStatus
from trackgate_wire.rules import shown

from trackgate_server.store.lifecycle import ACTIVE, DELETED
from trackgate_server.store.sql import Sql
from trackgate_server.store.transaction import Transaction

LoggedModelKey = NewType("LoggedModelKey", int)

STATUSES = tuple(LoggedModelStatus)
STATUS_NUMBERS = {status: number for number, status in enumerate(STATUSES)}


class LoggedModelRow(NamedTuple):
    """A row of the table, in the order of `COLUMNS`."""

    id: int
    uuid: str
    experiment: int
    name: str
    type: str
    source_run: str
    user: str
    status: int
    status_message: str
    artifact_uri: str
    lifecycle: int
    created_ms: int
    updated_ms: int

    @property
    def key(self) -> LoggedModelKey:
        """The number that other tables know the model by."""
        return LoggedModelKey(self.id)


COLUMNS = (
    'id, uuid, experiment, name, type, source_run, "user", status, status_message,'
    " artifact_uri, lifecycle, created_ms, updated_ms"
)

_BY_UUID = Sql(f"SELECT {COLUMNS} FROM logged_models WHERE uuid = ?")
_BY_UUIDS = Sql(f"SELECT {COLUMNS} FROM logged_models WHERE uuid = ANY(?)")
_NEWEST_OF_RUN = Sql(
    f"SELECT {COLUMNS} FROM logged_models WHERE name = ? AND source_run = ?"
    " AND lifecycle = ? AND experiment = (SELECT experiment FROM runs WHERE uuid = ?)"
    " ORDER BY created_ms DESC, id DESC LIMIT 1"
)
_INSERT = Sql(
    "INSERT INTO logged_models (uuid, experiment, name, type, source_run,"
    ' "user", status, status_message, artifact_uri, lifecycle, created_ms, updated_ms)'
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id"
)
_SET_STATUS = Sql("UPDATE logged_models SET status = ?, updated_ms = ? WHERE id = ?")
_DELETE = Sql(
    "UPDATE logged_models SET lifecycle = ?, updated_ms = ?, deleted_ms = ?"
    " WHERE id = ?"
)


def get(db: Transaction, model_id: str) -> LoggedModelRow:
    """The logged model of that id, deleted or not; raises NotFound. One statement."""
    row = db.one(_BY_UUID, model_id)
    if row is None:
        raise _not_found(model_id)
    return LoggedModelRow(*row)


def get_active(db: Transaction, model_id: str) -> LoggedModelRow:
    """As `get`; a deleted one is not found either."""
    row = get(db, model_id)
    if row.lifecycle != ACTIVE:
        raise _not_found(model_id)
    return row


def find_all(db: Transaction, model_ids: Sequence[str]) -> list[LoggedModelRow]:
    """Those of the logged models that exist, in no order. One statement."""
    return [LoggedModelRow(*row) for row in db.all(_BY_UUIDS, db.array(model_ids))]


def newest_of_run(db: Transaction, run_id: str, name: str) -> LoggedModelRow | None:
    """The newest logged model of that name that a run made; None without one.

    Looks through the models of the run's experiment. One statement.
    """
    row = db.one(_NEWEST_OF_RUN, name, run_id, ACTIVE, run_id)
    return None if row is None else LoggedModelRow(*row)


def insert(db: Transaction, new: LoggedModelRow) -> LoggedModelRow:
    """Create a logged model; returns it with the id it got. One statement."""
    row = db.one(_INSERT, *new[1:])
    if row is None:
        raise LookupError("The database returned no id for a new logged model.")
    return new._replace(id=row[0])


def set_status(
    db: Transaction, row: LoggedModelRow, status: LoggedModelStatus, now_ms: int
) -> LoggedModelRow:
    """Change the status and return the row as it is then. One statement."""
    changed = row._replace(status=STATUS_NUMBERS[status], updated_ms=now_ms)
    db.execute(_SET_STATUS, changed.status, now_ms, row.id)
    return changed


def delete(db: Transaction, model: LoggedModelKey, now_ms: int) -> None:
    """Hide a logged model until it is purged."""
    db.execute(_DELETE, DELETED, now_ms, now_ms, model)


def _not_found(model_id: str) -> NotFound:
    return NotFound(f"Logged model with ID {shown(model_id)} not found.")
