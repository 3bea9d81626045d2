"""Metrics of callers who log at the same moment, written by one statement."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from trackgate_wire.metrics import Metric

from trackgate_server.store import metrics
from trackgate_server.store.database import Database
from trackgate_server.store.runs import RunKey
from trackgate_server.store.sql import Sql, array_literal
from trackgate_server.store.summaries import summed_up
from trackgate_server.store.transaction import Transaction

# More points than this keep a connection busy by themselves.
_MOST_POINTS = 100

_POINT = ", ".join(metrics.POINT[1:])
_SUMMARY = ", ".join(metrics.SUMMARY[1:])
# As the statement of one run in `metrics`, with each point's run known by its place
# among the ids. PostgreSQL plans it anew each time, so one run is slower by it.
_LOG = Sql(
    "",
    postgresql="WITH found AS MATERIALIZED (SELECT ARRAY(SELECT"
    " (SELECT id FROM runs WHERE runs.uuid = given.uuid AND lifecycle = 0)"
    " FROM unnest(?::text[]) WITH ORDINALITY AS given (uuid, place)"
    " ORDER BY place) AS keys),"
    f" points AS (INSERT INTO metrics (run, {_POINT})"
    f" SELECT keys[place], {_POINT} FROM found,"
    " unnest(?::int4[], ?::int8[], ?::int8[], ?::int8[], ?::float8[])"
    f" AS given (place, {_POINT})"
    " WHERE keys[place] IS NOT NULL ON CONFLICT DO NOTHING),"
    f" latest AS (INSERT INTO latest_metrics (run, {_SUMMARY})"
    f" SELECT keys[place], {_SUMMARY} FROM found,"
    " unnest(?::int4[], ?::int8[], ?::int8[], ?::int8[], ?::float8[],"
    " ?::float8[], ?::float8[], ?::int8[], ?::int8[], ?::int2[])"
    f" AS given (place, {_SUMMARY})"
    f" WHERE keys[place] IS NOT NULL {metrics.MOVE_FORWARD}) SELECT keys FROM found",
)


class _Batch(NamedTuple):
    """Points of one run, the number of each one's key beside it."""

    run_id: str
    keys: Sequence[int]
    points: Sequence[Metric]


def log(database: Database, run_id: str, points: Sequence[Metric]) -> None:
    """As `metrics.log`, by a transaction that callers who wait just then share."""

    def alone(db: Transaction) -> RunKey:
        return metrics.log(db, database.names, run_id, points)

    keys = database.names.known([point.key for point in points])
    if keys is None or len(points) > _MOST_POINTS:
        database.write(alone, single=True)
    else:
        batch = _Batch(run_id, keys, points)
        database.write_jointly(_log_together, batch, alone)


def _log_together(
    db: Transaction, batches: Sequence[_Batch]
) -> Sequence[RunKey | None]:
    merged = _merged(batches)
    points = [
        (place, key, point.step, point.timestamp, point.value)
        for place, batch in enumerate(merged, 1)
        for key, point in zip(batch.keys, batch.points, strict=True)
    ]
    summaries = [
        (place, *row)
        for place, batch in enumerate(merged, 1)
        for row in summed_up(batch.keys, batch.points)
    ]
    run_ids = [batch.run_id for batch in merged]
    columns = (*zip(*points, strict=True), *zip(*summaries, strict=True))
    row = db.one(_LOG, run_ids, *map(array_literal, columns))
    found = dict(zip(run_ids, row[0] if row else (), strict=True))
    return [found[batch.run_id] for batch in batches]


def _merged(batches: Sequence[_Batch]) -> list[_Batch]:
    """One batch a run, since a statement may change a row of latest values once.

    By the runs' ids, so that two servers lock rows of the same runs in one order.
    """
    merged: dict[str, _Batch] = {}
    for batch in batches:
        other = merged.get(batch.run_id)
        merged[batch.run_id] = batch if other is None else _joined(other, batch)
    return [merged[run_id] for run_id in sorted(merged)]


def _joined(one: _Batch, other: _Batch) -> _Batch:
    keys, points = [*one.keys, *other.keys], [*one.points, *other.points]
    return _Batch(one.run_id, keys, points)
