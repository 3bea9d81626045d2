"""The client's methods about metrics."""

from __future__ import annotations

from collections.abc import Sequence

from trackgate_wire import limits, metrics
from trackgate_wire.metrics import (
    GetMetricHistory,
    GetMetricHistoryBulk,
    GetMetricHistoryBulkInterval,
    LogMetric,
)

from trackgate import values
from trackgate.calls import calls
from trackgate.entities import Metric, PagedList
from trackgate.parcels import RunOperations
from trackgate.run_calls import RunCalls


class MetricCalls(RunCalls):
    """Metrics of runs: log points, read histories."""

    @calls(metrics.LOG_METRIC)
    def log_metric(
        self,
        run_id: str,
        key: str,
        value: float,
        timestamp: int | None = None,
        step: int | None = None,
        synchronous: bool | None = None,
        dataset_name: str | None = None,
        dataset_digest: str | None = None,
        model_id: str | None = None,
    ) -> RunOperations | None:
        """Log one point of a metric.

        value      any number, also NaN or infinite
        timestamp  milliseconds since the Unix epoch; now, where it is missing
        step       training step; 0, where it is missing

        Raises InvalidParameterValue at once where a rule of the protocol is broken.
        """
        point = values.metric(
            key,
            value,
            timestamp,
            step,
            model_id=model_id,
            dataset_name=dataset_name,
            dataset_digest=dataset_digest,
        )
        if self._in_background(synchronous):
            return self._outbox.put(run_id, (point,))
        request = LogMetric(
            run_id=run_id,
            key=point.key,
            value=point.value,
            timestamp=point.timestamp,
            step=point.step,
            model_id=model_id,
            dataset_name=dataset_name,
            dataset_digest=dataset_digest,
        )
        self._connection.call(metrics.LOG_METRIC, request)
        return None

    @calls(metrics.GET_METRIC_HISTORY)
    def get_metric_history(self, run_id: str, key: str) -> list[Metric]:
        """All points of a run's metric, by timestamp, step and value."""
        page = self.get_metric_history_page(run_id, key)
        points = list(page)
        while page.token is not None:
            page = self.get_metric_history_page(run_id, key, page_token=page.token)
            points.extend(page)
        return points

    @calls(metrics.GET_METRIC_HISTORY)
    def get_metric_history_page(
        self,
        run_id: str,
        key: str,
        max_results: int = limits.HISTORY_PER_PAGE,
        page_token: str | None = None,
    ) -> PagedList[Metric]:
        """One page of a metric's history."""
        request = GetMetricHistory(
            run_id=run_id,
            metric_key=key,
            page_token=page_token,
            max_results=max_results,
        )
        page = self._connection.call(metrics.GET_METRIC_HISTORY, request)
        return PagedList(page.metrics, page.next_page_token or None)

    @calls(metrics.GET_METRIC_HISTORY_BULK)
    def get_metric_history_bulk(
        self,
        run_ids: Sequence[str],
        key: str,
        max_results: int = limits.HISTORY_PER_PAGE,
    ) -> list[Metric]:
        """Points of one metric of several runs; each names its `run_id`."""
        request = GetMetricHistoryBulk(
            run_id=list(run_ids), metric_key=key, max_results=max_results
        )
        found = self._connection.call(metrics.GET_METRIC_HISTORY_BULK, request)
        return found.metrics

    @calls(metrics.GET_METRIC_HISTORY_BULK_INTERVAL)
    def get_metric_history_bulk_interval(
        self,
        run_ids: Sequence[str],
        key: str,
        max_results: int = limits.BULK_INTERVAL_POINTS,
        start_step: int | None = None,
        end_step: int | None = None,
    ) -> list[Metric]:
        """Evenly thinned points of one metric of several runs.

        max_results           about so many points a run
        start_step, end_step  inclusive; both or none
        """
        request = GetMetricHistoryBulkInterval(
            run_ids=list(run_ids),
            metric_key=key,
            start_step=start_step,
            end_step=end_step,
            max_results=max_results,
        )
        endpoint = metrics.GET_METRIC_HISTORY_BULK_INTERVAL
        return self._connection.call(endpoint, request).metrics
