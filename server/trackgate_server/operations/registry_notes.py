"""Who changed what in the registry."""

from __future__ import annotations

from trackgate_wire import limits, rules

from trackgate_server.operations.scope import Scope
from trackgate_server.store import people
from trackgate_server.store.model_moves import Mover


def note(scope: Scope, model: int, action: str, detail: str) -> None:
    """Keep a change to a model, known by its number, whatever its name will be."""
    target = f"registered-model/{model}"
    people.note(scope.db, scope.caller.name, action, target, detail, scope.now_ms)


def mover(scope: Scope, comment: str = "") -> Mover:
    """The caller as the history names who moved something.

    Raises InvalidParameterValue for a comment that is too long.
    """
    rules.check_length("Comment", comment, limits.MODEL_MOVE_COMMENT_LENGTH)
    return Mover(scope.caller.name, comment, scope.now_ms)
