"""What a new version of a registered model is made from, in the words of the protocol.

They are the stock clients' (MLflow 3.x), so that whatever they show and search by is
there: the place in the store for a run's artifact, `models:/ID` for a logged model.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from trackgate.client import TrackingClient
from trackgate.entities import LoggedModelStatus
from trackgate.errors import InvalidParameterValue, NotFound
from trackgate.fluent import session, stack
from trackgate.models.uris import Location, resolve

_MLMODEL = "MLmodel"


@dataclass(frozen=True, slots=True)
class VersionSource:
    """Where a version's files are, and the run and the logged model they come from."""

    source: str
    run_id: str | None = None
    model_id: str | None = None


def of(client: TrackingClient, uri: str) -> VersionSource:
    """The source to register for any URI of a model; raises NotFound.

    The model in a local folder is uploaded as a logged model first.
    """
    at = resolve(uri, client)
    if at.is_part:
        raise InvalidParameterValue(f"{uri!r} names a part of a model, not a model.")
    if at.local_path is not None:
        return _uploaded(client, at.local_path)
    if at.kind == "version":
        return VersionSource(f"models:/{at.name}/{at.version}", at.run_id, at.model_id)
    if at.kind == "logged-model":
        return VersionSource(f"models:/{at.model_id}", at.run_id, at.model_id)
    _check_model(client, at)
    return VersionSource(at.artifact_uri or "", at.run_id)


def _check_model(client: TrackingClient, at: Location) -> None:
    """Raise NotFound where a run has no model's folder at a path.

    Other places are taken as they are: they need not be in this server's store.
    """
    if at.kind != "run":
        return
    listed = client.list_from_store(at.artifact_uri or "")
    if _MLMODEL not in [info.path for info in listed]:
        raise NotFound(
            f"{at.uri!r} is no model: there is no {_MLMODEL} file in it. Register the"
            " folder that a model was logged to."
        )


def _uploaded(client: TrackingClient, folder: Path) -> VersionSource:
    if not (folder / _MLMODEL).is_file():
        raise NotFound(f"{folder} is no model: there is no {_MLMODEL} file in it.")
    run = stack.top()
    run_id = run.info.run_id if run else None
    experiment_id = run.info.experiment_id if run else session.experiment_id()
    model = client.create_logged_model(experiment_id, folder.name, run_id)
    try:
        client.log_model_artifacts(model.model_id, folder)
    except BaseException:
        client.finalize_logged_model(model.model_id, LoggedModelStatus.FAILED)
        raise
    client.finalize_logged_model(model.model_id, LoggedModelStatus.READY)
    return VersionSource(model.model_uri, run_id, model.model_id)
