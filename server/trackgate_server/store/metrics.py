"""Writing metrics: every point, and the latest, least and greatest of each key."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from trackgate_wire.metrics import Metric

from trackgate_server.store import runs
from trackgate_server.store.names import Names
from trackgate_server.store.runs import RunKey
from trackgate_server.store.schema import to_sqlite
from trackgate_server.store.sql import BulkInsert, Sql, array_literal
from trackgate_server.store.summaries import COLUMNS, summed_up
from trackgate_server.store.transaction import Transaction

POINT = ("run", "key", "step", "timestamp", "value")
SUMMARY = ("run", *COLUMNS)

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


MOVE_FORWARD = "ON CONFLICT (run, key) DO UPDATE SET " + ", ".join(
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

_INSERT_POINTS = BulkInsert("metrics", POINT, (), "ON CONFLICT DO NOTHING")
_MOVE_LATEST = BulkInsert("latest_metrics", SUMMARY, (), MOVE_FORWARD)

# Check of the run, points and latest values in one statement, however many points.
_LOG_AT_ONCE = Sql(
    "",
    postgresql=f"{runs.FOUND_ACTIVE},"
    " points AS (INSERT INTO metrics (run, key, step, timestamp, value)"
    " SELECT found.id, given.* FROM found, unnest(?::int8[], ?::int8[], ?::int8[],"
    " ?::float8[]) AS given ON CONFLICT DO NOTHING),"
    f" latest AS (INSERT INTO latest_metrics ({', '.join(SUMMARY)})"
    " SELECT found.id, given.* FROM found, unnest(?::int8[], ?::int8[], ?::int8[],"
    " ?::float8[], ?::float8[], ?::float8[], ?::int8[], ?::int8[], ?::int2[])"
    f" AS given {MOVE_FORWARD}) SELECT id FROM found",
)


def log(db: Transaction, names: Names, run_id: str, points: Sequence[Metric]) -> RunKey:
    """Append points to an active run and move its latest values forward.

    A point already stored is left alone, so a batch may be sent twice. One statement
    on PostgreSQL, three on SQLite, however many points; errors as
    `runs.get_active`.
    """
    keys = names.ensure(db, [point.key for point in points])
    if db.kind == "sqlite":
        return _log_in_turn(db, runs.require_active(db, run_id), keys, points)
    return _log_at_once(db, run_id, keys, points)


def _log_in_turn(
    db: Transaction, run: RunKey, keys: Sequence[int], points: Sequence[Metric]
) -> RunKey:
    values = [to_sqlite(point.value) for point in points]
    steps, times = [p.step for p in points], [p.timestamp for p in points]
    db.bulk(_INSERT_POINTS, [[run] * len(points), keys, steps, times, values])
    columns: list[Sequence[Any]] = list(zip(*summed_up(keys, points), strict=True))
    columns[3] = [to_sqlite(value) for value in columns[3]]
    db.bulk(_MOVE_LATEST, [[run] * len(columns[0]), *columns])
    return run


def _log_at_once(
    db: Transaction, run_id: str, keys: Sequence[int], points: Sequence[Metric]
) -> RunKey:
    columns = (
        keys,
        [point.step for point in points],
        [point.timestamp for point in points],
        [point.value for point in points],
        *zip(*summed_up(keys, points), strict=True),
    )
    row = db.one(_LOG_AT_ONCE, run_id, *map(array_literal, columns))
    return runs.refuse(db, run_id) if row is None else row[0]
