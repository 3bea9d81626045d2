"""What nearly every scenario of the registry does, in a word each."""

from __future__ import annotations

from typing import Any

from trackgate_wire.logged_models import (
    CREATE_LOGGED_MODEL,
    CreateLoggedModel,
    LoggedModelInfo,
)
from trackgate_wire.model_versions import (
    CREATE_MODEL_VERSION,
    DELETE_MODEL_VERSION,
    GET_MODEL_VERSION,
    GET_MODEL_VERSION_DOWNLOAD_URI,
    TRANSITION_MODEL_VERSION_STAGE,
    CreateModelVersion,
    ModelVersion,
    ModelVersionRef,
    TransitionModelVersionStage,
)
from trackgate_wire.registered_models import (
    CREATE_REGISTERED_MODEL,
    DELETE_REGISTERED_MODEL,
    DELETE_REGISTERED_MODEL_ALIAS,
    GET_MODEL_HISTORY,
    GET_REGISTERED_MODEL,
    RENAME_REGISTERED_MODEL,
    SET_REGISTERED_MODEL_ALIAS,
    CreateRegisteredModel,
    DeleteRegisteredModelAlias,
    GetModelHistory,
    ModelMove,
    RegisteredModel,
    RegisteredModelRef,
    RenameRegisteredModel,
    SetRegisteredModelAlias,
)

from tests.fixtures.api import Api
from tests.scenarios.acts import new_name

SOURCE = "s3://bucket/model"


def new_model(api: Api, name: str | None = None, versions: int = 0) -> str:
    """Its name."""
    name = new_name("Decision Tree") if name is None else name
    api.call(CREATE_REGISTERED_MODEL, CreateRegisteredModel(name=name))
    for _ in range(versions):
        new_version(api, name)
    return name


def new_version(api: Api, name: str, source: str = SOURCE, **given: Any) -> str:
    """Its number."""
    asked = CreateModelVersion(name=name, source=source, **given)
    return api.call(CREATE_MODEL_VERSION, asked).model_version.version


def get_model(api: Api, name: str) -> RegisteredModel:
    asked = RegisteredModelRef(name)
    return api.call(GET_REGISTERED_MODEL, asked).registered_model


def get_version(api: Api, name: str, version: str) -> ModelVersion:
    asked = ModelVersionRef(name, version)
    return api.call(GET_MODEL_VERSION, asked).model_version


def rename(api: Api, name: str, new: str) -> RegisteredModel:
    asked = RenameRegisteredModel(name=name, new_name=new)
    return api.call(RENAME_REGISTERED_MODEL, asked).registered_model


def delete_model(api: Api, name: str) -> None:
    api.call(DELETE_REGISTERED_MODEL, RegisteredModelRef(name))


def delete_version(api: Api, name: str, version: str) -> None:
    api.call(DELETE_MODEL_VERSION, ModelVersionRef(name, version))


def move(
    api: Api,
    name: str,
    version: str,
    stage: str,
    *,
    archive: bool = False,
    comment: str = "",
) -> ModelVersion:
    asked = TransitionModelVersionStage(
        name=name,
        version=version,
        stage=stage,
        archive_existing_versions=archive,
        comment=comment,
    )
    return api.call(TRANSITION_MODEL_VERSION_STAGE, asked).model_version


def set_alias(api: Api, name: str, alias: str, version: str, comment: str = "") -> None:
    asked = SetRegisteredModelAlias(
        name=name, alias=alias, version=version, comment=comment
    )
    api.call(SET_REGISTERED_MODEL_ALIAS, asked)


def delete_alias(api: Api, name: str, alias: str, comment: str = "") -> None:
    asked = DeleteRegisteredModelAlias(name=name, alias=alias, comment=comment)
    api.call(DELETE_REGISTERED_MODEL_ALIAS, asked)


def download_uri(api: Api, name: str, version: str) -> str:
    asked = ModelVersionRef(name, version)
    return api.call(GET_MODEL_VERSION_DOWNLOAD_URI, asked).artifact_uri


def log_model(api: Api, experiment: str, run: str = "") -> LoggedModelInfo:
    asked = CreateLoggedModel(experiment_id=experiment, source_run_id=run or None)
    return api.call(CREATE_LOGGED_MODEL, asked).model.info


def stages(api: Api, name: str, *versions: str) -> list[str]:
    """In which stage each of the versions is."""
    return [get_version(api, name, version).current_stage for version in versions]


def moves(api: Api, name: str) -> list[ModelMove]:
    """The model's whole history, newest first."""
    return api.call(GET_MODEL_HISTORY, GetModelHistory(name=name)).moves
