"""Keys that an experiment's runs use: what columns and filters may name.

Of the newest runs only: they say what is logged nowadays, and all runs of a large
experiment hold millions of values.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from trackgate_server.store.fragments import Fragment, fetch, joined
from trackgate_server.store.lifecycle import ACTIVE
from trackgate_server.store.names import Names
from trackgate_server.store.sql import Sql
from trackgate_server.store.transaction import Row, Transaction

NEWEST = 100
"""Runs that are looked at; where there are several experiments, as many in all."""


class Keys(NamedTuple):
    """Names, those that most runs have first."""

    metrics: list[str]
    params: list[str]
    tags: list[str]


def of_experiments(
    db: Transaction, names: Names, experiments: Sequence[int], lifecycle: int
) -> Keys:
    """Keys of the newest runs. Four statements, and one for names not yet known."""
    if not experiments:
        return Keys([], [], [])
    runs = db.array([row[0] for row in _newest(db, experiments, lifecycle)])
    found = [db.all(sql, runs) for sql in _KEYS]
    texts = names.texts(db, [key for rows in found for key, _ in rows])
    return Keys(*(_by_frequency([(texts[k], n) for k, n in rows]) for rows in found))


def count(
    db: Transaction, experiments: Sequence[int], lifecycle: int, most: int
) -> int:
    """How many runs there are, counted up to `most`. One statement."""
    return _counted(db, experiments, "lifecycle = ?", lifecycle, most=most)


def count_newer(
    db: Transaction, experiments: Sequence[int], since_ms: int, most: int
) -> int:
    """How many active runs started later, counted up to `most`. One statement."""
    newer = "lifecycle = ? AND started_ms > ?"
    return _counted(db, experiments, newer, ACTIVE, since_ms, most=most)


def newest_start(db: Transaction, experiments: Sequence[int]) -> int | None:
    """When the newest active run started; None where there is none. One statement."""
    of_one = "SELECT max(started_ms) FROM runs WHERE experiment = ? AND lifecycle = ?"
    rows = _in_each(db, experiments, of_one, ACTIVE)
    return max((row[0] for row in rows if row[0] is not None), default=None)


def _newest(db: Transaction, experiments: Sequence[int], lifecycle: int) -> list[Row]:
    each = max(1, NEWEST // len(experiments))
    of_one = (
        "SELECT id FROM (SELECT id FROM runs WHERE experiment = ? AND lifecycle = ?"
        f" ORDER BY started_ms DESC LIMIT {each}) AS newest"
    )
    return _in_each(db, experiments, of_one, lifecycle)


def _counted(
    db: Transaction, experiments: Sequence[int], condition: str, *values: int, most: int
) -> int:
    of_one = (
        "SELECT count(*) FROM (SELECT 1 FROM runs"
        f" WHERE experiment = ? AND {condition} LIMIT {most}) AS counted"
    )
    rows = _in_each(db, experiments, of_one, *values)
    return min(sum(row[0] for row in rows), most)


def _in_each(
    db: Transaction, experiments: Sequence[int], of_one: str, *values: int
) -> list[Row]:
    """What is found in each experiment, whose number `of_one` asks for first."""
    parts = [Fragment(of_one, (experiment, *values)) for experiment in experiments]
    return fetch(db, joined(" UNION ALL ", parts)) if parts else []


def _keys_in(table: str) -> Sql:
    head = f"SELECT key, count(*) FROM {table} WHERE run"
    return Sql(
        # The plus keeps SQLite from reading the whole index by key.
        f"{head} = ANY(?) GROUP BY +key",
        postgresql=f"{head} = ANY(?) GROUP BY key",
    )


_KEYS = tuple(_keys_in(table) for table in ("latest_metrics", "params", "tags"))


def _by_frequency(counted: Sequence[tuple[str, int]]) -> list[str]:
    return [name for name, _ in sorted(counted, key=lambda one: (-one[1], one[0]))]
