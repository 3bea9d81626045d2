"""Tags and parameters of runs: the rules."""

from __future__ import annotations

from collections.abc import Sequence

from trackgate_wire import limits, rules
from trackgate_wire.endpoint import Empty
from trackgate_wire.errors import NotFound
from trackgate_wire.runs import (
    DELETE_TAG,
    LOG_PARAM,
    SET_TAG,
    DeleteTag,
    LogParam,
    Param,
    RunTag,
    SetTag,
)

from trackgate_server.operations.attribution import attributed, check_removable
from trackgate_server.operations.scope import Scope
from trackgate_server.operations.serving import Wants, serves
from trackgate_server.store import params, runs, tags
from trackgate_server.store.runs import RunKey

RUN_NAME_TAG = "mlflow.runName"
NOTE_TAG = "mlflow.note.content"
PARENT_TAG = "mlflow.parentRunId"


@serves(LOG_PARAM, "single")
def log_param(scope: Scope, request: LogParam) -> Empty:
    given = checked_param(scope, Param(request.key, request.value))
    params.log_at_once(scope.db, scope.names, request.run(), [given])
    return Empty()


def _tag_wants(request: SetTag) -> Wants:
    return "write" if request.key == RUN_NAME_TAG else "single"


@serves(SET_TAG, _tag_wants)
def set_tag(scope: Scope, request: SetTag) -> Empty:
    given = checked_tags(scope, [RunTag(request.key, request.value)])
    if RUN_NAME_TAG in given:
        put(scope, runs.require_active(scope.db, request.run()), given)
    else:
        stored = attributed(scope.caller, given)
        tags.put_at_once(scope.db, scope.names, request.run(), stored)
    return Empty()


@serves(DELETE_TAG, "write")
def delete_tag(scope: Scope, request: DeleteTag) -> Empty:
    check_removable(scope.caller, request.key)
    run_id = request.run()
    run = runs.require_active(scope.db, run_id)
    if not tags.delete(scope.db, scope.names, run, request.key):
        key = rules.shown(request.key)
        raise NotFound(f"No tag with name: {key} in run with id {run_id}.")
    return Empty()


def put(scope: Scope, run: RunKey, given: dict[str, str]) -> None:
    """Store checked tags; the run's name follows its tag."""
    stored = attributed(scope.caller, given)
    name = stored.get(RUN_NAME_TAG)
    if name == "":
        # As in the peer: a run is not left without a name.
        del stored[RUN_NAME_TAG]
    elif name is not None:
        rules.check_length("Run name", name, limits.RUN_NAME_LENGTH)
        runs.rename(scope.db, run, name)
    tags.put(scope.db, scope.names, run, stored)


def checked_tags(scope: Scope, given: Sequence[RunTag]) -> dict[str, str]:
    """Tags by key, the last of a key counting, values within their limit."""
    for tag in given:
        rules.check_key("Tag", tag.key)
    return _by_key(scope, given)


def checked_first_tags(scope: Scope, given: Sequence[RunTag]) -> dict[str, str]:
    """As `checked_tags`, for a run that is being created: any text is a key then.

    So it is in the peer, and scripts pass to `start_run` what `set_tag` refuses.
    """
    for tag in given:
        rules.check_tag_key("Tag", tag.key)
    return _by_key(scope, given)


def _by_key(scope: Scope, given: Sequence[RunTag]) -> dict[str, str]:
    return {
        tag.key: _within(scope, "Tag", tag.key, tag.value, limits.RUN_TAG_VALUE_LENGTH)
        for tag in given
    }


def checked_param(scope: Scope, given: Param) -> Param:
    """A parameter with an allowed key and a value within its limit."""
    rules.check_key("Param", given.key)
    limit = limits.PARAM_VALUE_LENGTH
    return Param(given.key, _within(scope, "Param", given.key, given.value, limit))


def _within(scope: Scope, kind: str, key: str, value: str, limit: int) -> str:
    # The peer cuts long values by default, and its clients rely on it.
    if scope.services.settings.truncate_long_values:
        value = value[:limit]
    rules.check_length(f"{kind} value of {rules.shown(key)}", value, limit)
    return value
