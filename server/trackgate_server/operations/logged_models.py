"""Logged models: the rules."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import uuid4

from trackgate_wire import limits, rules
from trackgate_wire.endpoint import Empty
from trackgate_wire.errors import InvalidParameterValue, NotFound
from trackgate_wire.logged_models import (
    CREATE_LOGGED_MODEL,
    DELETE_LOGGED_MODEL,
    DELETE_LOGGED_MODEL_TAG,
    FINALIZE_LOGGED_MODEL,
    GET_LOGGED_MODEL,
    ID_PREFIX,
    LOG_LOGGED_MODEL_PARAMS,
    SET_LOGGED_MODEL_TAGS,
    CreateLoggedModel,
    FinalizeLoggedModel,
    GetLoggedModel,
    LoggedModelFound,
    LoggedModelParam,
    LoggedModelStatus,
    LoggedModelTag,
    LogLoggedModelParams,
    SetLoggedModelTags,
)

from trackgate_server.operations.attribution import (
    attributed,
    check_removable,
    first_tags,
    owner,
)
from trackgate_server.operations.experiments import check_active
from trackgate_server.operations.run_names import made_up
from trackgate_server.operations.scope import Scope
from trackgate_server.operations.serving import serves
from trackgate_server.store import (
    experiments,
    logged_model_data,
    logged_models,
    people,
)
from trackgate_server.store.experiments import ExperimentRow
from trackgate_server.store.lifecycle import ACTIVE
from trackgate_server.store.logged_models import STATUS_NUMBERS, LoggedModelRow

_NOT_IN_NAMES = "/:.%\"'"


@serves(CREATE_LOGGED_MODEL, "write")
def create(scope: Scope, request: CreateLoggedModel) -> LoggedModelFound:
    _check_name(request.name or "")
    limit = limits.LOGGED_MODEL_TYPE_LENGTH
    rules.check_length("Model type", request.model_type or "", limit)
    if request.source_run_id:
        rules.check_run_id(request.source_run_id)
    params = _checked_params(request.params)
    tags = first_tags(scope.caller, _checked_tags(request.tags), None)
    experiment = experiments.get(scope.db, request.experiment_id)
    check_active(experiment)
    row = logged_models.insert(scope.db, _new(scope, request, experiment))
    logged_model_data.log_params(scope.db, row.key, params)
    logged_model_data.set_tags(scope.db, row.key, tags)
    return _found(scope, row)


@serves(GET_LOGGED_MODEL)
def get(scope: Scope, request: GetLoggedModel, model_id: str) -> LoggedModelFound:
    deleted_too = request.allow_deleted.lower() == "true"
    find = logged_models.get if deleted_too else logged_models.get_active
    return _found(scope, find(scope.db, model_id))


@serves(FINALIZE_LOGGED_MODEL, "write")
def finalize(
    scope: Scope, request: FinalizeLoggedModel, model_id: str
) -> LoggedModelFound:
    _check_same(model_id, request.model_id)
    row = logged_models.get(scope.db, model_id)
    row = logged_models.set_status(scope.db, row, request.status, scope.now_ms)
    _note_if_foreign(scope, row, "finalize")
    return _found(scope, row)


@serves(DELETE_LOGGED_MODEL, "write")
def delete(scope: Scope, request: Empty, model_id: str) -> Empty:
    del request
    row = logged_models.get(scope.db, model_id)
    logged_models.delete(scope.db, row.key, scope.now_ms)
    _note(scope, row, "delete")
    return Empty()


@serves(LOG_LOGGED_MODEL_PARAMS, "write")
def log_params(scope: Scope, request: LogLoggedModelParams, model_id: str) -> Empty:
    _check_same(model_id, request.model_id)
    given = _checked_params(request.params)
    row = logged_models.get(scope.db, model_id)
    logged_model_data.log_params(scope.db, row.key, given)
    _note_if_foreign(scope, row, "log params")
    return Empty()


@serves(SET_LOGGED_MODEL_TAGS, "write")
def set_tags(scope: Scope, request: SetLoggedModelTags, model_id: str) -> Empty:
    _check_same(model_id, request.model_id)
    given = attributed(scope.caller, _checked_tags(request.tags))
    row = logged_models.get(scope.db, model_id)
    logged_model_data.set_tags(scope.db, row.key, given)
    _note_if_foreign(scope, row, "set tags")
    return Empty()


@serves(DELETE_LOGGED_MODEL_TAG, "write")
def delete_tag(scope: Scope, request: Empty, model_id: str, tag_key: str) -> Empty:
    del request
    check_removable(scope.caller, tag_key)
    row = logged_models.get(scope.db, model_id)
    if not logged_model_data.delete_tag(scope.db, row.key, tag_key):
        raise NotFound(
            f"No tag with key {rules.shown(tag_key)} found for model with ID"
            f" {rules.shown(model_id)}."
        )
    _note_if_foreign(scope, row, "delete tag")
    return Empty()


def _new(
    scope: Scope, request: CreateLoggedModel, experiment: ExperimentRow
) -> LoggedModelRow:
    """The row of a model that is pending; its id is not known yet."""
    model_id = ID_PREFIX + uuid4().hex
    root = experiment.artifact_location.rstrip("/")
    return LoggedModelRow(
        id=0,
        uuid=model_id,
        experiment=experiment.id,
        name=request.name or made_up(),
        type=request.model_type or "",
        source_run=request.source_run_id or "",
        user=owner(scope.caller, None),
        status=STATUS_NUMBERS[LoggedModelStatus.PENDING],
        status_message="",
        artifact_uri=f"{root}/models/{model_id}/artifacts",
        lifecycle=ACTIVE,
        created_ms=scope.now_ms,
        updated_ms=scope.now_ms,
    )


def _found(scope: Scope, row: LoggedModelRow) -> LoggedModelFound:
    (model,) = logged_model_data.described(scope.db, [row])
    return LoggedModelFound(model)


def _check_name(name: str) -> None:
    rules.check_length("Model name", name, limits.LOGGED_MODEL_NAME_LENGTH)
    for sign in _NOT_IN_NAMES:
        if sign in name:
            raise InvalidParameterValue(
                f"Invalid model name {rules.shown(name)}: it contains {sign!r}. The"
                f" name of a logged model has none of {' '.join(_NOT_IN_NAMES)}."
            )


def _check_same(model_id: str, repeated: str | None) -> None:
    """The body may say again which model is meant, but not another."""
    if repeated and repeated != model_id:
        raise InvalidParameterValue(
            f"The path names the logged model {rules.shown(model_id)}, the body"
            f" {rules.shown(repeated)}."
        )


def _checked_tags(given: Sequence[LoggedModelTag]) -> dict[str, str]:
    """Tags by key, the last of a key counting."""
    for tag in given:
        _check_pair("tag", tag.key, tag.value)
    return {tag.key: tag.value for tag in given}


def _checked_params(given: list[LoggedModelParam]) -> dict[str, str]:
    """Parameters by key; raises InvalidParameterValue for a key given twice."""
    for param in given:
        _check_pair("param", param.key, param.value)
    rules.check_unique("param", [param.key for param in given])
    return {param.key: param.value for param in given}


def _check_pair(kind: str, key: str, value: str) -> None:
    what = f"Logged model {kind}"
    rules.check_tag_key(what, key, limits.LOGGED_MODEL_KEY_LENGTH)
    limit = limits.LOGGED_MODEL_VALUE_LENGTH
    rules.check_length(f"{what} value of {rules.shown(key)}", value, limit)


def _note_if_foreign(scope: Scope, row: LoggedModelRow, action: str) -> None:
    if scope.caller.user is not None and scope.caller.user != row.user:
        _note(scope, row, action)


def _note(scope: Scope, row: LoggedModelRow, action: str) -> None:
    target = f"logged-model/{row.uuid}"
    people.note(scope.db, scope.caller.name, action, target, row.name, scope.now_ms)
