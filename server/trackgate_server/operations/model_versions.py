"""Versions of registered models: the rules."""

from __future__ import annotations

from trackgate_wire import limits, rules
from trackgate_wire.endpoint import Empty
from trackgate_wire.errors import InvalidParameterValue
from trackgate_wire.model_versions import (
    CREATE_MODEL_VERSION,
    DELETE_MODEL_VERSION,
    DELETE_MODEL_VERSION_TAG,
    GET_MODEL_VERSION,
    GET_MODEL_VERSION_DOWNLOAD_URI,
    SET_MODEL_VERSION_TAG,
    TRANSITION_MODEL_VERSION_STAGE,
    UPDATE_MODEL_VERSION,
    CreateModelVersion,
    DeleteModelVersionTag,
    DownloadUri,
    ModelStage,
    ModelVersionFound,
    ModelVersionRef,
    SetModelVersionTag,
    TransitionModelVersionStage,
    UpdateModelVersion,
)
from trackgate_wire.registry_rules import check_model_name, stage_named

from trackgate_server.operations import older_clients, registry_notes
from trackgate_server.operations.model_sources import made_from
from trackgate_server.operations.registered_models import check_description
from trackgate_server.operations.registry_tags import check_tag, checked_tags
from trackgate_server.operations.scope import Scope
from trackgate_server.operations.serving import serves
from trackgate_server.store import (
    logged_models,
    model_aliases,
    model_labels,
    model_moves,
    model_registrations,
    model_versions,
    registry_views,
)
from trackgate_server.store.model_moves import Move
from trackgate_server.store.model_stages import STAGE_NUMBERS, STAGES
from trackgate_server.store.model_versions import VersionRow

_WITH_ARCHIVING = (ModelStage.STAGING, ModelStage.PRODUCTION)


@serves(CREATE_MODEL_VERSION, "write")
def create(scope: Scope, request: CreateModelVersion) -> ModelVersionFound:
    check_model_name(request.name)
    check_description(request.description)
    limit = limits.MODEL_SOURCE_LENGTH
    rules.check_length("Run link", request.run_link or "", limit)
    tags = checked_tags((tag.key, tag.value) for tag in request.tags)
    new = made_from(scope.db, older_clients.with_model(scope, request), tags)
    user = scope.caller.user or ""
    row = model_versions.insert(scope.db, request.name, user, new, scope.now_ms)
    model_labels.put_on_version(scope.db, (row.model, row.version), tags)
    # A version that is copied may have outlived its logged model.
    for logged in logged_models.find_all(scope.db, [row.model_id]):
        model_registrations.add(scope.db, logged.key, row.name, row.version)
    _note(scope, row, "create")
    return _found(scope, row)


@serves(GET_MODEL_VERSION)
def get(scope: Scope, request: ModelVersionRef) -> ModelVersionFound:
    check_model_name(request.name)
    return _found(scope, model_versions.get(scope.db, request.name, request.version))


@serves(GET_MODEL_VERSION_DOWNLOAD_URI)
def get_download_uri(scope: Scope, request: ModelVersionRef) -> DownloadUri:
    check_model_name(request.name)
    row = model_versions.get(scope.db, request.name, request.version)
    return DownloadUri(row.location)


@serves(UPDATE_MODEL_VERSION, "write")
def update(scope: Scope, request: UpdateModelVersion) -> ModelVersionFound:
    check_model_name(request.name)
    check_description(request.description)
    row = model_versions.lock(scope.db, request.name, request.version)
    row = model_versions.describe(scope.db, row, request.description, scope.now_ms)
    _note(scope, row, "describe")
    return _found(scope, row)


@serves(TRANSITION_MODEL_VERSION_STAGE, "write")
def transition(scope: Scope, request: TransitionModelVersionStage) -> ModelVersionFound:
    check_model_name(request.name)
    stage = stage_named(request.stage)
    archives = request.archive_existing_versions
    if archives and stage not in _WITH_ARCHIVING:
        raise InvalidParameterValue(
            f"Versions in the stage {stage.value!r} cannot be archived on the way:"
            " archive_existing_versions goes with"
            f" {' and '.join(_WITH_ARCHIVING)} only."
        )
    by = registry_notes.mover(scope, request.comment)
    old = model_versions.lock(scope.db, request.name, request.version)
    moves = _archive_others(scope, old, stage) if archives else []
    number = STAGE_NUMBERS[stage]
    new = model_versions.set_stage(scope.db, old, number, scope.now_ms)
    moves.append(_stage_move(new.version, STAGES[old.stage], stage))
    model_moves.note(scope.db, new.model, new.name, moves, by)
    _note(scope, new, f"move to {stage.value}")
    return _found(scope, new)


@serves(DELETE_MODEL_VERSION, "write")
def delete(scope: Scope, request: ModelVersionRef) -> Empty:
    check_model_name(request.name)
    row = model_versions.lock(scope.db, request.name, request.version)
    aliases = model_aliases.delete_of_version(scope.db, row.model, row.version)
    model_versions.delete(scope.db, row, scope.now_ms)
    number = row.version
    moves = [
        Move(model_moves.ALIAS, alias, number, str(number), "") for alias in aliases
    ]
    moves.append(Move(model_moves.DELETE, "", number, STAGES[row.stage].value, ""))
    by = registry_notes.mover(scope)
    model_moves.note(scope.db, row.model, row.name, moves, by)
    _note(scope, row, "delete")
    return Empty()


@serves(SET_MODEL_VERSION_TAG, "write")
def set_tag(scope: Scope, request: SetModelVersionTag) -> Empty:
    check_model_name(request.name)
    check_tag(request.key, request.value)
    row = model_versions.lock(scope.db, request.name, request.version)
    tags = {request.key: request.value}
    model_labels.put_on_version(scope.db, (row.model, row.version), tags)
    _note(scope, row, "set tag", request.key)
    return Empty()


@serves(DELETE_MODEL_VERSION_TAG, "write")
def delete_tag(scope: Scope, request: DeleteModelVersionTag) -> Empty:
    check_model_name(request.name)
    check_tag(request.key)
    row = model_versions.lock(scope.db, request.name, request.version)
    key = (row.model, row.version)
    model_labels.delete_of_version(scope.db, key, request.key)
    _note(scope, row, "delete tag", request.key)
    return Empty()


def _archive_others(scope: Scope, row: VersionRow, stage: ModelStage) -> list[Move]:
    number = STAGE_NUMBERS[stage]
    archived = model_versions.archive_others(scope.db, row, number, scope.now_ms)
    return [_stage_move(version, stage, ModelStage.ARCHIVED) for version in archived]


def _stage_move(version: int, before: ModelStage, after: ModelStage) -> Move:
    return Move(model_moves.STAGE, "", version, before.value, after.value)


def _found(scope: Scope, row: VersionRow) -> ModelVersionFound:
    (shown,) = registry_views.of_versions(scope.db, [row])
    return ModelVersionFound(shown)


def _note(scope: Scope, row: VersionRow, action: str, detail: str = "") -> None:
    about = f"{row.name}, version {row.version}" + (f": {detail}" if detail else "")
    registry_notes.note(scope, row.model, f"{action} version", about)
