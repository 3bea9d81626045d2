"""Lines of the change log as people read them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from trackgate_server.store.people import ChangeRow

# What the log calls things, and the pages that show them. Models have pages by name
# only, and the log keeps their numbers.
_NOUNS = {
    "experiment": "experiment",
    "run": "run",
    "logged-model": "logged model",
    "registered-model": "model",
    "user": "person",
    "database": "database",
}
_PAGES = {
    "experiment": "experiments",
    "run": "runs",
    "logged-model": "logged-models",
}
_DONE = {
    "create": "created",
    "delete": "deleted",
    "restore": "restored",
    "rename": "renamed",
    "describe": "described",
    "purge": "removed for good",
    "remove": "removed",
    "set role": "set the role of",
    "set password": "set the password of",
    "back up": "backed up",
    "set tag": "set a tag of",
    "delete tag": "removed a tag of",
}
# Where the detail tells what was done and not the thing's name.
_ABOUT = frozenset({"set role", "set tag", "delete tag", "set password"})


class ChangeLine(NamedTuple):
    """Who did what to which thing.

    did     such as "deleted the experiment"
    thing   its name, or the number it has
    detail  what else the log says
    place   segments of its page's path; empty where there is none
    """

    user: str
    did: str
    thing: str
    detail: str
    place: tuple[str, ...]
    at_ms: int


def change_lines(rows: Iterable[ChangeRow]) -> list[ChangeLine]:
    """The lines, in the order of the rows."""
    return [_line(row) for row in rows]


def _line(row: ChangeRow) -> ChangeLine:
    kind, _, number = row.target.partition("/")
    noun = _NOUNS.get(kind, kind)
    names_thing = bool(row.detail) and row.action not in _ABOUT
    said = _DONE.get(row.action, f"{row.action}:")
    page = _PAGES.get(kind)
    return ChangeLine(
        user=row.user,
        did=said if kind == "user" else f"{said} the {noun}",
        thing=row.detail if names_thing else number,
        detail="" if names_thing else row.detail,
        place=(page, number) if page and row.action != "purge" else (),
        at_ms=row.at_ms,
    )
