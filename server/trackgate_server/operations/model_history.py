"""Models that older clients log with a run: a tag of the run that grows."""

from __future__ import annotations

import json
from typing import Any, cast

import msgspec
from trackgate_wire import codec, limits, rules
from trackgate_wire.endpoint import Empty, Message
from trackgate_wire.errors import InvalidParameterValue
from trackgate_wire.runs import LOG_MODEL, LogModel

from trackgate_server.operations.scope import Scope
from trackgate_server.operations.serving import serves
from trackgate_server.store import runs, tags

_HISTORY_TAG = "mlflow.log-model.history"


class _Model(Message, frozen=True, kw_only=True):
    """What is kept of an MLmodel file: what identifies the model, and its flavors."""

    run_id: str | None
    artifact_path: str | None
    utc_time_created: str
    model_uuid: str | None = None
    flavors: dict[str, Any]

    def kept(self) -> dict[str, object]:
        """As it stands in the tag; a flavor's own settings are left out."""
        known = {
            "run_id": self.run_id,
            "artifact_path": self.artifact_path,
            "utc_time_created": self.utc_time_created,
            "model_uuid": self.model_uuid,
        }
        given = {name: value for name, value in known.items() if value is not None}
        return {**given, "flavors": {k: _plain(v) for k, v in self.flavors.items()}}


@serves(LOG_MODEL, "write")
def log_model(scope: Scope, request: LogModel) -> Empty:
    model = _decoded(request.model_json)
    run = runs.lock_active(scope.db, request.run())
    history = _history(tags.find(scope.db, scope.names, run, _HISTORY_TAG))
    value = json.dumps([*history, model.kept()])
    rules.check_length("The run's model history", value, limits.MODEL_HISTORY_LENGTH)
    tags.put(scope.db, scope.names, run, {_HISTORY_TAG: value})
    return Empty()


def _decoded(model_json: str) -> _Model:
    try:
        return codec.decode(model_json.encode(), _Model)
    except InvalidParameterValue as error:
        raise InvalidParameterValue(f"In model_json: {error.message}") from error


def _plain(flavor: object) -> object:
    if not isinstance(flavor, dict):
        return flavor
    settings = cast(dict[str, object], flavor)
    return {name: value for name, value in settings.items() if name != "config"}


def _history(tag: str | None) -> list[object]:
    try:
        return msgspec.json.decode(tag or "[]", type=list[object])
    except msgspec.DecodeError as error:
        raise InvalidParameterValue(
            f"The run's tag {_HISTORY_TAG!r} is not a JSON list, so no model can be"
            " added to it. Delete the tag first."
        ) from error
