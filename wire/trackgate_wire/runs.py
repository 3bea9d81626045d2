"""Runs: messages and calls (MLflow REST API, "Runs")."""

from __future__ import annotations

import msgspec

from trackgate_wire import limits
from trackgate_wire.datasets import RunInputs, RunOutputs
from trackgate_wire.endpoint import Access, Empty, Endpoint, Message
from trackgate_wire.metrics import Metric
from trackgate_wire.run_ref import RunRef
from trackgate_wire.scalars import (
    Int64,
    LifecycleStage,
    Required,
    RunStatus,
    ViewType,
)


class Param(Message, frozen=True, gc=False):
    """An input of a run, written once."""

    key: str
    value: str = msgspec.field(default_factory=str)


class RunTag(Message, frozen=True, gc=False):
    """A label of a run; a later one of the same key replaces it."""

    key: str
    value: str = msgspec.field(default_factory=str)


class RunInfo(Message, frozen=True, kw_only=True):
    """What a run is, without what it measured.

    Times are milliseconds since the Unix epoch, UTC. `user_id` is the name the
    server authenticated. `run_uuid` repeats `run_id` for old clients.
    """

    run_id: str
    run_uuid: str
    run_name: str = ""
    experiment_id: str
    user_id: str = msgspec.field(default_factory=str)
    status: RunStatus = msgspec.field(default_factory=lambda: RunStatus.RUNNING)
    start_time: Int64 | None = None
    end_time: Int64 | None = None
    artifact_uri: str = ""
    lifecycle_stage: LifecycleStage = msgspec.field(
        default_factory=lambda: LifecycleStage.ACTIVE
    )


class RunData(Message, frozen=True):
    """Latest value of each metric, all parameters, all tags."""

    metrics: list[Metric] = []
    params: list[Param] = []
    tags: list[RunTag] = []


class Run(Message, frozen=True):
    """One execution of a piece of training code."""

    info: RunInfo
    data: RunData = msgspec.field(default_factory=RunData)
    inputs: RunInputs = msgspec.field(default_factory=RunInputs)
    outputs: RunOutputs = msgspec.field(default_factory=RunOutputs)


class CreateRun(Message, frozen=True, kw_only=True):
    """A missing name is made up; a missing start is now."""

    experiment_id: str = "0"
    user_id: str | None = None
    run_name: str | None = None
    start_time: Int64 | None = None
    tags: list[RunTag] = []


class RunFound(Message, frozen=True):
    run: Run


class UpdateRun(RunRef, frozen=True, kw_only=True):
    status: RunStatus | None = None
    end_time: Int64 | None = None
    run_name: str | None = None


class RunUpdated(Message, frozen=True):
    run_info: RunInfo


class SearchRuns(Message, frozen=True, kw_only=True):
    """`filter` and `order_by` as in docs/search.md."""

    experiment_ids: list[str] = []
    filter: str | None = None
    run_view_type: ViewType = ViewType.ACTIVE_ONLY
    max_results: Int64 = limits.RUNS_PER_PAGE_DEFAULT
    order_by: list[str] = []
    page_token: str | None = None


class RunsPage(Message, frozen=True):
    """One page; without `next_page_token` it is the last."""

    runs: list[Run] = []
    next_page_token: str | None = None


class LogParam(RunRef, frozen=True, kw_only=True):
    key: Required
    value: str = ""


class SetTag(RunRef, frozen=True, kw_only=True):
    key: Required
    value: str = ""


class DeleteTag(RunRef, frozen=True, kw_only=True):
    key: Required


class LogBatch(RunRef, frozen=True, kw_only=True):
    """All of it is stored, or nothing."""

    metrics: list[Metric] = []
    params: list[Param] = []
    tags: list[RunTag] = []


class LogModel(RunRef, frozen=True, kw_only=True):
    """`model_json` is the MLmodel file's content as JSON."""

    model_json: Required


CREATE_RUN = Endpoint("POST", "mlflow/runs/create", CreateRun, RunFound, Access.WRITE)
GET_RUN = Endpoint("GET", "mlflow/runs/get", RunRef, RunFound, Access.READ)
UPDATE_RUN = Endpoint("POST", "mlflow/runs/update", UpdateRun, RunUpdated, Access.WRITE)
DELETE_RUN = Endpoint("POST", "mlflow/runs/delete", RunRef, Empty, Access.WRITE)
RESTORE_RUN = Endpoint("POST", "mlflow/runs/restore", RunRef, Empty, Access.WRITE)
SEARCH_RUNS = Endpoint("POST", "mlflow/runs/search", SearchRuns, RunsPage, Access.READ)
LOG_PARAM = Endpoint("POST", "mlflow/runs/log-parameter", LogParam, Empty, Access.WRITE)
SET_TAG = Endpoint("POST", "mlflow/runs/set-tag", SetTag, Empty, Access.WRITE)
DELETE_TAG = Endpoint("POST", "mlflow/runs/delete-tag", DeleteTag, Empty, Access.WRITE)
LOG_BATCH = Endpoint("POST", "mlflow/runs/log-batch", LogBatch, Empty, Access.WRITE)
LOG_MODEL = Endpoint("POST", "mlflow/runs/log-model", LogModel, Empty, Access.WRITE)
