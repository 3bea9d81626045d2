"""Runs themselves; what they measured is in the modules beside this one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, NewType, NoReturn

from trackgate_wire.errors import (
    InvalidParameterValue,
    NotFound,
    TemporarilyUnavailable,
)
from trackgate_wire.runs import RunInfo
from trackgate_wire.scalars import RunStatus

from trackgate_server.store.lifecycle import (
    ACTIVE,
    DELETED,
    STAGES,
    STATUS_NUMBERS,
    STATUSES,
)
from trackgate_server.store.sql import Sql
from trackgate_server.store.transaction import Row, Transaction

RunKey = NewType("RunKey", int)


class RunRow(NamedTuple):
    """A row of the table, in the order of `COLUMNS`."""

    id: int
    uuid: str
    experiment: int
    name: str
    user: str
    status: int
    lifecycle: int
    started_ms: int
    ended_ms: int | None
    artifact_uri: str

    @property
    def key(self) -> RunKey:
        """The number that other tables know the run by."""
        return RunKey(self.id)


COLUMNS = (
    'id, uuid, experiment, name, "user", status, lifecycle, started_ms, ended_ms,'
    " artifact_uri"
)

_BY_UUID = Sql(f"SELECT {COLUMNS} FROM runs WHERE uuid = ?")
_KEY = "SELECT id, lifecycle FROM runs WHERE uuid = ?"
_KEY_BY_UUID = Sql(_KEY)
# SQLite has one writer at a time anyway.
_LOCK_BY_UUID = Sql(_KEY, postgresql=f"{_KEY} FOR NO KEY UPDATE")
# Begins a statement of PostgreSQL's that writes to an active run: no row, none written.
FOUND_ACTIVE = "WITH found AS (SELECT id FROM runs WHERE uuid = ? AND lifecycle = 0)"
_BY_UUIDS = Sql(f"SELECT {COLUMNS} FROM runs WHERE uuid = ANY(?)")
_UPDATE = Sql(
    "UPDATE runs SET status = coalesce(?, status), ended_ms = coalesce(?, ended_ms),"
    f" name = coalesce(?, name) WHERE uuid = ? AND lifecycle = 0 RETURNING {COLUMNS}"
)
_RENAME = Sql("UPDATE runs SET name = ? WHERE id = ?")
_SET_LIFECYCLE = Sql("UPDATE runs SET lifecycle = ?, deleted_ms = ? WHERE id = ?")


def get(db: Transaction, run_id: str) -> RunRow:
    """The run of that id, deleted or not; raises NotFound. One statement."""
    row = db.one(_BY_UUID, run_id)
    if row is None:
        raise _not_found(run_id)
    return RunRow(*row)


def get_active(db: Transaction, run_id: str) -> RunRow:
    """The run of that id; raises NotFound, or InvalidParameterValue if deleted."""
    row = get(db, run_id)
    _check_active(run_id, row.lifecycle)
    return row


def require_active(db: Transaction, run_id: str) -> RunKey:
    """The key of an active run, by one statement; errors as `get_active`."""
    return _active_key(run_id, db.one(_KEY_BY_UUID, run_id))


def refuse(db: Transaction, run_id: str) -> NoReturn:
    """Say why a statement found no active run of that id: errors as `get_active`."""
    require_active(db, run_id)
    raise TemporarilyUnavailable(f"The run {run_id} was just restored. Try again.")


def lock_active(db: Transaction, run_id: str) -> RunKey:
    """As `require_active`; until this transaction ends nobody else locks the run.

    For what is read and then written: two at once would lose what one of them wrote.
    """
    return _active_key(run_id, db.one(_LOCK_BY_UUID, run_id))


def find_all(db: Transaction, run_ids: Sequence[str]) -> list[RunRow]:
    """Those of the runs that exist, in no order. One statement."""
    return [RunRow(*row) for row in db.all(_BY_UUIDS, db.array(run_ids))]


def update(
    db: Transaction,
    run_id: str,
    *,
    status: RunStatus | None,
    ended_ms: int | None,
    name: str | None,
) -> RunRow:
    """Change what is given and return the row as it is then. One statement.

    Errors as `get_active`.
    """
    number = None if status is None else STATUS_NUMBERS[status]
    row = db.one(_UPDATE, number, ended_ms, name, run_id)
    return refuse(db, run_id) if row is None else RunRow(*row)


def rename(db: Transaction, run: RunKey, name: str) -> None:
    """Give a run another name. One statement."""
    db.execute(_RENAME, name, run)


def delete(db: Transaction, run: RunKey, now_ms: int) -> None:
    """Hide a run until it is restored or purged."""
    db.execute(_SET_LIFECYCLE, DELETED, now_ms, run)


def restore(db: Transaction, run: RunKey) -> None:
    """Bring a run back."""
    db.execute(_SET_LIFECYCLE, ACTIVE, None, run)


def info(row: RunRow) -> RunInfo:
    """A row as the protocol shows it."""
    return RunInfo(
        run_id=row.uuid,
        run_uuid=row.uuid,
        run_name=row.name,
        experiment_id=str(row.experiment),
        user_id=row.user,
        status=STATUSES[row.status],
        start_time=row.started_ms,
        end_time=row.ended_ms,
        artifact_uri=row.artifact_uri,
        lifecycle_stage=STAGES[row.lifecycle],
    )


def _not_found(run_id: str) -> NotFound:
    return NotFound(f"Run with id={run_id} not found.")


def _active_key(run_id: str, row: Row | None) -> RunKey:
    if row is None:
        raise _not_found(run_id)
    _check_active(run_id, row[1])
    return RunKey(row[0])


def _check_active(run_id: str, lifecycle: int) -> None:
    if lifecycle != ACTIVE:
        raise InvalidParameterValue(
            f"The run {run_id} must be in the 'active' state. Current state is"
            f" {STAGES[lifecycle].value}. Restore it first (runs/restore)."
        )
