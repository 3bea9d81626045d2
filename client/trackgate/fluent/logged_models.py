"""Logged models: create, finish, describe, find."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Literal, overload

from trackgate import tables
from trackgate.client import TrackingClient
from trackgate.entities import LoggedModel, LoggedModelStatus, PagedList
from trackgate.errors import InvalidParameterValue
from trackgate.fluent import session, stack, thread_models
from trackgate.run_context import context_tags

if TYPE_CHECKING:
    # It ships no types.
    from pandas import DataFrame  # type: ignore[import-untyped]

_EXTERNAL_TAG = "mlflow.model.isExternal"


def initialize_logged_model(
    name: str | None = None,
    source_run_id: str | None = None,
    tags: Mapping[str, object] | None = None,
    params: Mapping[str, object] | None = None,
    model_type: str | None = None,
    experiment_id: str | None = None,
) -> LoggedModel:
    """Create a model that waits for its files, and return it.

    name           the server makes one up where it is missing
    source_run_id  the run that made it; else the active one, if any
    experiment_id  else that of the run, else the current one
    """
    run = stack.top()
    if source_run_id is None and run is not None:
        source_run_id = run.info.run_id
    if experiment_id is None:
        experiment_id = run.info.experiment_id if run else session.experiment_id()
    client = _client()
    own = client.credentials.username if client.credentials else None
    model = client.create_logged_model(
        experiment_id,
        name,
        source_run_id,
        {**context_tags(own), **(tags or {})},
        params,
        model_type,
    )
    thread_models.remember_last(model.model_id)
    return model


def create_external_model(
    name: str | None = None,
    source_run_id: str | None = None,
    tags: Mapping[str, object] | None = None,
    params: Mapping[str, object] | None = None,
    model_type: str | None = None,
    experiment_id: str | None = None,
) -> LoggedModel:
    """Create a model whose files are kept elsewhere; otherwise as for one that waits.

    It can be registered, and not loaded.
    """
    marked = {**(tags or {}), _EXTERNAL_TAG: "true"}
    model = initialize_logged_model(
        name, source_run_id, marked, params, model_type, experiment_id
    )
    with TemporaryDirectory(prefix="trackgate-") as scratch:
        # An MLmodel file is what makes a folder a model, for the stock client too.
        lines = [
            f"artifact_path: {model.artifact_location}",
            "flavors: {}",
            f"metadata: {{{_EXTERNAL_TAG}: true}}",
            f"model_id: {model.model_id}",
            f"model_uuid: {model.model_id}",
            *([f"run_id: {model.source_run_id}"] if model.source_run_id else []),
        ]
        file = Path(scratch) / "MLmodel"
        file.write_text("\n".join(lines) + "\n", encoding="utf-8")
        _client().log_model_artifact(model.model_id, file)
    return finalize_logged_model(model.model_id, LoggedModelStatus.READY)


def finalize_logged_model(model_id: str, status: str) -> LoggedModel:
    """Say that all files are there ("READY"), or will not come ("FAILED")."""
    return _client().finalize_logged_model(model_id, status)


def get_logged_model(model_id: str) -> LoggedModel:
    """The model of that id; raises NotFound."""
    return _client().get_logged_model(model_id)


def last_logged_model() -> LoggedModel | None:
    """The model that this thread logged last; None where it logged none."""
    last_id = thread_models.last_id()
    return get_logged_model(last_id) if last_id else None


def set_logged_model_tags(model_id: str, tags: Mapping[str, object]) -> None:
    """Set tags of a model, replacing those of the same keys."""
    _client().set_logged_model_tags(model_id, tags)


def delete_logged_model_tag(model_id: str, key: str) -> None:
    """Remove a tag of a model; raises NotFound where it has none of that key."""
    _client().delete_logged_model_tag(model_id, key)


def log_model_params(params: Mapping[str, object], model_id: str | None = None) -> None:
    """Log parameters of a model, each once.

    model_id  else the active model's
    """
    wanted = model_id or thread_models.get_active_model_id()
    if wanted is None:
        raise InvalidParameterValue("Give `model_id`, or make a model the active one.")
    _client().log_model_params(wanted, params)


@overload
def search_logged_models(
    experiment_ids: Sequence[str] | None = None,
    filter_string: str | None = None,
    datasets: Sequence[Mapping[str, str]] | None = None,
    max_results: int | None = None,
    order_by: Sequence[Mapping[str, Any]] | None = None,
    output_format: Literal["pandas"] = "pandas",
) -> DataFrame: ...


@overload
def search_logged_models(
    experiment_ids: Sequence[str] | None = None,
    filter_string: str | None = None,
    datasets: Sequence[Mapping[str, str]] | None = None,
    max_results: int | None = None,
    order_by: Sequence[Mapping[str, Any]] | None = None,
    *,
    output_format: Literal["list"],
) -> list[LoggedModel]: ...


def search_logged_models(
    experiment_ids: Sequence[str] | None = None,
    filter_string: str | None = None,
    datasets: Sequence[Mapping[str, str]] | None = None,
    max_results: int | None = None,
    order_by: Sequence[Mapping[str, Any]] | None = None,
    output_format: str = "pandas",
) -> DataFrame | list[LoggedModel]:
    """The models that match; those of the current experiment unless others are named.

    datasets       what the metrics in the filter were measured on, each with
                   `dataset_name` and perhaps `dataset_digest`
    order_by       each with `field_name` and perhaps `ascending`, `dataset_name` and
                   `dataset_digest`
    output_format  "pandas" for a data frame, or "list"
    """
    tables.check_output(output_format)
    where = experiment_ids or [session.experiment_id()]
    found: list[LoggedModel] = []
    page: PagedList[LoggedModel] | None = None
    while page is None or page.token:
        left = None if max_results is None else max_results - len(found)
        if left == 0:
            break
        token = page.token if page else None
        page = _client().search_logged_models(
            where, filter_string, datasets, left, order_by, token
        )
        found.extend(page)
    return found if output_format == "list" else tables.models_frame(found)


def _client() -> TrackingClient:
    """Of the active run, or the one in use."""
    run = stack.top()
    return run.client if run else session.client()
