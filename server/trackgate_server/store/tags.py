"""Tags of runs: the last one of a key counts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from trackgate_server.store import pairs, runs
from trackgate_server.store.names import Names
from trackgate_server.store.runs import RunKey
from trackgate_server.store.sql import BulkInsert, Sql, array_literal
from trackgate_server.store.transaction import Transaction

_REPLACE = "ON CONFLICT (run, key) DO UPDATE SET value = excluded.value"
_SET = BulkInsert(
    "tags",
    ("run", "key", "value"),
    ("int8", "int8", "text"),
    _REPLACE,
)
_SET_AT_ONCE = pairs.into_active("tags", _REPLACE)
_ONE = Sql("SELECT value FROM tags WHERE run = ? AND key = ?")
_DELETE = Sql("DELETE FROM tags WHERE run = ? AND key = ?")


def put(db: Transaction, names: Names, run: RunKey, values: Mapping[str, str]) -> None:
    """Write tags, replacing those of the same key. One statement."""
    put_on_all(db, names, [run], values)


def put_on_all(
    db: Transaction, names: Names, on: Sequence[RunKey], values: Mapping[str, str]
) -> None:
    """Write the same tags of several runs, as `put`."""
    keys, texts = _by_key(names.ensure(db, list(values)), values.values())
    columns = [[run for run in on for _ in keys], keys * len(on), texts * len(on)]
    db.bulk(_SET, columns)


def put_at_once(
    db: Transaction, names: Names, run_id: str, values: Mapping[str, str]
) -> None:
    """Write an active run's tags as `put`; errors as `runs.get_active`.

    One statement on PostgreSQL, which needs no transaction around it.
    """
    if db.kind == "sqlite":
        put(db, names, runs.require_active(db, run_id), values)
        return
    keys, texts = _by_key(names.ensure(db, list(values)), values.values())
    if db.one(_SET_AT_ONCE, run_id, array_literal(keys), texts) is None:
        runs.refuse(db, run_id)


def find(db: Transaction, names: Names, run: RunKey, key: str) -> str | None:
    """One tag's value, or None."""
    row = db.one(_ONE, run, names.find(db, key))
    return None if row is None else row[0]


def delete(db: Transaction, names: Names, run: RunKey, key: str) -> bool:
    """Remove a tag; False where there is none."""
    return db.execute(_DELETE, run, names.find(db, key)).rowcount > 0


def _by_key(keys: Sequence[int], texts: Iterable[str]) -> tuple[list[int], list[str]]:
    """In the keys' order: so two writers to a run lock its rows in the same order."""
    ordered = sorted(zip(keys, texts, strict=True))
    return [key for key, _ in ordered], [text for _, text in ordered]
