"""Writing metrics: every point, and the latest, least and greatest of each key."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from trackgate_wire.metrics import Metric

from trackgate_server.store import runs
from trackgate_server.store.names import Names
from trackgate_server.store.runs import RunKey
from trackgate_server.store.schema import to_sqlite
from trackgate_server.store.sql import BulkInsert, Sql, array_literal
from trackgate_server.store.transaction import Transaction

_POINT = ("run", "key", "step", "timestamp", "value")
_SUMMARY = (*_POINT, "min", "max", "first_step", "first_timestamp", "ordered")

_NEWER = (
    "(excluded.step, excluded.timestamp, excluded.value)"
    " > (latest_metrics.step, latest_metrics.timestamp, latest_metrics.value)"
)


def _forward(column: str) -> str:
    return (
        f"{column} = CASE WHEN {_NEWER} THEN excluded.{column}"
        f" ELSE latest_metrics.{column} END"
    )


def _extreme(column: str, beyond: str) -> str:
    return (
        f"{column} = CASE WHEN latest_metrics.{column} IS NULL"
        f" OR excluded.{column} {beyond} latest_metrics.{column}"
        f" THEN excluded.{column} ELSE latest_metrics.{column} END"
    )


_MOVE_FORWARD = "ON CONFLICT (run, key) DO UPDATE SET " + ", ".join(
    (
        _forward("step"),
        _forward("timestamp"),
        _forward("value"),
        _extreme("min", "<"),
        _extreme("max", ">"),
        _extreme("first_step", "<"),
        _extreme("first_timestamp", "<"),
        "ordered = CASE WHEN latest_metrics.ordered = 1 AND excluded.ordered = 1"
        " AND excluded.first_step >= latest_metrics.step"
        " AND excluded.first_timestamp >= latest_metrics.timestamp"
        " THEN 1 ELSE 0 END",
    )
)

_INSERT_POINTS = BulkInsert("metrics", _POINT, (), "ON CONFLICT DO NOTHING")
_MOVE_LATEST = BulkInsert("latest_metrics", _SUMMARY, (), _MOVE_FORWARD)

# Check of the run, points and latest values in one statement, however many points.
_LOG_AT_ONCE = Sql(
    "",
    postgresql="WITH found AS (SELECT id FROM runs WHERE uuid = ? AND lifecycle = 0),"
    " points AS (INSERT INTO metrics (run, key, step, timestamp, value)"
    " SELECT found.id, given.* FROM found, unnest(?::int8[], ?::int8[], ?::int8[],"
    " ?::float8[]) AS given ON CONFLICT DO NOTHING),"
    f" latest AS (INSERT INTO latest_metrics ({', '.join(_SUMMARY)})"
    " SELECT found.id, given.* FROM found, unnest(?::int8[], ?::int8[], ?::int8[],"
    " ?::float8[], ?::float8[], ?::float8[], ?::int8[], ?::int8[], ?::int2[])"
    f" AS given {_MOVE_FORWARD}) SELECT id FROM found",
)


@dataclass(slots=True)
class _Summary:
    """What a batch says of one key, as columns of `latest_metrics`."""

    step: int
    timestamp: int
    value: float
    least: float | None
    greatest: float | None
    first_step: int
    first_timestamp: int
    ordered: int = 1


def log(db: Transaction, names: Names, run_id: str, points: Sequence[Metric]) -> None:
    """Append points to an active run and move its latest values forward.

    A point already stored is left alone, so a batch may be sent twice. One statement
    on PostgreSQL, three on SQLite, however many points; errors as
    `runs.get_active`.
    """
    keys = names.ensure(db, [point.key for point in points])
    if db.kind == "sqlite":
        _log_in_turn(db, runs.require_active(db, run_id), keys, points)
    else:
        _log_at_once(db, run_id, keys, points)


def _log_in_turn(
    db: Transaction, run: RunKey, keys: Sequence[int], points: Sequence[Metric]
) -> None:
    values = [to_sqlite(point.value) for point in points]
    steps, times = [p.step for p in points], [p.timestamp for p in points]
    db.bulk(_INSERT_POINTS, [[run] * len(points), keys, steps, times, values])
    summaries = _summaries(keys, points)
    columns = _columns(summaries)
    columns[3] = [to_sqlite(summary.value) for summary in summaries.values()]
    db.bulk(_MOVE_LATEST, [[run] * len(summaries), *columns])


def _log_at_once(
    db: Transaction, run_id: str, keys: Sequence[int], points: Sequence[Metric]
) -> None:
    columns = (
        keys,
        [point.step for point in points],
        [point.timestamp for point in points],
        [point.value for point in points],
        *_columns(_summaries(keys, points)),
    )
    if db.one(_LOG_AT_ONCE, run_id, *map(array_literal, columns)) is None:
        runs.require_active(db, run_id)


def _columns(summaries: dict[int, _Summary]) -> list[list[Any]]:
    # By key, so that two writers to a run lock its rows in the same order.
    rows = summaries.values()
    return [
        list(summaries),
        [row.step for row in rows],
        [row.timestamp for row in rows],
        [row.value for row in rows],
        [row.least for row in rows],
        [row.greatest for row in rows],
        [row.first_step for row in rows],
        [row.first_timestamp for row in rows],
        [row.ordered for row in rows],
    ]


def _summaries(keys: Sequence[int], points: Sequence[Metric]) -> dict[int, _Summary]:
    """One summary for each key, in the keys' order."""
    summaries: dict[int, _Summary] = {}
    for key, point in zip(keys, points, strict=True):
        summary = summaries.get(key)
        if summary is None:
            summaries[key] = _first(point)
        else:
            _extend(summary, point)
    return dict(sorted(summaries.items()))


def _first(point: Metric) -> _Summary:
    number = None if math.isnan(point.value) else point.value
    step, timestamp = point.step, point.timestamp
    return _Summary(step, timestamp, point.value, number, number, step, timestamp)


def _extend(summary: _Summary, point: Metric) -> None:
    step, timestamp, value = point.step, point.timestamp, point.value
    if step < summary.step or timestamp < summary.timestamp:
        summary.ordered = 0
    summary.first_step = min(summary.first_step, step)
    summary.first_timestamp = min(summary.first_timestamp, timestamp)
    missing = math.isnan(value)
    if not missing:
        least, greatest = summary.least, summary.greatest
        summary.least = value if least is None else min(least, value)
        summary.greatest = value if greatest is None else max(greatest, value)
    kept = (summary.step, summary.timestamp, math.isnan(summary.value))
    here = (step, timestamp, missing)
    if here > kept or (here == kept and value > summary.value):
        summary.step, summary.timestamp, summary.value = step, timestamp, value
