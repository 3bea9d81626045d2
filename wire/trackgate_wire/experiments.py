"""Experiments: messages and calls (MLflow REST API, "Experiments")."""

from __future__ import annotations

import msgspec

from trackgate_wire import limits
from trackgate_wire.endpoint import Access, Empty, Endpoint, Message
from trackgate_wire.scalars import Int64, LifecycleStage, Required, ViewType


class ExperimentTag(Message, frozen=True):
    """A label of an experiment."""

    key: str
    value: str = msgspec.field(default_factory=str)


class Experiment(Message, frozen=True, kw_only=True):
    """A named set of runs. Times are milliseconds since the Unix epoch, UTC."""

    experiment_id: str
    name: str
    artifact_location: str = ""
    lifecycle_stage: LifecycleStage | None = None
    last_update_time: Int64 | None = None
    creation_time: Int64 | None = None
    tags: list[ExperimentTag] = []


class CreateExperiment(Message, frozen=True):
    name: Required
    artifact_location: str | None = None
    tags: list[ExperimentTag] = []


class ExperimentCreated(Message, frozen=True):
    experiment_id: str


class ExperimentRef(Message, frozen=True):
    """Names one experiment by its id."""

    experiment_id: Required


class GetExperimentByName(Message, frozen=True):
    experiment_name: Required


class ExperimentFound(Message, frozen=True):
    experiment: Experiment


class UpdateExperiment(Message, frozen=True):
    experiment_id: Required
    new_name: Required


class SearchExperiments(Message, frozen=True):
    """`filter` and `order_by` as in docs/search.md."""

    max_results: Int64 = limits.EXPERIMENTS_PER_PAGE_DEFAULT
    page_token: str | None = None
    filter: str | None = None
    order_by: list[str] = []
    view_type: ViewType = ViewType.ACTIVE_ONLY


class ExperimentsPage(Message, frozen=True):
    """One page; without `next_page_token` it is the last."""

    experiments: list[Experiment] = []
    next_page_token: str | None = None


class SetExperimentTag(Message, frozen=True):
    experiment_id: Required
    key: Required
    value: str = ""


class DeleteExperimentTag(Message, frozen=True):
    experiment_id: Required
    key: Required


CREATE_EXPERIMENT = Endpoint(
    "POST",
    "mlflow/experiments/create",
    CreateExperiment,
    ExperimentCreated,
    Access.WRITE,
)
GET_EXPERIMENT = Endpoint(
    "GET", "mlflow/experiments/get", ExperimentRef, ExperimentFound, Access.READ
)
GET_EXPERIMENT_BY_NAME = Endpoint(
    "GET",
    "mlflow/experiments/get-by-name",
    GetExperimentByName,
    ExperimentFound,
    Access.READ,
)
SEARCH_EXPERIMENTS = Endpoint(
    "POST",
    "mlflow/experiments/search",
    SearchExperiments,
    ExperimentsPage,
    Access.READ,
    also=("GET",),
)
DELETE_EXPERIMENT = Endpoint(
    "POST", "mlflow/experiments/delete", ExperimentRef, Empty, Access.WRITE
)
RESTORE_EXPERIMENT = Endpoint(
    "POST", "mlflow/experiments/restore", ExperimentRef, Empty, Access.WRITE
)
UPDATE_EXPERIMENT = Endpoint(
    "POST", "mlflow/experiments/update", UpdateExperiment, Empty, Access.WRITE
)
SET_EXPERIMENT_TAG = Endpoint(
    "POST",
    "mlflow/experiments/set-experiment-tag",
    SetExperimentTag,
    Empty,
    Access.WRITE,
)
DELETE_EXPERIMENT_TAG = Endpoint(
    "POST",
    "mlflow/experiments/delete-experiment-tag",
    DeleteExperimentTag,
    Empty,
    Access.WRITE,
)
