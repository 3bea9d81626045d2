"""What several runs log: under which names, and whether they all log the same.

The database compares; a value that all have comes back once, however many runs.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NamedTuple

from trackgate_server.store.names import Names
from trackgate_server.store.sql import Sql
from trackgate_server.store.transaction import Transaction

Kind = Literal["metrics", "params", "tags"]

# Characters of a value that all have; all of it is on each run's own page.
_SHOWN = 1_000


class Spread(NamedTuple):
    """What runs have under one name.

    runs   how many have it
    same   whether those have the same; NaN counts as equal to itself
    value  one of theirs, the beginning of a long text
    """

    name: str
    runs: int
    same: bool
    value: str | float


def _spread_of(table: str, value: str) -> Sql:
    head = f"SELECT key, count(*), min(value) = max(value), {value} FROM {table}"
    return Sql(
        # The plus keeps SQLite from reading the whole index by key.
        f"{head} WHERE run = ANY(?) GROUP BY +key",
        postgresql=f"{head} WHERE run = ANY(?) GROUP BY key",
    )


_TEXT = f"substr(min(value), 1, {_SHOWN})"
_SPREADS = {
    "metrics": _spread_of("latest_metrics", "min(value)"),
    "params": _spread_of("params", _TEXT),
    "tags": _spread_of("tags", _TEXT),
}


def of_runs(
    db: Transaction, names: Names, runs: Sequence[int], kind: Kind
) -> list[Spread]:
    """What the runs have, in the order of the names.

    One statement, and one for names that are not known yet.
    """
    if not runs:
        return []
    rows = db.all(_SPREADS[kind], db.array(runs))
    texts = names.texts(db, [row[0] for row in rows])
    # SQLite keeps NaN as a text of that name.
    read = float if kind == "metrics" else str
    found = [Spread(texts[k], n, bool(same), read(value)) for k, n, same, value in rows]
    return sorted(found, key=lambda one: one.name)
