"""Which things a search shows: active ones, deleted ones, all."""

from __future__ import annotations

from trackgate_wire.scalars import ViewType

from trackgate.errors import InvalidParameterValue

_VIEW_NUMBERS = {
    1: ViewType.ACTIVE_ONLY,
    2: ViewType.DELETED_ONLY,
    3: ViewType.ALL,
}


def view_type(given: ViewType | str | int) -> ViewType:
    """A view type by itself, its name in any case, or MLflow's number for it."""
    if isinstance(given, int):
        found = _VIEW_NUMBERS.get(given)
    else:
        found = next((view for view in ViewType if view == given.upper()), None)
    if found is None:
        allowed = ", ".join(view.lower() for view in ViewType)
        raise InvalidParameterValue(f"Unknown view type {given!r}; it is {allowed}.")
    return found
