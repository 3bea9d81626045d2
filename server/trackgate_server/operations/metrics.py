"""Metrics and batches: the rules."""

from __future__ import annotations

from collections.abc import Sequence
from operator import attrgetter

from trackgate_wire import limits, rules
from trackgate_wire.endpoint import Empty
from trackgate_wire.errors import InvalidParameterValue
from trackgate_wire.metrics import (
    GET_METRIC_HISTORY,
    GET_METRIC_HISTORY_BULK,
    GET_METRIC_HISTORY_BULK_INTERVAL,
    LOG_METRIC,
    BulkMetricHistory,
    GetMetricHistory,
    GetMetricHistoryBulk,
    GetMetricHistoryBulkInterval,
    LogMetric,
    Metric,
    MetricHistory,
)
from trackgate_wire.runs import LOG_BATCH, LogBatch

from trackgate_server.operations.scope import Scope
from trackgate_server.operations.serving import Wants, serves
from trackgate_server.operations.tags import checked_param, checked_tags, put
from trackgate_server.operations.tokens import Bookmarks
from trackgate_server.store import history, logged_model_metrics, metrics, params, runs
from trackgate_server.store.history import After
from trackgate_server.store.points import points_on_wire
from trackgate_server.store.runs import RunRow

_EVERYTHING = limits.INT64_MAX
# Costs 20 ns a point, and every batch is asked.
_MODEL_ID = attrgetter("model_id")


def _metric_wants(request: LogMetric) -> Wants:
    return "write" if request.model_id else "single"


@serves(LOG_METRIC, _metric_wants)
def log_metric(scope: Scope, request: LogMetric) -> Empty:
    point = request.point()
    _check_point(point)
    _log(scope, request.run(), [point])
    return Empty()


def _batch_wants(request: LogBatch) -> Wants:
    several = request.params or request.tags or _with_models(request.metrics)
    return "write" if several else "single"


@serves(LOG_BATCH, _batch_wants)
def log_batch(scope: Scope, request: LogBatch) -> Empty:
    run_id = request.run()
    rules.check_run_id(run_id)
    _check_sizes(request)
    for point in request.metrics:
        _check_point(point)
    given = [checked_param(scope, param) for param in request.params]
    rules.check_unique("param", [param.key for param in given])
    labels = checked_tags(scope, request.tags)
    if given or labels or not request.metrics:
        run = runs.require_active(scope.db, run_id)
        params.log(scope.db, scope.names, run, given)
        put(scope, run, labels)
    if request.metrics:
        _log(scope, run_id, request.metrics)
    return Empty()


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


def _log(scope: Scope, run_id: str, points: Sequence[Metric]) -> None:
    """Keep points with the run, and those of logged models also with these."""
    metrics.log(scope.db, scope.names, run_id, points)
    if _with_models(points):
        run = runs.require_active(scope.db, run_id)
        logged_model_metrics.log(scope.db, scope.names, run, points)


def _with_models(points: Sequence[Metric]) -> bool:
    return any(map(_MODEL_ID, points))


def _check_point(point: Metric) -> None:
    rules.check_key("Metric", point.key)
    if point.timestamp < 0:
        what = f"Timestamp of metric {rules.shown(point.key)}"
        rules.check_timestamp(what, point.timestamp)
    if point.dataset_name or point.dataset_digest:
        _check_dataset(point)


def _check_dataset(point: Metric) -> None:
    if not (point.dataset_name and point.dataset_digest):
        raise InvalidParameterValue(
            f"Metric {rules.shown(point.key)}: both dataset_name and dataset_digest"
            " must be given if one is."
        )
    what = f"of metric {rules.shown(point.key)}"
    most = limits.DATASET_NAME_LENGTH
    rules.check_length(f"Dataset name {what}", point.dataset_name, most)
    most = limits.DATASET_DIGEST_LENGTH
    rules.check_length(f"Dataset digest {what}", point.dataset_digest, most)


def _check_sizes(request: LogBatch) -> None:
    counts = (len(request.metrics), len(request.params), len(request.tags))
    rules.check_count("metrics", counts[0], limits.METRICS_PER_BATCH)
    rules.check_count("params", counts[1], limits.PARAMS_PER_BATCH)
    rules.check_count("tags", counts[2], limits.TAGS_PER_BATCH)
    rules.check_count(
        "metrics, params, and tags", sum(counts), limits.ENTITIES_PER_BATCH
    )


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
