"""Logged models: messages and calls (MLflow REST API, "Logged Models").

Paths hold the model's id, and the key of a tag; messages need not repeat them.
"""

from __future__ import annotations

from enum import StrEnum

import msgspec

from trackgate_wire import limits
from trackgate_wire.artifacts import FileInfo
from trackgate_wire.endpoint import Access, Empty, Endpoint, Message
from trackgate_wire.metrics import Metric
from trackgate_wire.scalars import Int64, Required

ID_PREFIX = "m-"


# In the order of the protocol's numbers, which begin at 1: see `codec`.
class LoggedModelStatus(StrEnum):
    """Whether a logged model's files are there."""

    PENDING = "LOGGED_MODEL_PENDING"
    READY = "LOGGED_MODEL_READY"
    FAILED = "LOGGED_MODEL_UPLOAD_FAILED"


class LoggedModelTag(Message, frozen=True):
    """A label of a logged model."""

    key: str
    value: str = msgspec.field(default_factory=str)


class LoggedModelParam(Message, frozen=True):
    """A parameter of a logged model, written once."""

    key: str
    value: str = msgspec.field(default_factory=str)


class LoggedModelRegistration(Message, frozen=True):
    """A version that was made from a logged model."""

    name: str
    version: str


class LoggedModelInfo(Message, frozen=True, kw_only=True):
    """What a logged model is. Times are milliseconds since 1970, UTC.

    artifact_uri   where its files go
    source_run_id  the run that made it; "" where there is none
    """

    model_id: str
    experiment_id: str
    name: str = ""
    creation_timestamp_ms: Int64 | None = None
    last_updated_timestamp_ms: Int64 | None = None
    artifact_uri: str = ""
    status: LoggedModelStatus | None = None
    model_type: str = msgspec.field(default_factory=str)
    source_run_id: str = msgspec.field(default_factory=str)
    status_message: str = ""
    tags: list[LoggedModelTag] = []
    registrations: list[LoggedModelRegistration] = []


class LoggedModelData(Message, frozen=True):
    """Parameters, and metrics with the run and the dataset they were measured with."""

    params: list[LoggedModelParam] = []
    metrics: list[Metric] = []


class LoggedModel(Message, frozen=True):
    """A model as a thing of its own: several may come out of one run."""

    info: LoggedModelInfo
    data: LoggedModelData = msgspec.field(default_factory=LoggedModelData)


class CreateLoggedModel(Message, frozen=True, kw_only=True):
    """A missing name is made up."""

    experiment_id: Required
    name: str | None = None
    model_type: str | None = None
    source_run_id: str | None = None
    params: list[LoggedModelParam] = []
    tags: list[LoggedModelTag] = []


class LoggedModelFound(Message, frozen=True):
    model: LoggedModel


class GetLoggedModel(Message, frozen=True):
    """`allow_deleted` is "true" or "false"."""

    allow_deleted: str = "false"


class FinalizeLoggedModel(Message, frozen=True, kw_only=True):
    """Says that all files are there, or that they will not come."""

    model_id: str | None = None
    status: LoggedModelStatus


class SetLoggedModelTags(Message, frozen=True, kw_only=True):
    model_id: str | None = None
    tags: list[LoggedModelTag] = []


class LogLoggedModelParams(Message, frozen=True, kw_only=True):
    model_id: str | None = None
    params: list[LoggedModelParam] = []


class ListLoggedModelArtifacts(Message, frozen=True, kw_only=True):
    """`artifact_directory_path` is relative to the model's artifacts."""

    artifact_directory_path: str | None = None
    page_token: str | None = None


class LoggedModelArtifactsPage(Message, frozen=True, kw_only=True):
    """Paths relative to the model's artifacts."""

    root_uri: str = ""
    files: list[FileInfo] = []
    next_page_token: str | None = None


class DatasetOfSearch(Message, frozen=True, kw_only=True):
    """Which dataset the metrics of a filter were measured on."""

    dataset_name: Required
    dataset_digest: str | None = None


class LoggedModelOrder(Message, frozen=True, kw_only=True):
    """One order clause; for a metric, on which dataset it was measured."""

    field_name: Required
    ascending: bool = True
    dataset_name: str | None = None
    dataset_digest: str | None = None


class SearchLoggedModels(Message, frozen=True, kw_only=True):
    """`filter` as in docs/search.md."""

    experiment_ids: list[str]
    filter: str | None = None
    datasets: list[DatasetOfSearch] = []
    max_results: Int64 = limits.LOGGED_MODELS_PER_PAGE_DEFAULT
    order_by: list[LoggedModelOrder] = []
    page_token: str | None = None


class LoggedModelsPage(Message, frozen=True, kw_only=True):
    """One page; without `next_page_token` it is the last."""

    models: list[LoggedModel] = []
    next_page_token: str | None = None


CREATE_LOGGED_MODEL = Endpoint(
    "POST",
    "mlflow/logged-models",
    CreateLoggedModel,
    LoggedModelFound,
    Access.WRITE,
)
GET_LOGGED_MODEL = Endpoint(
    "GET",
    "mlflow/logged-models/<model_id>",
    GetLoggedModel,
    LoggedModelFound,
    Access.READ,
)
FINALIZE_LOGGED_MODEL = Endpoint(
    "PATCH",
    "mlflow/logged-models/<model_id>",
    FinalizeLoggedModel,
    LoggedModelFound,
    Access.WRITE,
)
DELETE_LOGGED_MODEL = Endpoint(
    "DELETE", "mlflow/logged-models/<model_id>", Empty, Empty, Access.WRITE
)
SEARCH_LOGGED_MODELS = Endpoint(
    "POST",
    "mlflow/logged-models/search",
    SearchLoggedModels,
    LoggedModelsPage,
    Access.READ,
)
SET_LOGGED_MODEL_TAGS = Endpoint(
    "PATCH",
    "mlflow/logged-models/<model_id>/tags",
    SetLoggedModelTags,
    Empty,
    Access.WRITE,
)
DELETE_LOGGED_MODEL_TAG = Endpoint(
    "DELETE",
    "mlflow/logged-models/<model_id>/tags/<path:tag_key>",
    Empty,
    Empty,
    Access.WRITE,
)
LIST_LOGGED_MODEL_ARTIFACTS = Endpoint(
    "GET",
    "mlflow/logged-models/<model_id>/artifacts/directories",
    ListLoggedModelArtifacts,
    LoggedModelArtifactsPage,
    Access.READ,
)
LOG_LOGGED_MODEL_PARAMS = Endpoint(
    "POST",
    "mlflow/logged-models/<model_id>/params",
    LogLoggedModelParams,
    Empty,
    Access.WRITE,
)
