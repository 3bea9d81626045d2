"""Saved views of the table of runs: the rules."""

from __future__ import annotations

from collections.abc import Sequence

from trackgate_wire import limits, rules
from trackgate_wire.errors import AlreadyExists, InvalidParameterValue, NotFound

from trackgate_server.operations.scope import Scope
from trackgate_server.store import experiments, people, views
from trackgate_server.store.views import SavedView

NAME_LENGTH = 120
QUERY_LENGTH = 8_000
"""Longer addresses are not taken by every program on the way."""
MOST_IN_A_PLACE = 100
"""Views of the same experiments, and as many that are for any."""


def listed(scope: Scope, experiment_ids: Sequence[str]) -> list[SavedView]:
    """Views for these experiments and those for any, by name. One statement."""
    return views.all_of(scope.db, _place(experiment_ids))


def get(scope: Scope, view_id: str) -> SavedView:
    """One view; raises NotFound."""
    known = view_id.isascii() and view_id.isdigit() and int(view_id) <= limits.INT64_MAX
    found = views.find(scope.db, int(view_id)) if known else None
    if found is None:
        raise NotFound(f"There is no saved view with the number {view_id!r}.")
    return found


def save(scope: Scope, experiment_ids: Sequence[str], name: str, query: str) -> int:
    """Save a view for these experiments, or for any if there are none; its number.

    Raises AlreadyExists for a name that a view of the same experiments has, and
    InvalidParameterValue for one that is empty or too long.
    """
    name, place = _checked_name(name), _place(experiment_ids)
    rules.check_length("View's address", query, QUERY_LENGTH)
    if views.count(scope.db, place) >= MOST_IN_A_PLACE:
        raise InvalidParameterValue(
            f"There are {MOST_IN_A_PLACE} views already, which is the most; delete one"
            " that nobody needs."
        )
    who, now_ms = scope.caller.name, scope.now_ms
    number = views.insert(scope.db, place, name, query, who, now_ms)
    if number is None:
        raise _taken(name)
    _note(scope, "create", number, name)
    return number


def update(scope: Scope, view_id: str, query: str) -> SavedView:
    """Have a view show something else; raises NotFound."""
    view = get(scope, view_id)
    rules.check_length("View's address", query, QUERY_LENGTH)
    views.set_query(scope.db, view.id, query, scope.caller.name, scope.now_ms)
    _note(scope, "update", view.id, view.name)
    return view


def rename(scope: Scope, view_id: str, name: str) -> SavedView:
    """Give a view another name; raises NotFound, and as `save`."""
    view, name = get(scope, view_id), _checked_name(name)
    if not views.rename(scope.db, view, name, scope.caller.name, scope.now_ms):
        raise _taken(name)
    _note(scope, "rename", view.id, f"{view.name} -> {name}")
    return view


def delete(scope: Scope, view_id: str) -> SavedView:
    """Remove a view for good; raises NotFound."""
    view = get(scope, view_id)
    views.delete(scope.db, view.id)
    _note(scope, "delete", view.id, view.name)
    return view


def _place(experiment_ids: Sequence[str]) -> str:
    numbers = sorted({experiments.parse_id(one) for one in experiment_ids})
    return ",".join(map(str, numbers))


def _checked_name(name: str) -> str:
    name = name.strip()
    if not name:
        raise InvalidParameterValue("A view needs a name.")
    rules.check_length("View name", name, NAME_LENGTH)
    return name


def _taken(name: str) -> AlreadyExists:
    return AlreadyExists(
        f"There is a view named {rules.shown(name)} already. Open it and update it, or"
        " choose another name."
    )


def _note(scope: Scope, action: str, view: int, detail: str) -> None:
    who = scope.caller.name
    people.note(scope.db, who, action, f"view/{view}", detail, scope.now_ms)
