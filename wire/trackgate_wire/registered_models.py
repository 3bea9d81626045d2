"""Registered models: messages and calls (MLflow REST API, "Registered Models")."""

from __future__ import annotations

import msgspec

from trackgate_wire import limits
from trackgate_wire.endpoint import Access, Empty, Endpoint, Message
from trackgate_wire.model_versions import ModelVersion, ModelVersionFound
from trackgate_wire.scalars import Int64, Required


class RegisteredModelTag(Message, frozen=True):
    """A label of a registered model."""

    key: str
    value: str = msgspec.field(default_factory=str)


class RegisteredModelAlias(Message, frozen=True):
    """A name that points at one version."""

    alias: str
    version: str


class RegisteredModel(Message, frozen=True, kw_only=True):
    """A name with numbered versions. Times are milliseconds since 1970, UTC.

    user_id          who made it
    latest_versions  the newest version of each stage that has any
    """

    name: str
    creation_timestamp: Int64 | None = None
    last_updated_timestamp: Int64 | None = None
    user_id: str = ""
    description: str = ""
    latest_versions: list[ModelVersion] = []
    tags: list[RegisteredModelTag] = []
    aliases: list[RegisteredModelAlias] = []


class CreateRegisteredModel(Message, frozen=True, kw_only=True):
    name: Required
    tags: list[RegisteredModelTag] = []
    description: str | None = None


class RegisteredModelFound(Message, frozen=True):
    registered_model: RegisteredModel


class RegisteredModelRef(Message, frozen=True):
    """Names one registered model."""

    name: Required


class RenameRegisteredModel(Message, frozen=True, kw_only=True):
    """Its versions, tags, aliases and history go along."""

    name: Required
    new_name: Required


class UpdateRegisteredModel(Message, frozen=True, kw_only=True):
    """Without a description the one there is goes away."""

    name: Required
    description: str | None = None


class SearchRegisteredModels(Message, frozen=True, kw_only=True):
    """`filter` and `order_by` as in docs/search.md."""

    filter: str | None = None
    max_results: Int64 = limits.REGISTERED_MODELS_PER_PAGE_DEFAULT
    order_by: list[str] = []
    page_token: str | None = None


class RegisteredModelsPage(Message, frozen=True):
    """One page; without `next_page_token` it is the last."""

    registered_models: list[RegisteredModel] = []
    next_page_token: str | None = None


class GetLatestVersions(Message, frozen=True):
    """Without stages all are meant."""

    name: Required
    stages: list[str] = []


class LatestVersions(Message, frozen=True):
    model_versions: list[ModelVersion] = []


class SetRegisteredModelTag(Message, frozen=True):
    name: Required
    key: Required
    value: str = ""


class DeleteRegisteredModelTag(Message, frozen=True):
    name: Required
    key: Required


class SetRegisteredModelAlias(Message, frozen=True, kw_only=True):
    """The alias leaves the version it pointed at. `comment` is kept in the history."""

    name: Required
    alias: Required
    version: Required
    comment: str = ""


class DeleteRegisteredModelAlias(Message, frozen=True, kw_only=True):
    """`comment` is kept in the model's history."""

    name: Required
    alias: Required
    comment: str = ""


class GetByAlias(Message, frozen=True):
    """The alias `latest`, in any case, stands for the highest version."""

    name: Required
    alias: Required


class GetModelHistory(Message, frozen=True, kw_only=True):
    """Newest first; `page_token` goes on where a page ended."""

    name: Required
    max_results: Int64 = limits.MODEL_MOVES_PER_PAGE
    page_token: str | None = None


class ModelMove(Message, frozen=True, kw_only=True):
    """Who moved a version to a stage, or an alias to a version, and when.

    name       the model's name at that time
    kind       "stage", "alias", "delete" (of a version, with its stage) or "rename" (of
               the model)
    alias      which alias moved; "" for all else
    version    the version it is about; for an alias that was removed, the one it left;
               "" for a new name
    before     the stage the version had, the version the alias pointed at, or the
               model's name; "" for none
    after      the stage, version or name since then; "" where there is none
    timestamp  milliseconds since 1970, UTC
    """

    name: str
    kind: str
    alias: str = ""
    version: str = ""
    before: str = ""
    after: str = ""
    user_id: str
    comment: str = ""
    timestamp: Int64


class ModelHistory(Message, frozen=True):
    """One page; without `next_page_token` it is the last."""

    moves: list[ModelMove] = []
    next_page_token: str | None = None


CREATE_REGISTERED_MODEL = Endpoint(
    "POST",
    "mlflow/registered-models/create",
    CreateRegisteredModel,
    RegisteredModelFound,
    Access.WRITE,
)
RENAME_REGISTERED_MODEL = Endpoint(
    "POST",
    "mlflow/registered-models/rename",
    RenameRegisteredModel,
    RegisteredModelFound,
    Access.WRITE,
)
UPDATE_REGISTERED_MODEL = Endpoint(
    "PATCH",
    "mlflow/registered-models/update",
    UpdateRegisteredModel,
    RegisteredModelFound,
    Access.WRITE,
)
DELETE_REGISTERED_MODEL = Endpoint(
    "DELETE",
    "mlflow/registered-models/delete",
    RegisteredModelRef,
    Empty,
    Access.WRITE,
)
GET_REGISTERED_MODEL = Endpoint(
    "GET",
    "mlflow/registered-models/get",
    RegisteredModelRef,
    RegisteredModelFound,
    Access.READ,
)
SEARCH_REGISTERED_MODELS = Endpoint(
    "GET",
    "mlflow/registered-models/search",
    SearchRegisteredModels,
    RegisteredModelsPage,
    Access.READ,
)
GET_LATEST_VERSIONS = Endpoint(
    "POST",
    "mlflow/registered-models/get-latest-versions",
    GetLatestVersions,
    LatestVersions,
    Access.READ,
    also=("GET",),
)
SET_REGISTERED_MODEL_TAG = Endpoint(
    "POST",
    "mlflow/registered-models/set-tag",
    SetRegisteredModelTag,
    Empty,
    Access.WRITE,
)
DELETE_REGISTERED_MODEL_TAG = Endpoint(
    "DELETE",
    "mlflow/registered-models/delete-tag",
    DeleteRegisteredModelTag,
    Empty,
    Access.WRITE,
)
SET_REGISTERED_MODEL_ALIAS = Endpoint(
    "POST",
    "mlflow/registered-models/alias",
    SetRegisteredModelAlias,
    Empty,
    Access.WRITE,
)
DELETE_REGISTERED_MODEL_ALIAS = Endpoint(
    "DELETE",
    "mlflow/registered-models/alias",
    DeleteRegisteredModelAlias,
    Empty,
    Access.WRITE,
)
GET_MODEL_VERSION_BY_ALIAS = Endpoint(
    "GET",
    "mlflow/registered-models/alias",
    GetByAlias,
    ModelVersionFound,
    Access.READ,
)
GET_MODEL_HISTORY = Endpoint(
    "GET",
    "mlflow/registered-models/history",
    GetModelHistory,
    ModelHistory,
    Access.READ,
)
