"""Artifacts: what may be listed, read, stored and deleted, and by whom it was.

Operations here open their own transactions, short ones, because bytes take long.
"""

from __future__ import annotations

import sys
from typing import NamedTuple

from trackgate_wire import limits
from trackgate_wire.artifacts import (
    LIST_ARTIFACTS,
    LIST_STORE,
    ArtifactsPage,
    FileInfo,
    ListArtifacts,
    ListStore,
    StoreListing,
)
from trackgate_wire.errors import NotFound

from trackgate_server.blobs.store import Body, Entry, OpenBlob
from trackgate_server.operations import (
    artifact_owners,
    artifact_places,
    older_clients,
)
from trackgate_server.operations.artifact_owners import OwnerRef
from trackgate_server.operations.artifact_places import Found
from trackgate_server.operations.scope import Scope
from trackgate_server.operations.serving import serves
from trackgate_server.operations.tokens import Bookmarks
from trackgate_server.store import people
from trackgate_server.store.transaction import Transaction


class Download(NamedTuple):
    """A file on its way out; `name` is what it is to be saved as."""

    blob: OpenBlob
    name: str


@serves(LIST_ARTIFACTS, "none")
def list_of_run(scope: Scope, request: ListArtifacts) -> ArtifactsPage:
    found = readable_of(scope, OwnerRef("run", request.run()), request.path or "")
    files, token = page(scope, found, request.page_token)
    root = found.owner.artifact_uri
    return ArtifactsPage(root_uri=root, files=files, next_page_token=token)


@serves(LIST_STORE, "none")
def list_by_path(scope: Scope, request: ListStore) -> StoreListing:
    found = readable(scope, request.path)
    # The peer's protocol has no pages here: what is left out would be lost.
    entries = scope.services.blobs.list(found.place, "", sys.maxsize)
    meant = None if entries else older_clients.model_meant(scope, found)
    if meant is not None:
        entries = scope.services.blobs.list(meant.place, "", sys.maxsize)
    return StoreListing(_described("", entries))


def page(
    scope: Scope, found: Found, page_token: str | None
) -> tuple[list[FileInfo], str | None]:
    """Some of a folder's entries, and the token of the page behind them."""
    entries, token = entries_of(scope, found, page_token, limits.ARTIFACTS_PER_PAGE)
    head = "".join(f"{name}/" for name in found.place.path)
    return _described(head, entries), token


def entries_of(
    scope: Scope, found: Found, page_token: str | None, most: int
) -> tuple[list[Entry], str | None]:
    """At most `most` of a folder's entries by name, and the token of those behind."""
    where = ["artifacts", found.owner.ref, found.place.path]
    bookmarks = Bookmarks(scope.services.signing_key, where)
    after = bookmarks.read(page_token) or ""
    entries = scope.services.blobs.list(found.place, after, most + 1)
    shown, more = entries[:most], len(entries) > most
    return shown, bookmarks.make(shown[-1].name if more else None)


def open_for(scope: Scope, found: Found) -> Download:
    """Open what was found; raises NotFound, InvalidParameterValue for a folder."""
    blobs = scope.services.blobs
    try:
        return Download(blobs.open(found.place), found.place.name)
    except NotFound:
        meant = older_clients.model_meant(scope, found)
        if meant is None:
            raise
    return Download(blobs.open(meant.place), meant.place.name)


def store(scope: Scope, found: Found, body: Body) -> None:
    """Keep a file; what somebody stores with another's artifacts is noted."""
    scope.services.blobs.store(found.place, body)
    note_if_foreign(scope, found, "store artifact")


def delete(scope: Scope, found: Found) -> None:
    """Remove a file or a folder, and note who did."""
    scope.services.blobs.delete(found.place)
    _note(scope, found, "delete artifact")


def readable(scope: Scope, path: str) -> Found:
    """What a path below the store's root names, if it is an owner's."""
    return scope.services.database.read(lambda db: artifact_places.by_path(db, path))


def readable_of(scope: Scope, ref: OwnerRef, path: str) -> Found:
    """What a path below an owner's artifacts names."""

    def find(db: Transaction) -> Found:
        owner = artifact_owners.get(db, ref)
        return Found(owner, owner.place(path))

    return scope.services.database.read(find)


def writable(scope: Scope, path: str) -> Found:
    """As `readable`; raises InvalidParameterValue where the owner is deleted."""
    found = readable(scope, path)
    found.owner.require_active()
    return found


def writable_of(scope: Scope, ref: OwnerRef, path: str) -> Found:
    """As `readable_of`; raises InvalidParameterValue where the owner is deleted."""
    found = readable_of(scope, ref, path)
    found.owner.require_active()
    return found


def note_if_foreign(scope: Scope, found: Found, action: str) -> None:
    """Keep who changed the artifacts of somebody else's run or logged model."""
    if scope.caller.user is not None and scope.caller.user != found.owner.user:
        _note(scope, found, action)


def _note(scope: Scope, found: Found, action: str) -> None:
    user, target = scope.caller.name, str(found.owner.ref)
    path = "/".join(found.place.path)
    scope.services.database.write(
        lambda db: people.note(db, user, action, target, path, scope.now_ms)
    )


def _described(head: str, entries: list[Entry]) -> list[FileInfo]:
    return [
        FileInfo(head + entry.name, entry.is_folder, entry.size_bytes)
        for entry in entries
    ]
