"""Reading what a metric was: whole, by pages, or thinned out for a chart."""

from __future__ import annotations

from collections.abc import Sequence

from trackgate_wire import limits, rules
from trackgate_wire.errors import InvalidParameterValue
from trackgate_wire.metrics import (
    GET_METRIC_HISTORY,
    GET_METRIC_HISTORY_BULK,
    GET_METRIC_HISTORY_BULK_INTERVAL,
    BulkMetricHistory,
    GetMetricHistory,
    GetMetricHistoryBulk,
    GetMetricHistoryBulkInterval,
    Metric,
    MetricHistory,
)

from trackgate_server.operations.scope import Scope
from trackgate_server.operations.serving import serves
from trackgate_server.operations.tokens import Bookmarks
from trackgate_server.store import history, runs
from trackgate_server.store.history import After
from trackgate_server.store.points import points_on_wire
from trackgate_server.store.runs import RunRow

_EVERYTHING = limits.INT64_MAX


@serves(GET_METRIC_HISTORY)
def get_history(scope: Scope, request: GetMetricHistory) -> MetricHistory:
    if request.max_results is not None:
        most = limits.HISTORY_PER_PAGE
        rules.check_page_size(request.max_results, limits.INT64_MAX)
        size = min(request.max_results, most)
    else:
        size = _EVERYTHING - 1
    row = runs.get(scope.db, request.run())
    what = ["history", row.uuid, request.metric_key]
    bookmarks = Bookmarks(scope.services.signing_key, what)
    place = bookmarks.read(request.page_token)
    name = scope.names.find(scope.db, request.metric_key)
    if name is None:
        return MetricHistory()
    after = After(*place) if place else None
    found = history.page(scope.db, row.key, name, size + 1, after)
    points, more = found[:size], len(found) > size
    token = bookmarks.make(_place(points[-1]) if more else None)
    return MetricHistory(points_on_wire(request.metric_key, points), token)


@serves(GET_METRIC_HISTORY_BULK)
def get_history_bulk(scope: Scope, request: GetMetricHistoryBulk) -> BulkMetricHistory:
    rows = _runs(scope, [*request.run_id, *request.run_ids])
    name = scope.names.find(scope.db, request.metric_key)
    left = min(request.max_results, limits.HISTORY_PER_PAGE)
    rules.check_page_size(left, limits.HISTORY_PER_PAGE)
    found: list[Metric] = []
    for row in sorted(rows, key=lambda row: row.uuid):
        if name is None or left <= 0:
            break
        points = history.page(scope.db, row.key, name, left, None)
        left -= len(points)
        found += points_on_wire(request.metric_key, points, row.uuid)
    return BulkMetricHistory(found)


@serves(GET_METRIC_HISTORY_BULK_INTERVAL)
def get_history_interval(
    scope: Scope, request: GetMetricHistoryBulkInterval
) -> MetricHistory:
    rules.check_page_size(request.max_results, limits.BULK_INTERVAL_POINTS)
    steps = _interval(request)
    rows = _runs(scope, request.run_ids)
    name = scope.names.find(scope.db, request.metric_key)
    found: list[Metric] = []
    for row in sorted(rows, key=lambda row: request.run_ids.index(row.uuid)):
        if name is None:
            break
        points = history.sample(scope.db, row.key, name, steps, request.max_results)
        found += points_on_wire(request.metric_key, points, row.uuid)
    return MetricHistory(found)


def _place(point: history.Point) -> After:
    step, timestamp, value = point
    return After(timestamp, step, float(value))


def _interval(request: GetMetricHistoryBulkInterval) -> tuple[int, int] | None:
    start, end = request.start_step, request.end_step
    if start is None and end is None:
        return None
    if start is None or end is None:
        raise InvalidParameterValue(
            "If either start_step or end_step are specified, both must be specified."
        )
    if start > end:
        raise InvalidParameterValue(
            f"end_step must be greater than or equal to start_step; found {start} as"
            f" start_step and {end} as end_step."
        )
    return start, end


def _runs(scope: Scope, run_ids: Sequence[str]) -> list[RunRow]:
    if not run_ids:
        raise InvalidParameterValue("Missing value for required parameter 'run_ids'.")
    rules.check_count("run ids", len(run_ids), limits.BULK_HISTORY_RUNS)
    return runs.find_all(scope.db, run_ids)
