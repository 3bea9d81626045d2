"""Several runs changed at once: deleted, restored, tagged."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from trackgate_server.store import tags
from trackgate_server.store.lifecycle import ACTIVE, DELETED
from trackgate_server.store.names import Names
from trackgate_server.store.runs import RunKey
from trackgate_server.store.sql import BulkInsert, Sql
from trackgate_server.store.transaction import Transaction

_CHANGED = "WHERE lifecycle = ? AND uuid"
_RETURNING = "RETURNING id, uuid, name"
_MOVE = "UPDATE runs SET lifecycle = ?, deleted_ms = ?"
_SET_LIFECYCLE = Sql(f"{_MOVE} {_CHANGED} = ANY(?) {_RETURNING}")
_ACTIVE = "SELECT id, uuid, name FROM runs WHERE lifecycle = 0 AND uuid = ANY(?)"
_LOCK_ACTIVE = Sql(
    f"{_ACTIVE} ORDER BY id",
    # In one order, so that two who tag the same runs do not wait for each other.
    postgresql=f"{_ACTIVE} ORDER BY id FOR NO KEY UPDATE",
)
_NOTE = BulkInsert(
    "changes",
    ("at_ms", "user", "action", "target", "detail"),
    ("int8", "text", "text", "text", "text"),
    "",
)


class ChangedRun(NamedTuple):
    """A run that was changed."""

    id: int
    uuid: str
    name: str


def delete(db: Transaction, run_ids: Sequence[str], now_ms: int) -> list[ChangedRun]:
    """Hide those of the runs that are active. One statement."""
    given = (DELETED, now_ms, ACTIVE, db.array(run_ids))
    return [ChangedRun(*row) for row in db.all(_SET_LIFECYCLE, *given)]


def restore(db: Transaction, run_ids: Sequence[str]) -> list[ChangedRun]:
    """Bring those of the runs back that are deleted. One statement."""
    given = (ACTIVE, None, DELETED, db.array(run_ids))
    return [ChangedRun(*row) for row in db.all(_SET_LIFECYCLE, *given)]


def tag(
    db: Transaction, names: Names, run_ids: Sequence[str], values: Mapping[str, str]
) -> list[ChangedRun]:
    """Give those of the runs that are active these tags.

    Two statements, two more for new names, and one more for each hundred on SQLite.
    """
    found = [ChangedRun(*row) for row in db.all(_LOCK_ACTIVE, db.array(run_ids))]
    if found:
        tags.put_on_all(db, names, [RunKey(run.id) for run in found], values)
    return found


def note(
    db: Transaction,
    user: str,
    action: str,
    changed: Sequence[ChangedRun],
    detail: str | None,
    now_ms: int,
) -> None:
    """Keep who changed these runs; without a detail it is each one's name.

    One statement, or one for each hundred on SQLite.
    """
    size = len(changed)
    targets = [f"run/{run.uuid}" for run in changed]
    details = [run.name if detail is None else detail for run in changed]
    db.bulk(_NOTE, [[now_ms] * size, [user] * size, [action] * size, targets, details])
