"""What is done to several runs at once: the rules.

Runs that are not in the state for it, or not there any more, are left out: somebody
else may have been quicker.
"""

from __future__ import annotations

from collections.abc import Sequence

from trackgate_wire import rules
from trackgate_wire.errors import InvalidParameterValue
from trackgate_wire.runs import RunTag

from trackgate_server.operations.attribution import USER_TAG, attributed
from trackgate_server.operations.scope import Scope
from trackgate_server.operations.tags import RUN_NAME_TAG, checked_tags
from trackgate_server.store import run_choice
from trackgate_server.store.run_choice import ChangedRun

MOST = 5_000
"""Runs in one form."""


def delete(scope: Scope, run_ids: Sequence[str]) -> int:
    """Hide active runs until they are restored or purged; returns how many."""
    changed = run_choice.delete(scope.db, _checked(run_ids), scope.now_ms)
    return _noted(scope, "delete", changed)


def restore(scope: Scope, run_ids: Sequence[str]) -> int:
    """Bring deleted runs back; returns how many."""
    return _noted(scope, "restore", run_choice.restore(scope.db, _checked(run_ids)))


def tag(scope: Scope, run_ids: Sequence[str], key: str, value: str) -> int:
    """Give active runs a tag; returns how many have it now.

    Raises InvalidParameterValue for a key or value that `set-tag` refuses too, and
    for the name and user of runs, which are no labels.
    """
    if key in (RUN_NAME_TAG, USER_TAG):
        raise InvalidParameterValue(f"The tag {key!r} is not set for several runs.")
    given = attributed(scope.caller, checked_tags(scope, [RunTag(key, value)]))
    ids = _checked(run_ids)
    return _noted(
        scope, "set tag", run_choice.tag(scope.db, scope.names, ids, given), key
    )


def _checked(run_ids: Sequence[str]) -> list[str]:
    rules.check_count("runs", len(run_ids), MOST)
    return sorted(set(run_ids))


def _noted(
    scope: Scope, action: str, changed: list[ChangedRun], detail: str | None = None
) -> int:
    who = scope.caller.name
    run_choice.note(scope.db, who, action, changed, detail, scope.now_ms)
    return len(changed)
