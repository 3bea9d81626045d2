"""Versions of registered models: messages and calls (MLflow, "Model Versions")."""

from __future__ import annotations

from enum import StrEnum

import msgspec

from trackgate_wire import limits
from trackgate_wire.endpoint import Access, Empty, Endpoint, Message
from trackgate_wire.metrics import Metric
from trackgate_wire.scalars import Int64, Required


class ModelStage(StrEnum):
    """How far a version has come. Requests may write them in any case."""

    NONE = "None"
    STAGING = "Staging"
    PRODUCTION = "Production"
    ARCHIVED = "Archived"


# In the order of the protocol's numbers, which begin at 1: see `codec`.
class ModelVersionStatus(StrEnum):
    """Whether a version's files are there."""

    PENDING_REGISTRATION = "PENDING_REGISTRATION"
    FAILED_REGISTRATION = "FAILED_REGISTRATION"
    READY = "READY"


class ModelVersionTag(Message, frozen=True):
    """A label of a version."""

    key: str
    value: str = msgspec.field(default_factory=str)


class ModelParam(Message, frozen=True):
    """A parameter of the logged model that a version was made from."""

    name: str
    value: str = msgspec.field(default_factory=str)


class ModelVersion(Message, frozen=True, kw_only=True):
    """One version of a registered model. Times are milliseconds since 1970, UTC.

    version        a whole number, as text; never given out twice
    user_id        who registered it
    description    None where none was given; "" where an empty one was
    source         where its files are, as the client wrote it; never opened by the
                   server
    run_id         the run that made it; "" where it is not known
    model_id       the logged model it was made from; "" where there is none
    model_params, model_metrics
                   what other registries say of that logged model; ours leaves them to
                   the logged model's own calls, as the peer's does
    """

    name: str
    version: str
    creation_timestamp: Int64 | None = None
    last_updated_timestamp: Int64 | None = None
    user_id: str = ""
    # Clients take what is not written for nothing, so the usual values are written.
    current_stage: str = msgspec.field(default_factory=lambda: ModelStage.NONE.value)
    description: str | None = None
    source: str = msgspec.field(default_factory=str)
    run_id: str = msgspec.field(default_factory=str)
    status: ModelVersionStatus = msgspec.field(
        default_factory=lambda: ModelVersionStatus.READY
    )
    status_message: str = ""
    tags: list[ModelVersionTag] = []
    run_link: str = msgspec.field(default_factory=str)
    aliases: list[str] = []
    model_id: str = ""
    model_params: list[ModelParam] = []
    model_metrics: list[Metric] = []


class CreateModelVersion(Message, frozen=True, kw_only=True):
    """`source` and `run_link` are text; nothing is opened there."""

    name: Required
    source: Required
    run_id: str | None = None
    tags: list[ModelVersionTag] = []
    run_link: str | None = None
    description: str | None = None
    model_id: str | None = None


class ModelVersionFound(Message, frozen=True):
    model_version: ModelVersion


class ModelVersionRef(Message, frozen=True):
    """Names one version."""

    name: Required
    version: Required


class UpdateModelVersion(Message, frozen=True, kw_only=True):
    name: Required
    version: Required
    description: str | None = None


class TransitionModelVersionStage(Message, frozen=True, kw_only=True):
    """`archive_existing_versions` archives what else is in the stage.

    It goes with Staging and Production only. `comment` is kept in the model's history.
    """

    name: Required
    version: Required
    stage: Required
    archive_existing_versions: bool = False
    comment: str = ""


class SearchModelVersions(Message, frozen=True, kw_only=True):
    """`filter` and `order_by` as in docs/search.md."""

    filter: str | None = None
    max_results: Int64 = limits.MODEL_VERSIONS_PER_PAGE
    order_by: list[str] = []
    page_token: str | None = None


class ModelVersionsPage(Message, frozen=True):
    """One page; without `next_page_token` it is the last."""

    model_versions: list[ModelVersion] = []
    next_page_token: str | None = None


class DownloadUri(Message, frozen=True):
    """Where a version's files are, as text."""

    artifact_uri: str = msgspec.field(default_factory=str)


class SetModelVersionTag(Message, frozen=True):
    name: Required
    version: Required
    key: Required
    value: str = ""


class DeleteModelVersionTag(Message, frozen=True):
    name: Required
    version: Required
    key: Required


CREATE_MODEL_VERSION = Endpoint(
    "POST",
    "mlflow/model-versions/create",
    CreateModelVersion,
    ModelVersionFound,
    Access.WRITE,
)
UPDATE_MODEL_VERSION = Endpoint(
    "PATCH",
    "mlflow/model-versions/update",
    UpdateModelVersion,
    ModelVersionFound,
    Access.WRITE,
)
TRANSITION_MODEL_VERSION_STAGE = Endpoint(
    "POST",
    "mlflow/model-versions/transition-stage",
    TransitionModelVersionStage,
    ModelVersionFound,
    Access.WRITE,
)
DELETE_MODEL_VERSION = Endpoint(
    "DELETE", "mlflow/model-versions/delete", ModelVersionRef, Empty, Access.WRITE
)
GET_MODEL_VERSION = Endpoint(
    "GET", "mlflow/model-versions/get", ModelVersionRef, ModelVersionFound, Access.READ
)
SEARCH_MODEL_VERSIONS = Endpoint(
    "GET",
    "mlflow/model-versions/search",
    SearchModelVersions,
    ModelVersionsPage,
    Access.READ,
)
GET_MODEL_VERSION_DOWNLOAD_URI = Endpoint(
    "GET",
    "mlflow/model-versions/get-download-uri",
    ModelVersionRef,
    DownloadUri,
    Access.READ,
)
SET_MODEL_VERSION_TAG = Endpoint(
    "POST",
    "mlflow/model-versions/set-tag",
    SetModelVersionTag,
    Empty,
    Access.WRITE,
)
DELETE_MODEL_VERSION_TAG = Endpoint(
    "DELETE",
    "mlflow/model-versions/delete-tag",
    DeleteModelVersionTag,
    Empty,
    Access.WRITE,
)
