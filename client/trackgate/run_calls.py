"""The client's methods about runs and what they log."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeVar

from trackgate_wire import limits, rules, runs
from trackgate_wire.run_ref import RunRef
from trackgate_wire.runs import (
    CreateRun,
    DeleteTag,
    LogModel,
    LogParam,
    SearchRuns,
    SetTag,
    UpdateRun,
)

from trackgate import batches, values
from trackgate.batches import Value
from trackgate.calls import Calls, calls
from trackgate.config import sends_in_background
from trackgate.delivery import Delivery
from trackgate.entities import (
    Metric,
    PagedList,
    Param,
    Run,
    RunStatus,
    RunTag,
    ViewType,
    view_type,
)
from trackgate.errors import InvalidParameterValue
from trackgate.outbox import Outbox
from trackgate.parcels import RunOperations
from trackgate.transport import Connection

PARENT_TAG = "mlflow.parentRunId"
USER_TAG = "mlflow.user"

ValueT = TypeVar("ValueT")


class RunCalls(Calls):
    """Runs: create, find, log to, end, delete and restore.

    Where a method takes `synchronous`, False hands the values to the outbox and
    returns at once; None follows the setting for background sending.
    """

    def __init__(self, connection: Connection, delivery: Delivery) -> None:
        super().__init__(connection)
        self._delivery = delivery
        self._outbox = Outbox(
            delivery.send, connection.settings.queue_capacity, delivery.keep
        )

    @calls(runs.CREATE_RUN)
    def create_run(
        self,
        experiment_id: str,
        start_time: int | None = None,
        tags: Mapping[str, object] | None = None,
        run_name: str | None = None,
    ) -> Run:
        """Create a run and return it.

        start_time  milliseconds since the Unix epoch; now, where it is missing

        It is not asked for again when the connection breaks before the answer, so
        that no second run comes about.
        """
        given = dict(tags or {})
        request = CreateRun(
            experiment_id=str(experiment_id),
            user_id=str(given.get(USER_TAG, "")) or None,
            run_name=run_name,
            start_time=values.now_ms() if start_time is None else start_time,
            tags=values.tags(given),
        )
        return Run.of(self._connection.call(runs.CREATE_RUN, request).run)

    @calls(runs.GET_RUN)
    def get_run(self, run_id: str) -> Run:
        """The run of that id, deleted or not; raises NotFound."""
        rules.check_run_id(run_id)
        request = RunRef(run_id=run_id)
        return Run.of(self._connection.call(runs.GET_RUN, request).run)

    def get_parent_run(self, run_id: str) -> Run | None:
        """The run that the run of that id is nested in; None where it is not."""
        parent_id = self.get_run(run_id).data.tags.get(PARENT_TAG)
        return self.get_run(parent_id) if parent_id else None

    @calls(runs.SEARCH_RUNS)
    def search_runs(
        self,
        experiment_ids: Sequence[str] | str,
        filter_string: str = "",
        run_view_type: ViewType | str | int = ViewType.ACTIVE_ONLY,
        max_results: int = limits.RUNS_PER_PAGE_DEFAULT,
        order_by: Sequence[str] | None = None,
        page_token: str | None = None,
    ) -> PagedList[Run]:
        """One page of the runs that match, newest first unless ordered."""
        if isinstance(experiment_ids, str):
            experiment_ids = [experiment_ids]
        request = SearchRuns(
            experiment_ids=[str(one) for one in experiment_ids],
            filter=filter_string or None,
            run_view_type=view_type(run_view_type),
            max_results=max_results,
            order_by=list(order_by or ()),
            page_token=page_token or None,
        )
        page = self._connection.call(runs.SEARCH_RUNS, request)
        return PagedList(map(Run.of, page.runs), page.next_page_token or None)

    @calls(runs.UPDATE_RUN)
    def update_run(
        self, run_id: str, status: str | None = None, name: str | None = None
    ) -> None:
        """Change a run's status or name."""
        if status is None and name is None:
            return
        request = UpdateRun(run_id=run_id, status=_status(status), run_name=name)
        self._connection.call(runs.UPDATE_RUN, request)

    @calls(runs.UPDATE_RUN)
    def set_terminated(
        self, run_id: str, status: str | None = None, end_time: int | None = None
    ) -> None:
        """End a run, after all that waits in the background has been sent.

        status    FINISHED, FAILED or KILLED; FINISHED, where it is missing
        end_time  milliseconds since the Unix epoch; now, where it is missing
        """
        self._outbox.flush()
        request = UpdateRun(
            run_id=run_id,
            status=_status(status) or RunStatus.FINISHED,
            end_time=values.now_ms() if end_time is None else end_time,
        )
        self._delivery.end(request)

    @calls(runs.DELETE_RUN)
    def delete_run(self, run_id: str) -> None:
        """Hide a run; it can be restored."""
        self._connection.call(runs.DELETE_RUN, RunRef(run_id=run_id))

    @calls(runs.RESTORE_RUN)
    def restore_run(self, run_id: str) -> None:
        """Bring back a deleted run."""
        self._connection.call(runs.RESTORE_RUN, RunRef(run_id=run_id))

    @calls(runs.LOG_PARAM)
    def log_param(
        self, run_id: str, key: str, value: ValueT, synchronous: bool | None = None
    ) -> ValueT | RunOperations:
        """Log a parameter, and return the value.

        Raises InvalidParameterValue where the run has another value for that key.
        """
        param = values.param(key, value)
        if self._in_background(synchronous):
            return self._outbox.put(run_id, (param,))
        request = LogParam(run_id=run_id, key=param.key, value=param.value)
        self._connection.call(runs.LOG_PARAM, request)
        return value

    @calls(runs.SET_TAG)
    def set_tag(
        self, run_id: str, key: str, value: object, synchronous: bool | None = None
    ) -> RunOperations | None:
        """Set a tag of a run, replacing the one of that key."""
        tag = values.tag(key, value)
        if self._in_background(synchronous):
            return self._outbox.put(run_id, (tag,))
        request = SetTag(run_id=run_id, key=tag.key, value=tag.value)
        self._connection.call(runs.SET_TAG, request)
        return None

    @calls(runs.DELETE_TAG)
    def delete_tag(self, run_id: str, key: str) -> None:
        """Remove a tag of a run; raises NotFound where it has none of that key."""
        self._connection.call(runs.DELETE_TAG, DeleteTag(run_id=run_id, key=key))

    @calls(runs.LOG_BATCH)
    def log_batch(
        self,
        run_id: str,
        metrics: Sequence[Metric] = (),
        params: Sequence[Param] = (),
        tags: Sequence[RunTag] = (),
        synchronous: bool | None = None,
    ) -> RunOperations | None:
        """Log any number of values.

        What fits into one request is stored as a whole or not at all; more is
        split into several requests, in the order parameters, tags, metrics.
        """
        checked: list[Value] = [
            *(values.param(param.key, param.value) for param in params),
            *(values.tag(tag.key, tag.value) for tag in tags),
            *map(values.again, metrics),
        ]
        return self.log_checked(run_id, checked, synchronous)

    @calls(runs.LOG_BATCH)
    def log_checked(
        self, run_id: str, checked: Sequence[Value], synchronous: bool | None = None
    ) -> RunOperations | None:
        """As `log_batch`, of values that `trackgate.values` has made already."""
        if self._in_background(synchronous):
            return self._outbox.put(run_id, checked) if checked else None
        for batch in batches.split(checked):
            self._connection.call(runs.LOG_BATCH, batch.request(run_id))
        return None

    @calls(runs.LOG_MODEL)
    def log_model(self, run_id: str, model_json: str) -> None:
        """Note a model on a run; `model_json` is its MLmodel file as JSON."""
        request = LogModel(run_id=run_id, model_json=model_json)
        self._connection.call(runs.LOG_MODEL, request)

    def flush_async_logging(self) -> None:
        """Wait until all that waits in the background has been sent."""
        self._outbox.flush()

    def settle_in_a_hurry(self) -> None:
        """Send what waits within a few seconds, and put aside what is left."""
        if not self._outbox.flush(self._connection.settings.exit_flush_s):
            self._outbox.rescue()

    def send_waiting(self) -> None:
        """Send what an earlier program had to leave behind."""
        self._delivery.send_waiting()

    def _in_background(self, synchronous: bool | None) -> bool:
        return sends_in_background(synchronous, self._connection.settings)


def _status(given: str | None) -> RunStatus | None:
    if given is None:
        return None
    try:
        return RunStatus(given)
    except ValueError:
        allowed = ", ".join(RunStatus)
        raise InvalidParameterValue(
            f"Unknown run status {given!r}; it is one of {allowed}."
        ) from None
