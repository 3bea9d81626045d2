"""What scenarios of logged models do, in a word each."""

from __future__ import annotations

from typing import Any

import msgspec
from trackgate_wire import artifacts
from trackgate_wire.codec import json_double
from trackgate_wire.logged_models import (
    CREATE_LOGGED_MODEL,
    DELETE_LOGGED_MODEL,
    GET_LOGGED_MODEL,
    SEARCH_LOGGED_MODELS,
    CreateLoggedModel,
    GetLoggedModel,
    LoggedModel,
    LoggedModelParam,
    LoggedModelTag,
    SearchLoggedModels,
)
from trackgate_wire.metrics import LOG_METRIC, LogMetric

from tests.fixtures.api import Answer, Api, filled


def new_model(
    api: Api,
    experiment: str,
    *,
    params: dict[str, str] | None = None,
    tags: dict[str, str] | None = None,
    **fields: Any,
) -> str:
    """Its id."""
    asked = CreateLoggedModel(
        experiment_id=experiment,
        params=[LoggedModelParam(*pair) for pair in (params or {}).items()],
        tags=[LoggedModelTag(*pair) for pair in (tags or {}).items()],
        **fields,
    )
    return api.call(CREATE_LOGGED_MODEL, asked).model.info.model_id


def get_model(api: Api, model: str, *, allow_deleted: str = "false") -> LoggedModel:
    asked = GetLoggedModel(allow_deleted)
    return api.call(GET_LOGGED_MODEL, asked, model_id=model).model


def delete_model(api: Api, model: str) -> None:
    api.call(DELETE_LOGGED_MODEL, model_id=model)


def measure(
    api: Api,
    run: str,
    model: str,
    key: str,
    value: float,
    dataset: tuple[str, str] | None = None,
    *,
    timestamp: int = 0,
    step: int = 0,
) -> None:
    """Log one point of a run with a model; `dataset` is its name and digest."""
    name, digest = dataset or (None, None)
    point = LogMetric(
        run_id=run,
        key=key,
        value=json_double(value),
        timestamp=timestamp,
        step=step,
        model_id=model,
        dataset_name=name,
        dataset_digest=digest,
    )
    api.call(LOG_METRIC, point)


def names_found(api: Api, experiment: str, **asked: Any) -> list[str]:
    """Names of the models that a search finds, in its order, over all its pages."""
    found: list[str] = []
    request = SearchLoggedModels(experiment_ids=[experiment], **asked)
    while True:
        page = api.call(SEARCH_LOGGED_MODELS, request)
        found += [model.info.name for model in page.models]
        if page.next_page_token is None:
            return found
        request = msgspec.structs.replace(request, page_token=page.next_page_token)


def tags_of(model: LoggedModel) -> dict[str, str]:
    return {tag.key: tag.value for tag in model.info.tags}


def params_of(model: LoggedModel) -> dict[str, str]:
    return {param.key: param.value for param in model.data.params}


def artifact_path(api: Api, model: str, path: str) -> str:
    """Where a file of a model is, below the store's root."""
    uri = get_model(api, model, allow_deleted="true").info.artifact_uri
    return f"{uri.removeprefix('mlflow-artifacts:/')}/{path}"


def put_file(api: Api, path: str, content: bytes) -> Answer:
    """Store a file at a path below the store's root."""
    url = filled(artifacts.UPLOAD_ARTIFACT.urls[0], artifact_path=path)
    return api.raw("PUT", url, body=content, headers=_BYTES)


def get_file(api: Api, path: str) -> Answer:
    """Fetch what is at a path below the store's root."""
    url = filled(artifacts.DOWNLOAD_ARTIFACT.urls[0], artifact_path=path)
    return api.raw("GET", url)


_BYTES = {"Content-Type": "application/octet-stream"}
