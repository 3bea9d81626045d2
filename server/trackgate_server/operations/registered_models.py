"""Registered models: the rules."""

from __future__ import annotations

from trackgate_wire import limits, rules
from trackgate_wire.endpoint import Empty
from trackgate_wire.registered_models import (
    CREATE_REGISTERED_MODEL,
    DELETE_REGISTERED_MODEL,
    DELETE_REGISTERED_MODEL_TAG,
    GET_LATEST_VERSIONS,
    GET_REGISTERED_MODEL,
    RENAME_REGISTERED_MODEL,
    SET_REGISTERED_MODEL_TAG,
    UPDATE_REGISTERED_MODEL,
    CreateRegisteredModel,
    DeleteRegisteredModelTag,
    GetLatestVersions,
    LatestVersions,
    RegisteredModelFound,
    RegisteredModelRef,
    RenameRegisteredModel,
    SetRegisteredModelTag,
    UpdateRegisteredModel,
)
from trackgate_wire.registry_rules import check_model_name, stage_named

from trackgate_server.operations import registry_notes
from trackgate_server.operations.registry_tags import check_tag, checked_tags
from trackgate_server.operations.scope import Scope
from trackgate_server.operations.serving import serves
from trackgate_server.store import (
    model_labels,
    model_moves,
    model_versions,
    registered_models,
    registry_views,
)
from trackgate_server.store.model_moves import Move
from trackgate_server.store.model_stages import STAGE_NUMBERS, STAGES
from trackgate_server.store.registered_models import ModelRow


@serves(CREATE_REGISTERED_MODEL, "write")
def create(scope: Scope, request: CreateRegisteredModel) -> RegisteredModelFound:
    check_model_name(request.name)
    check_description(request.description)
    tags = checked_tags((tag.key, tag.value) for tag in request.tags)
    user = scope.caller.user or ""
    row = registered_models.insert(
        scope.db, request.name, user, request.description, scope.now_ms
    )
    if row is None:
        raise registered_models.taken(request.name)
    model_labels.put(scope.db, row.id, tags)
    registry_notes.note(scope, row.id, "create", row.name)
    return _found(scope, row)


@serves(GET_REGISTERED_MODEL)
def get(scope: Scope, request: RegisteredModelRef) -> RegisteredModelFound:
    check_model_name(request.name)
    return _found(scope, registered_models.get(scope.db, request.name))


@serves(UPDATE_REGISTERED_MODEL, "write")
def update(scope: Scope, request: UpdateRegisteredModel) -> RegisteredModelFound:
    check_model_name(request.name)
    check_description(request.description)
    row = registered_models.lock(scope.db, request.name)
    row = registered_models.describe(scope.db, row, request.description, scope.now_ms)
    registry_notes.note(scope, row.id, "describe", row.name)
    return _found(scope, row)


@serves(RENAME_REGISTERED_MODEL, "write")
def rename(scope: Scope, request: RenameRegisteredModel) -> RegisteredModelFound:
    check_model_name(request.name)
    check_model_name(request.new_name, "new_name")
    old = registered_models.lock(scope.db, request.name)
    new = registered_models.rename(scope.db, old, request.new_name, scope.now_ms)
    # Found by its old name for good, whether a version ever moved or not.
    move = Move(model_moves.RENAME, "", 0, old.name, new.name)
    by = registry_notes.mover(scope)
    model_moves.note(scope.db, old.id, old.name, [move], by)
    registry_notes.note(scope, old.id, "rename", f"{old.name} -> {new.name}")
    return _found(scope, new)


@serves(DELETE_REGISTERED_MODEL, "write")
def delete(scope: Scope, request: RegisteredModelRef) -> Empty:
    check_model_name(request.name)
    row = registered_models.lock(scope.db, request.name)
    by = registry_notes.mover(scope)
    model_moves.note_removal(scope.db, row.id, row.name, by)
    registered_models.delete(scope.db, row.id)
    registry_notes.note(scope, row.id, "delete", row.name)
    return Empty()


@serves(GET_LATEST_VERSIONS)
def get_latest(scope: Scope, request: GetLatestVersions) -> LatestVersions:
    check_model_name(request.name)
    row = registered_models.get(scope.db, request.name)
    stages = [stage_named(text) for text in request.stages] or STAGES
    numbers = [STAGE_NUMBERS[stage] for stage in stages]
    found = model_versions.latest(scope.db, [row.id], numbers)
    return LatestVersions(registry_views.of_versions(scope.db, found))


@serves(SET_REGISTERED_MODEL_TAG, "write")
def set_tag(scope: Scope, request: SetRegisteredModelTag) -> Empty:
    check_model_name(request.name)
    check_tag(request.key, request.value)
    row = registered_models.lock(scope.db, request.name)
    model_labels.put(scope.db, row.id, {request.key: request.value})
    registry_notes.note(scope, row.id, "set tag", request.key)
    return Empty()


@serves(DELETE_REGISTERED_MODEL_TAG, "write")
def delete_tag(scope: Scope, request: DeleteRegisteredModelTag) -> Empty:
    check_model_name(request.name)
    check_tag(request.key)
    row = registered_models.lock(scope.db, request.name)
    model_labels.delete(scope.db, row.id, request.key)
    registry_notes.note(scope, row.id, "delete tag", request.key)
    return Empty()


def check_description(text: str | None) -> None:
    """Raises InvalidParameterValue for a description that is too long."""
    rules.check_length("Description", text or "", limits.MODEL_DESCRIPTION_LENGTH)


def _found(scope: Scope, row: ModelRow) -> RegisteredModelFound:
    (shown,) = registry_views.of_models(scope.db, [row])
    return RegisteredModelFound(shown)
