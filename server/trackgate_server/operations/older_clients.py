"""Clients before MLflow 3, which look for a run's models among its artifacts.

They know nothing of logged models: `runs:/RUN/NAME` is a folder to them. Newer ones
ask for the model itself, and must not find it as a folder too, or they would forget
which model it is when they register it.
"""

from __future__ import annotations

import re
from urllib.parse import unquote

import msgspec
from trackgate_wire.artifacts import SCHEME
from trackgate_wire.errors import InvalidParameterValue, NotFound
from trackgate_wire.model_versions import CreateModelVersion

from trackgate_server.blobs.place import Place
from trackgate_server.operations import artifact_owners, artifact_places
from trackgate_server.operations.artifact_places import Found
from trackgate_server.operations.scope import Scope
from trackgate_server.store import logged_models
from trackgate_server.store.logged_models import LoggedModelRow
from trackgate_server.store.transaction import Transaction

_OLDER = re.compile(r"mlflow-python-client/[12]\.")


def model_meant(scope: Scope, found: Found) -> Found | None:
    """The place in a logged model that an older client means by one in its run.

    None where the client is no such one, where the run has artifacts of that name, or
    made no model of it. Of several models the newest counts, as the later of two
    folders would have replaced the other. One statement.
    """
    if not _OLDER.match(scope.agent):
        return None
    model = scope.services.database.read(lambda db: _model_at(scope, db, found))
    if model is None:
        return None
    owner = artifact_owners.of_logged_model(model)
    return Found(owner, owner.place("/".join(found.place.path[1:])))


def with_model(scope: Scope, request: CreateModelVersion) -> CreateModelVersion:
    """The request as a newer client would have sent it, to register a logged model."""
    scheme, _, path = request.source.partition(":/")
    if not _OLDER.match(scope.agent) or request.model_id or scheme != SCHEME:
        return request
    try:
        found = artifact_places.by_path(scope.db, unquote(path))
    except (NotFound, InvalidParameterValue):
        # What is wrong with it is said where sources are checked.
        return request
    model = _model_at(scope, scope.db, found)
    if model is None or len(found.place.path) != 1:
        return request
    source = f"models:/{model.uuid}"
    return msgspec.structs.replace(request, source=source, model_id=model.uuid)


def _model_at(scope: Scope, db: Transaction, found: Found) -> LoggedModelRow | None:
    """The model a run made under the first name of a path, if no artifacts have it."""
    if found.owner.ref.kind != "run" or not found.place.path:
        return None
    name = found.place.path[0]
    if scope.services.blobs.list(Place(found.place.area, (name,)), "", 1):
        return None
    return logged_models.newest_of_run(db, found.owner.ref.id, name)
