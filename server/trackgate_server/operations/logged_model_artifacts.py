"""Artifacts of logged models, asked for by the model's id."""

from __future__ import annotations

from trackgate_wire.logged_models import (
    LIST_LOGGED_MODEL_ARTIFACTS,
    ListLoggedModelArtifacts,
    LoggedModelArtifactsPage,
)

from trackgate_server.operations import artifact_owners
from trackgate_server.operations.artifact_places import Found
from trackgate_server.operations.artifacts import page
from trackgate_server.operations.scope import Scope
from trackgate_server.operations.serving import serves
from trackgate_server.store import logged_models
from trackgate_server.store.transaction import Transaction


@serves(LIST_LOGGED_MODEL_ARTIFACTS, "none")
def list_of_model(
    scope: Scope, request: ListLoggedModelArtifacts, model_id: str
) -> LoggedModelArtifactsPage:
    found = readable_of_model(scope, model_id, request.artifact_directory_path or "")
    files, token = page(scope, found, request.page_token)
    return LoggedModelArtifactsPage(
        root_uri=found.owner.artifact_uri, files=files, next_page_token=token
    )


def readable_of_model(scope: Scope, model_id: str, path: str) -> Found:
    """What a path below a logged model's artifacts names; NotFound if deleted."""

    def find(db: Transaction) -> Found:
        row = logged_models.get_active(db, model_id)
        owner = artifact_owners.of_logged_model(row)
        return Found(owner, owner.place(path))

    return scope.services.database.read(find)
