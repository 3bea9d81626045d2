"""A few points of each of many metrics: what small pictures need."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from itertools import groupby
from operator import itemgetter

from trackgate_wire import limits

from trackgate_server.store.run_lists import MetricLine
from trackgate_server.store.runs import RunKey
from trackgate_server.store.schema import from_sqlite
from trackgate_server.store.sql import Sql
from trackgate_server.store.transaction import Row, Transaction

Outline = list[tuple[int, int, float]]
"""(step, timestamp, value) in the order of step and time."""

_Place = tuple[int, int, int]
_KEY = itemgetter(0)

# The first point at or behind each place, each looked up in the primary key.
_BEHIND = "AND (step, timestamp) >= (w.step, w.timestamp)"
_FIRST = "ORDER BY step, timestamp, value LIMIT 1"
_AT = Sql(
    "SELECT f.key, f.step, f.timestamp, f.value FROM (SELECT"
    " json_extract(value, '$[0]') AS key, json_extract(value, '$[1]') AS step,"
    " json_extract(value, '$[2]') AS timestamp FROM json_each(?)) AS w"
    " CROSS JOIN metrics AS f WHERE (f.run, f.key, f.step, f.timestamp, f.value) ="
    " (SELECT run, key, step, timestamp, value FROM metrics"
    f" WHERE run = ? AND key = w.key {_BEHIND} {_FIRST})",
    postgresql="SELECT w.key, f.step, f.timestamp, f.value"
    " FROM unnest(?::int8[], ?::int8[], ?::int8[]) AS w (key, step, timestamp)"
    " CROSS JOIN LATERAL (SELECT step, timestamp, value FROM metrics"
    f" WHERE run = ? AND key = w.key {_BEHIND} {_FIRST}) AS f",
)


def of(
    db: Transaction, run: RunKey, lines: Sequence[MetricLine], most: int
) -> dict[int, Outline]:
    """About `most` points of each metric, first and last among them, by key.

    most  2 or more

    Spread evenly over the steps, or over the times where all have the same step. One
    statement, and `most` looks into an index for each metric.
    """
    places = [place for line in lines for place in _places(line, most)]
    if not places:
        return {}
    rows = db.all(_AT, *_bound(db, places), run)
    ends = [(line.key, line.step, line.timestamp, line.value) for line in lines]
    return dict(_by_key([*(_number(row) for row in rows), *ends]))


def _places(line: MetricLine, most: int) -> Iterable[_Place]:
    """Where to look for points, the last one left out, which is known."""
    if line.step > line.first_step:
        steps = _even(line.first_step, line.step, most)
        return ((line.key, step, limits.INT64_MIN) for step in steps)
    times = _even(line.first_timestamp, line.timestamp, most)
    return ((line.key, line.step, time) for time in times)


def _even(low: int, high: int, most: int) -> list[int]:
    return sorted({low + (high - low) * i // (most - 1) for i in range(most - 1)})


def _bound(db: Transaction, places: Sequence[_Place]) -> list[object]:
    if db.kind == "sqlite":
        return [json.dumps(places)]
    return [list(column) for column in zip(*places, strict=True)]


def _by_key(rows: Iterable[Row]) -> Iterable[tuple[int, Outline]]:
    # Where points are sparse several places lead to the same one.
    found = {row[:3]: row for row in rows}
    for key, its in groupby(sorted(found.values(), key=itemgetter(0, 1, 2)), _KEY):
        yield key, [(step, time, value) for _, step, time, value in its]


def _number(row: Row) -> Row:
    return (*row[:3], from_sqlite(row[3]))
