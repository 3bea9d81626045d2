"""A model among the files of a run, or a logged model, becomes a registered version."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import quote

from trackgate_wire.errors import AlreadyExists, InvalidParameterValue
from trackgate_wire.model_versions import CreateModelVersion
from trackgate_wire.registered_models import CreateRegisteredModel

from trackgate_server.operations import model_versions, registered_models
from trackgate_server.operations.artifact_holders import Holder
from trackgate_server.operations.scope import Scope
from trackgate_server.store.transaction import Transaction

MODEL_FILE = "MLmodel"


def can_register(holder: Holder, path: str) -> bool:
    """Whether versions are made from the folder at `path`, if it holds a model."""
    if holder.root is None or not holder.root.owner.active:
        return False
    return holder.kind == "run" or (holder.kind == "logged-model" and not path)


def register(scope: Scope, holder: Holder, path: str, name: str, about: str) -> str:
    """Make the model in a folder the next version of a registered model.

    The registered model is created where there is none of that name; both happen or
    neither does. Returns the version's number. Raises InvalidParameterValue for a
    folder that cannot be registered, NotFound for one without a model.
    """
    if not can_register(holder, path):
        raise InvalidParameterValue(
            "A version is made from a model in a run's files, or from a logged model."
        )
    inside = f"{path}/{MODEL_FILE}" if path else MODEL_FILE
    scope.services.blobs.open(holder.below(inside).place).file.close()
    asked = _asked(holder, path, name, about)

    def write(db: Transaction) -> str:
        within = replace(scope, transaction=db)
        _ensure_model(within, name)
        return model_versions.create(within, asked).model_version.version

    return scope.services.database.write(write)


def _asked(holder: Holder, path: str, name: str, about: str) -> CreateModelVersion:
    if holder.kind == "logged-model":
        return CreateModelVersion(
            name=name,
            source=holder.uri,
            run_id=holder.run_id or None,
            model_id=holder.id,
            description=about or None,
        )
    root = "" if holder.root is None else holder.root.owner.artifact_uri
    # As MLflow's clients say it, who load it from there.
    source = f"{root}/{quote(path)}" if path else root
    return CreateModelVersion(
        name=name, source=source, run_id=holder.id, description=about or None
    )


def _ensure_model(scope: Scope, name: str) -> None:
    try:
        registered_models.create(scope, CreateRegisteredModel(name=name))
    except AlreadyExists:
        return
