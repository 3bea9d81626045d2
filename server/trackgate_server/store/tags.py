"""Tags of runs: the last one of a key counts."""

from __future__ import annotations

from collections.abc import Mapping

from trackgate_server.store.names import Names
from trackgate_server.store.runs import RunKey
from trackgate_server.store.sql import BulkInsert, Sql
from trackgate_server.store.transaction import Transaction

_SET = BulkInsert(
    "tags",
    ("run", "key", "value"),
    ("int8", "int8", "text"),
    "ON CONFLICT (run, key) DO UPDATE SET value = excluded.value",
)
_ONE = Sql("SELECT value FROM tags WHERE run = ? AND key = ?")
_DELETE = Sql("DELETE FROM tags WHERE run = ? AND key = ?")


def put(db: Transaction, names: Names, run: RunKey, values: Mapping[str, str]) -> None:
    """Write tags, replacing those of the same key. One statement."""
    keys = names.ensure(db, list(values))
    # By key, so that two writers to a run lock its rows in the same order.
    pairs = sorted(zip(keys, values.values(), strict=True))
    columns = [
        [run] * len(pairs),
        [key for key, _ in pairs],
        [text for _, text in pairs],
    ]
    db.bulk(_SET, columns)


def find(db: Transaction, names: Names, run: RunKey, key: str) -> str | None:
    """One tag's value, or None."""
    row = db.one(_ONE, run, names.find(db, key))
    return None if row is None else row[0]


def delete(db: Transaction, names: Names, run: RunKey, key: str) -> bool:
    """Remove a tag; False where there is none."""
    return db.execute(_DELETE, run, names.find(db, key)).rowcount > 0
