"""Logging metrics and batches: the rules."""

from __future__ import annotations

from collections.abc import Sequence
from operator import attrgetter

from trackgate_wire import limits, rules
from trackgate_wire.endpoint import Empty
from trackgate_wire.errors import InvalidParameterValue
from trackgate_wire.metrics import (
    LOG_METRIC,
    LogMetric,
    Metric,
)
from trackgate_wire.runs import LOG_BATCH, LogBatch

from trackgate_server.operations.scope import Scope
from trackgate_server.operations.serving import Wants, serves
from trackgate_server.operations.tags import checked_param, checked_tags, put
from trackgate_server.store import (
    joint_metrics,
    logged_model_metrics,
    metrics,
    params,
    runs,
)

# Costs 20 ns a point, and every batch is asked.
_MODEL_ID = attrgetter("model_id")


def _metric_wants(request: LogMetric) -> Wants:
    return "write" if request.model_id else "none"


@serves(LOG_METRIC, _metric_wants)
def log_metric(scope: Scope, request: LogMetric) -> Empty:
    point = request.point()
    _check_points([point])
    _log(scope, request.run(), [point])
    return Empty()


def _batch_wants(request: LogBatch) -> Wants:
    if request.tags or _with_models(request.metrics):
        return "write"
    if request.params:
        return "write" if request.metrics else "single"
    return "none" if request.metrics else "read"


@serves(LOG_BATCH, _batch_wants)
def log_batch(scope: Scope, request: LogBatch) -> Empty:
    run_id = request.run()
    rules.check_run_id(run_id)
    _check_sizes(request)
    _check_points(request.metrics)
    given = [checked_param(scope, param) for param in request.params]
    rules.check_unique("param", [param.key for param in given])
    labels = checked_tags(scope, request.tags)
    if given and not labels and not request.metrics:
        params.log_at_once(scope.db, scope.names, run_id, given)
    elif given or labels or not request.metrics:
        run = runs.require_active(scope.db, run_id)
        params.log(scope.db, scope.names, run, given)
        put(scope, run, labels)
    if request.metrics:
        _log(scope, run_id, request.metrics)
    return Empty()


def _log(scope: Scope, run_id: str, points: Sequence[Metric]) -> None:
    """Keep points with the run, and those of logged models also with these."""
    if scope.transaction is None:
        joint_metrics.log(scope.services.database, run_id, points)
        return
    run = metrics.log(scope.db, scope.names, run_id, points)
    if _with_models(points):
        logged_model_metrics.log(scope.db, scope.names, run, points)


def _with_models(points: Sequence[Metric]) -> bool:
    return any(map(_MODEL_ID, points))


def _check_points(points: Sequence[Metric]) -> None:
    # A batch has many points of few keys.
    for key in dict.fromkeys(point.key for point in points):
        rules.check_key("Metric", key)
    for point in points:
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
