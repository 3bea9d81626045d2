"""Metrics: messages and calls (MLflow REST API, "Metrics")."""

from __future__ import annotations

import msgspec

from trackgate_wire import limits
from trackgate_wire.endpoint import Access, Empty, Endpoint, Message
from trackgate_wire.run_ref import RunRef
from trackgate_wire.scalars import Int64, Required


class Metric(Message, frozen=True, gc=False):
    """One measured point of a run's metric.

    key        name, at most limits.KEY_LENGTH characters
    value      IEEE double; NaN and infinities are allowed
    timestamp  milliseconds since the Unix epoch, UTC
    step       training step, any signed 64-bit integer

    In a log-batch the last three may name the logged model and the dataset that
    the point belongs to.
    """

    key: str
    value: float
    timestamp: Int64
    step: Int64 = msgspec.field(default_factory=int)
    run_id: str | None = None
    model_id: str | None = None
    dataset_name: str | None = None
    dataset_digest: str | None = None


class LogMetric(RunRef, frozen=True, kw_only=True):
    key: Required
    value: float
    timestamp: Int64
    step: Int64 = 0
    model_id: str | None = None
    dataset_name: str | None = None
    dataset_digest: str | None = None

    def point(self) -> Metric:
        """The point that is to be stored."""
        return Metric(
            self.key,
            self.value,
            self.timestamp,
            self.step,
            model_id=self.model_id,
            dataset_name=self.dataset_name,
            dataset_digest=self.dataset_digest,
        )


class GetMetricHistory(RunRef, frozen=True, kw_only=True):
    """Without `max_results` the whole history comes in one answer."""

    metric_key: Required
    page_token: str | None = None
    max_results: Int64 | None = None


class MetricHistory(Message, frozen=True):
    """Points in the order of timestamp, step and value."""

    metrics: list[Metric] = []
    next_page_token: str | None = None


class BulkMetricHistory(Message, frozen=True):
    """Points by run, then as in a history; the list is there even if it is empty."""

    metrics: list[Metric] = msgspec.field(default_factory=list[Metric])


class GetMetricHistoryBulk(Message, frozen=True, kw_only=True):
    """One metric of several runs. The list's singular name is the protocol's."""

    run_id: list[str] = []
    run_ids: list[str] = []
    metric_key: Required
    max_results: Int64 = limits.HISTORY_PER_PAGE


class GetMetricHistoryBulkInterval(Message, frozen=True, kw_only=True):
    """One metric of several runs, thinned out to about `max_results` a run.

    start_step, end_step  inclusive; both or none
    """

    run_ids: list[str] = []
    metric_key: Required
    start_step: Int64 | None = None
    end_step: Int64 | None = None
    max_results: Int64 = limits.BULK_INTERVAL_POINTS


LOG_METRIC = Endpoint("POST", "mlflow/runs/log-metric", LogMetric, Empty, Access.WRITE)
GET_METRIC_HISTORY = Endpoint(
    "GET", "mlflow/metrics/get-history", GetMetricHistory, MetricHistory, Access.READ
)
GET_METRIC_HISTORY_BULK = Endpoint(
    "GET",
    "mlflow/metrics/get-history-bulk",
    GetMetricHistoryBulk,
    BulkMetricHistory,
    Access.READ,
)
GET_METRIC_HISTORY_BULK_INTERVAL = Endpoint(
    "GET",
    "mlflow/metrics/get-history-bulk-interval",
    GetMetricHistoryBulkInterval,
    MetricHistory,
    Access.READ,
)
