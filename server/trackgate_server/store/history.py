"""Reading a metric's points: whole histories, pages, and a few for a chart."""

from __future__ import annotations

from typing import NamedTuple

from trackgate_server.store.runs import RunKey
from trackgate_server.store.schema import to_sqlite
from trackgate_server.store.sql import Sql
from trackgate_server.store.transaction import Transaction

Point = tuple[int, int, "float | str"]
"""(step, timestamp, value)"""


class Extent(NamedTuple):
    """What is known of a history without reading it."""

    first_step: int
    last_step: int
    ordered: bool


class After(NamedTuple):
    """The last point of the page before."""

    timestamp: int
    step: int
    value: float


_WHERE = "FROM metrics WHERE run = ? AND key = ?"
_POINT = f"SELECT step, timestamp, value {_WHERE}"

_EXTENT = Sql(
    "SELECT first_step, step, ordered FROM latest_metrics WHERE run = ? AND key = ?"
)
# Where `ordered` holds, the primary key's order is the order of time as well.
_BY_STEP = Sql(f"{_POINT} ORDER BY step, timestamp, value LIMIT ?")
_BY_STEP_AFTER = Sql(
    f"{_POINT} AND (step, timestamp, value) > (?, ?, ?)"
    " ORDER BY step, timestamp, value LIMIT ?"
)
_BY_TIME = Sql(f"{_POINT} ORDER BY timestamp, step, value LIMIT ?")
_BY_TIME_AFTER = Sql(
    f"{_POINT} AND (timestamp, step, value) > (?, ?, ?)"
    " ORDER BY timestamp, step, value LIMIT ?"
)
_WITHIN = Sql(
    f"{_POINT} AND step >= ? AND step <= ? ORDER BY step, timestamp, value LIMIT ?"
)
_COUNT_WITHIN = Sql(f"SELECT count(*) {_WHERE} AND step >= ? AND step <= ?")
_LAST = (
    f"{_POINT} AND step >= ? AND step <= ?"
    " ORDER BY step DESC, timestamp DESC, value DESC LIMIT 1"
)
_LAST_WITHIN = Sql(_LAST)
# The first point at or behind each of many steps, each looked up in the index, and the
# last one. Where steps are sparse several lead to the same point, which comes once.
_AT_STEPS = Sql(
    "SELECT found.step, found.timestamp, found.value FROM json_each(?) AS wanted"
    " JOIN metrics AS found ON (found.run, found.key, found.step, found.timestamp,"
    f" found.value) = (SELECT run, key, step, timestamp, value {_WHERE}"
    " AND step >= wanted.value AND step <= ? ORDER BY step, timestamp, value LIMIT 1)"
    f" UNION SELECT * FROM ({_LAST}) ORDER BY 1, 2, 3",
    postgresql="SELECT found.* FROM unnest(?::int8[]) AS wanted (value) CROSS JOIN"
    f" LATERAL ({_POINT} AND step >= wanted.value AND step <= ?"
    " ORDER BY step, timestamp, value LIMIT 1) AS found"
    f" UNION SELECT * FROM ({_LAST}) AS last ORDER BY 1, 2, 3",
)
# Every n-th point, where steps say nothing of how points are spread.
_SPREAD = Sql(
    "SELECT step, timestamp, value FROM (SELECT step, timestamp, value,"
    f" row_number() OVER (ORDER BY step, timestamp, value) - 1 AS position {_WHERE}"
    " AND step >= ? AND step <= ?) AS numbered"
    " WHERE (position * ?) % ? < ? OR position = ? ORDER BY step, timestamp, value"
)


def extent(db: Transaction, run: RunKey, key: int) -> Extent | None:
    """First and last of a history; None if there is none. One statement."""
    row = db.one(_EXTENT, run, key)
    return None if row is None else Extent(*row[:2], ordered=bool(row[2]))


def page(
    db: Transaction, run: RunKey, key: int, limit: int, after: After | None
) -> list[Point]:
    """Points in the order of timestamp, step and value. Two statements.

    The cost of a page does not grow with what comes before it, as long as points
    were logged in the order of their steps and times; otherwise it sorts.
    """
    known = extent(db, run, key)
    if known is None:
        return []
    by_step = known.ordered
    if after is None:
        return db.all(_BY_STEP if by_step else _BY_TIME, run, key, limit)
    value = to_sqlite(after.value) if db.kind == "sqlite" else after.value
    if by_step:
        place = (after.step, after.timestamp, value)
        return db.all(_BY_STEP_AFTER, run, key, *place, limit)
    place = (after.timestamp, after.step, value)
    return db.all(_BY_TIME_AFTER, run, key, *place, limit)


def sample(
    db: Transaction, run: RunKey, key: int, steps: tuple[int, int] | None, most: int
) -> list[Point]:
    """About `most` points spread evenly, first and last among them, by step.

    steps  first and last step, inclusive; None is all

    Where steps are dense it looks up `most` places in the index; only where that
    finds too little does it count through the history.
    """
    known = extent(db, run, key)
    if known is None:
        return []
    low, high = steps or (known.first_step, known.last_step)
    low, high = max(low, known.first_step), min(high, known.last_step)
    if most == 1:
        return db.all(_LAST_WITHIN, run, key, low, high)
    few = db.all(_WITHIN, run, key, low, high, most + 1)
    if len(few) <= most:
        return few
    found = _by_even_steps(db, run, key, low, high, most)
    if 2 * len(found) >= most:
        return found
    return _by_position(db, run, key, low, high, most)


def _by_even_steps(
    db: Transaction, run: RunKey, key: int, low: int, high: int, most: int
) -> list[Point]:
    if high - low < most // 2:
        return []
    wanted = {low + (high - low) * i // (most - 1) for i in range(most - 1)}
    steps = db.array(sorted(wanted))
    return db.all(_AT_STEPS, steps, run, key, high, run, key, low, high)


def _by_position(
    db: Transaction, run: RunKey, key: int, low: int, high: int, most: int
) -> list[Point]:
    row = db.one(_COUNT_WITHIN, run, key, low, high)
    count: int = row[0] if row else 0
    spread = (most - 1, count, most - 1, count - 1)
    return db.all(_SPREAD, run, key, low, high, *spread)
