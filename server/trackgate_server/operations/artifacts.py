"""Artifacts: what may be listed, read, stored and deleted, and by whom it was.

Operations here open their own transactions, short ones, because bytes take long.
"""

from __future__ import annotations

import sys
from typing import NamedTuple

from trackgate_wire import limits
from trackgate_wire.artifacts import (
    CREATE_PRESIGNED_UPLOAD,
    GET_PRESIGNED_DOWNLOAD,
    LIST_ARTIFACTS,
    LIST_STORE,
    ArtifactsPage,
    CreatePresignedUpload,
    FileInfo,
    ListArtifacts,
    ListStore,
    PresignedDownload,
    PresignedUpload,
    StoreListing,
)
from trackgate_wire.endpoint import Empty
from trackgate_wire.errors import InvalidParameterValue, NotImplementedHere

from trackgate_server.blobs.store import Body, Entry, OpenBlob
from trackgate_server.operations import artifact_places, signing, tokens
from trackgate_server.operations.artifact_places import Found
from trackgate_server.operations.scope import Scope
from trackgate_server.operations.serving import serves
from trackgate_server.operations.signing import Grant
from trackgate_server.store import people, runs
from trackgate_server.store.runs import RunRow
from trackgate_server.store.transaction import Transaction


class Download(NamedTuple):
    """A file on its way out; `name` is what it is to be saved as."""

    blob: OpenBlob
    name: str


@serves(LIST_ARTIFACTS, "none")
def list_of_run(scope: Scope, request: ListArtifacts) -> ArtifactsPage:
    path = request.path or ""
    found = readable_of_run(scope, request.run(), path)
    where = ["artifacts", found.run.uuid, found.place.path]
    key = scope.services.signing_key
    after = tokens.read(key, where, request.page_token) or ""
    most = limits.ARTIFACTS_PER_PAGE
    entries = scope.services.blobs.list(found.place, after, most + 1)
    page = entries[:most]
    more = len(entries) > most
    return ArtifactsPage(
        root_uri=found.run.artifact_uri,
        files=_described("".join(f"{name}/" for name in found.place.path), page),
        next_page_token=tokens.make(key, where, page[-1].name) if more else None,
    )


@serves(LIST_STORE, "none")
def list_by_path(scope: Scope, request: ListStore) -> StoreListing:
    place = readable(scope, request.path).place
    # The peer's protocol has no pages here: what is left out would be lost.
    entries = scope.services.blobs.list(place, "", sys.maxsize)
    return StoreListing(_described("", entries))


@serves(GET_PRESIGNED_DOWNLOAD, "none")
def presigned_download(
    scope: Scope, request: Empty, artifact_path: str
) -> PresignedDownload:
    del request
    found = readable(scope, artifact_path)
    blob = scope.services.blobs.open(found.place)
    blob.file.close()
    grant = _grant_of_file(scope, "GET", found, signing.URL_LIFETIME_S)
    return PresignedDownload(signing.url(scope, grant), file_size=blob.size_bytes)


@serves(CREATE_PRESIGNED_UPLOAD, "none")
def presigned_upload(scope: Scope, request: CreatePresignedUpload) -> PresignedUpload:
    if request.model_id:
        raise NotImplementedHere("Artifacts of logged models are not served yet.")
    if not request.run_id:
        raise InvalidParameterValue("Exactly one of run_id and model_id must be given.")
    found = writable_of_run(scope, request.run_id, request.path)
    found.place.require_file()
    lifetime_s = _checked_lifetime(request.expiration)
    grant = _grant_of_file(scope, "PUT", found, lifetime_s)
    return PresignedUpload(signing.url(scope, grant))


def open_for(scope: Scope, found: Found) -> Download:
    """Open what was found; raises NotFound, InvalidParameterValue for a folder."""
    return Download(scope.services.blobs.open(found.place), found.place.name)


def store(scope: Scope, found: Found, body: Body) -> None:
    """Keep a file; what somebody stores in another's run is noted."""
    scope.services.blobs.store(found.place, body)
    note_if_foreign(scope, found, "store artifact")


def delete(scope: Scope, found: Found) -> None:
    """Remove a file or a folder, and note who did."""
    scope.services.blobs.delete(found.place)
    _note(scope, found, "delete artifact")


def readable(scope: Scope, path: str) -> Found:
    """What a path below the store's root names, if it is a run's."""
    return scope.services.database.read(lambda db: artifact_places.by_path(db, path))


def readable_of_run(scope: Scope, run_id: str, path: str) -> Found:
    """What a path below a run's artifacts names."""
    return scope.services.database.read(
        lambda db: _found(runs.get(db, run_id), path),
    )


def writable(scope: Scope, path: str) -> Found:
    """As `readable`; raises InvalidParameterValue where the run is deleted."""

    def find(db: Transaction) -> Found:
        found = artifact_places.by_path(db, path)
        runs.require_active(db, found.run.uuid)
        return found

    return scope.services.database.read(find)


def writable_of_run(scope: Scope, run_id: str, path: str) -> Found:
    """As `readable_of_run`; raises InvalidParameterValue where the run is deleted."""
    return scope.services.database.read(
        lambda db: _found(runs.get_active(db, run_id), path),
    )


def note_if_foreign(scope: Scope, found: Found, action: str) -> None:
    """Keep who changed the artifacts of somebody else's run."""
    if scope.caller.user is not None and scope.caller.user != found.run.user:
        _note(scope, found, action)


def _note(scope: Scope, found: Found, action: str) -> None:
    user, target = scope.caller.name, f"run/{found.run.uuid}"
    path = "/".join(found.place.path)
    scope.services.database.write(
        lambda db: people.note(db, user, action, target, path, scope.now_ms)
    )


def _found(run: RunRow, path: str) -> Found:
    return Found(run, artifact_places.of_run(run, path))


def _described(head: str, entries: list[Entry]) -> list[FileInfo]:
    return [
        FileInfo(head + entry.name, entry.is_folder, entry.size_bytes)
        for entry in entries
    ]


def _grant_of_file(
    scope: Scope, method: signing.Method, found: Found, lifetime_s: int
) -> Grant:
    return Grant(
        method,
        scope.caller.user,
        scope.now_ms // 1_000 + lifetime_s,
        run_id=found.run.uuid,
        path="/".join(found.place.path),
    )


def _checked_lifetime(seconds: int | None) -> int:
    if seconds is None:
        return signing.URL_LIFETIME_S
    if not 1 <= seconds <= signing.LONGEST_LIFETIME_S:
        raise InvalidParameterValue(
            f"Invalid value {seconds} for parameter 'expiration': a URL is good for 1"
            f" to {signing.LONGEST_LIFETIME_S} seconds."
        )
    return seconds
