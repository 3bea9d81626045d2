"""Aliases of registered models: the rules."""

from __future__ import annotations

from trackgate_wire.endpoint import Empty
from trackgate_wire.errors import InvalidParameterValue, NotFound
from trackgate_wire.model_versions import ModelVersionFound
from trackgate_wire.registered_models import (
    DELETE_REGISTERED_MODEL_ALIAS,
    GET_MODEL_VERSION_BY_ALIAS,
    SET_REGISTERED_MODEL_ALIAS,
    DeleteRegisteredModelAlias,
    GetByAlias,
    SetRegisteredModelAlias,
)
from trackgate_wire.registry_rules import (
    LATEST,
    check_alias,
    check_model_name,
    check_new_alias,
)

from trackgate_server.operations import registry_notes
from trackgate_server.operations.scope import Scope
from trackgate_server.operations.serving import serves
from trackgate_server.store import (
    model_aliases,
    model_moves,
    model_versions,
    registered_models,
    registry_views,
)
from trackgate_server.store.model_moves import Move
from trackgate_server.store.model_stages import STAGES
from trackgate_server.store.model_versions import VersionRow
from trackgate_server.store.registered_models import ModelRow
from trackgate_server.store.transaction import Transaction


@serves(SET_REGISTERED_MODEL_ALIAS, "write")
def set_alias(scope: Scope, request: SetRegisteredModelAlias) -> Empty:
    check_model_name(request.name)
    check_new_alias(request.alias)
    by = registry_notes.mover(scope, request.comment)
    row = model_versions.lock(scope.db, request.name, request.version)
    before = model_aliases.find(scope.db, row.model, request.alias)
    model_aliases.set_to(scope.db, row.model, request.alias, row.version)
    left = "" if before is None else str(before)
    move = Move(model_moves.ALIAS, request.alias, row.version, left, str(row.version))
    model_moves.note(scope.db, row.model, row.name, [move], by)
    detail = f"{row.name}, {request.alias} -> version {row.version}"
    registry_notes.note(scope, row.model, "set alias", detail)
    return Empty()


@serves(DELETE_REGISTERED_MODEL_ALIAS, "write")
def delete_alias(scope: Scope, request: DeleteRegisteredModelAlias) -> Empty:
    check_model_name(request.name)
    check_alias(request.alias)
    by = registry_notes.mover(scope, request.comment)
    model = registered_models.lock(scope.db, request.name)
    version = model_aliases.find(scope.db, model.id, request.alias)
    if version is None:
        # As in the peer: what is not there need not be removed.
        return Empty()
    model_aliases.delete(scope.db, model.id, request.alias)
    move = Move(model_moves.ALIAS, request.alias, version, str(version), "")
    model_moves.note(scope.db, model.id, model.name, [move], by)
    detail = f"{model.name}, {request.alias}"
    registry_notes.note(scope, model.id, "delete alias", detail)
    return Empty()


@serves(GET_MODEL_VERSION_BY_ALIAS)
def get_by_alias(scope: Scope, request: GetByAlias) -> ModelVersionFound:
    check_model_name(request.name)
    check_alias(request.alias)
    row = version_called(scope.db, request.name, request.alias)
    (shown,) = registry_views.of_versions(scope.db, [row])
    return ModelVersionFound(shown)


def version_called(db: Transaction, name: str, alias: str) -> VersionRow:
    """The version that an alias or `latest`, in any case, stands for.

    Raises NotFound where there is no such model or it has no version at all,
    InvalidParameterValue, as the peer, for an alias it does not have.
    """
    model = registered_models.get(db, name)
    if alias.lower() == LATEST:
        return newest(db, model)
    # By one statement: the alias may move and its old version go meanwhile.
    row = model_versions.find_by_alias(db, model.id, alias)
    if row is None:
        raise InvalidParameterValue(f"Registered model alias {alias} not found.")
    return row


def newest(db: Transaction, model: ModelRow) -> VersionRow:
    """The version with the highest number; raises NotFound where there is none."""
    found = model_versions.latest(db, [model.id], range(len(STAGES)))
    if not found:
        raise NotFound(f"Latest version not found for model {model.name}.")
    return max(found, key=lambda row: row.version)
