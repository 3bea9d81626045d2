"""Logging a model: saved, uploaded, noted on its run, registered where asked."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from trackgate_wire.registry_rules import check_model_name

from trackgate.client import TrackingClient
from trackgate.entities import LoggedModel, LoggedModelOutput, Metric, Run
from trackgate.entities.logged_models import LoggedModelStatus
from trackgate.errors import InvalidParameterValue, TrackgateError
from trackgate.fluent import session, stack, thread_models
from trackgate.fluent.registry import register_model
from trackgate.fluent.runs import current_or_new
from trackgate.models import saving
from trackgate.models.flavor import Flavor
from trackgate.models.mlmodel import MLMODEL_FILE_NAME, Model
from trackgate.models.model_info import ModelInfo
from trackgate.models.packaging import Packaging
from trackgate.version_calls import AWAIT_S


def log(
    flavor: Flavor,
    model: Any,
    *,
    name: str | None = None,
    artifact_path: str | None = None,
    registered_model_name: str | None = None,
    await_registration_for: int | None = AWAIT_S,
    packaging: Packaging | None = None,
    options: Mapping[str, Any] | None = None,
    params: Mapping[str, object] | None = None,
    tags: Mapping[str, object] | None = None,
    model_type: str | None = None,
    step: int = 0,
    model_id: str | None = None,
    run_id: str | None = None,
) -> ModelInfo:
    """Log a model and say what became of it.

    name           of the logged model; the server makes one up where it is missing
    artifact_path  MLflow's older word for `name`
    params, tags   of the logged model; the run's parameters are added, and a version
                   gets the tags too
    step           of the run at which it was made
    model_id       a logged model that waits for its files, in place of a new one
    run_id         the run that made it; else the active one; else a new one

    It is saved here first, so that nothing comes about where that fails. Raises
    InvalidParameterValue.
    """
    if name is not None and artifact_path is not None:
        raise InvalidParameterValue("Give `name`; `artifact_path` is the old word.")
    if registered_model_name is not None:
        check_model_name(registered_model_name, "registered_model_name")
    with TemporaryDirectory(prefix="trackgate-") as place:
        folder = Path(place) / "model"
        saved = saving.save(flavor, model, folder, packaging, options)
        client, run = _run(run_id)
        if model_id is not None:
            logged = client.get_logged_model(model_id)
        else:
            all_params = {**(params or {}), **run.data.params}
            info, named = run.info, name or artifact_path
            logged = client.create_logged_model(
                info.experiment_id, named, info.run_id, tags, all_params, model_type
            )
        _upload(client, run, logged, saved, folder)
    _note(client, run, logged.model_id, step)
    thread_models.remember_last(logged.model_id)
    version = None
    if registered_model_name is not None:
        version = register_model(
            logged.model_uri, registered_model_name, await_registration_for, tags=tags
        ).version
    return ModelInfo.of(
        saved,
        registered_model_version=version,
        name=logged.name,
        params=logged.params,
        tags=logged.tags,
        creation_timestamp=logged.creation_timestamp,
    )


def _run(run_id: str | None) -> tuple[TrackingClient, Run]:
    """The run that made the model, as it is now, and the client to reach it with."""
    active = stack.top()
    if run_id is None:
        active = active or current_or_new()
        run_id = active.info.run_id
    client = active.client if active else session.client()
    return client, client.get_run(run_id)


def _upload(
    client: TrackingClient, run: Run, logged: LoggedModel, saved: Model, folder: Path
) -> None:
    """Upload the files, with the names the model has got from the server."""
    saved.artifact_path = logged.artifact_location
    saved.run_id = run.info.run_id
    saved.model_uuid = saved.model_id = logged.model_id
    saved.save(folder / MLMODEL_FILE_NAME)
    with _finalizing(client, logged.model_id):
        client.log_model_artifacts(logged.model_id, folder)


@contextmanager
def _finalizing(client: TrackingClient, model_id: str) -> Generator[None]:
    """Tell the server that the files are there, or that they will not come."""
    try:
        yield
    except BaseException:
        # What went wrong matters more than that it cannot be noted.
        with suppress(TrackgateError):
            client.finalize_logged_model(model_id, LoggedModelStatus.FAILED)
        raise
    client.finalize_logged_model(model_id, LoggedModelStatus.READY)


def _note(client: TrackingClient, run: Run, model_id: str, step: int) -> None:
    """Note the model on its run, and the run's metrics of that step on the model."""
    run_id = run.info.run_id
    client.log_outputs(run_id, [LoggedModelOutput(model_id, step)])
    points = [
        _of_model(point, model_id)
        for key in run.data.metrics
        for point in client.get_metric_history(run_id, key)
        if point.step == step and not point.model_id
    ]
    if points:
        client.log_batch(run_id, metrics=points, synchronous=True)


def _of_model(point: Metric, model_id: str) -> Metric:
    return Metric(
        point.key,
        point.value,
        point.timestamp,
        point.step,
        model_id=model_id,
        dataset_name=point.dataset_name,
        dataset_digest=point.dataset_digest,
    )
