"""Folders of artifacts as pages show them: opened one by one, and walked as a whole."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from trackgate_wire.errors import InvalidParameterValue, NotFound

from trackgate_server.blobs.place import Place
from trackgate_server.blobs.store import Blobs, Entry
from trackgate_server.operations import artifacts
from trackgate_server.operations.artifact_holders import Holder
from trackgate_server.operations.scope import Scope

SHOWN = 500
_MOST_NAMES = 10_000
_AT_ONCE = 1_000


class Folder(NamedTuple):
    """Some of a folder's entries.

    path     below the holder's files; "" for all of them
    entries  in the order of their names
    token    of the page behind them; None where there is none
    """

    path: str
    entries: list[Entry]
    token: str | None


class FileFound(NamedTuple):
    """A file below a folder; `path` is relative to that folder."""

    path: str
    place: Place
    size_bytes: int


def folder(scope: Scope, holder: Holder, path: str, token: str | None) -> Folder:
    """A folder's first 500 entries, or those that `token` stands for.

    One listing of the store. Raises NotFound where nothing is, but all of a holder's
    files may be none.
    """
    found = holder.below(path)
    entries, next_token = artifacts.entries_of(scope, found, token, SHOWN)
    if path and not entries and not token:
        raise NotFound(f"No such artifact: {found.place.shown}.")
    return Folder(path, entries, next_token)


def names_in(scope: Scope, holder: Holder, path: str) -> list[str]:
    """The names in a folder, at most 10,000 of them; one listing."""
    place = holder.below(path).place
    return [entry.name for entry in scope.services.blobs.list(place, "", _MOST_NAMES)]


def files_below(blobs: Blobs, place: Place, most: int) -> list[FileFound]:
    """All files below a folder, folder by folder; a listing for each and thousand.

    Raises NotFound where there is none, InvalidParameterValue for more than `most`.
    """
    found: list[FileFound] = []
    for file in _walked(blobs, place, ""):
        found.append(file)
        if len(found) > most:
            raise InvalidParameterValue(
                f"The folder has more than {most:,} files; fetch it by"
                " `trackgate artifacts download`."
            )
    if not found:
        raise NotFound(f"No files in {place.shown}.")
    return found


def _walked(blobs: Blobs, place: Place, head: str) -> Iterator[FileFound]:
    for entry in _entries(blobs, place):
        below = Place(place.area, (*place.path, entry.name))
        if entry.size_bytes is None:
            yield from _walked(blobs, below, f"{head}{entry.name}/")
        else:
            yield FileFound(head + entry.name, below, entry.size_bytes)


def _entries(blobs: Blobs, place: Place) -> Iterator[Entry]:
    after = ""
    while page := blobs.list(place, after, _AT_ONCE):
        yield from page
        after = page[-1].name
        if len(page) < _AT_ONCE:
            return
