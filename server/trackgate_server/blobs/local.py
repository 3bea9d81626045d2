"""Artifacts in a folder of this machine."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import suppress
from heapq import nsmallest
from pathlib import Path

from trackgate_server.blobs import failures, folders
from trackgate_server.blobs.early_writing import EarlyWriter
from trackgate_server.blobs.local_uploads import LocalUploads
from trackgate_server.blobs.place import Place
from trackgate_server.blobs.staging import Staging
from trackgate_server.blobs.store import Body, Entry, OpenBlob


class LocalBlobs:
    """A `Blobs` below one folder, which it makes if need be and keeps open.

    spool  folder in which the proxy collects bodies, if it does
    """

    def __init__(self, root: Path, spool: Path | None = None) -> None:
        root.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._root = folders.open_root(root)
        self._staging = Staging(self._root)
        self.uploads = LocalUploads(self._staging)
        self._early_writer = EarlyWriter.of(spool) if spool else None

    def check(self) -> None:
        """Nothing to ask: the folder is kept open."""

    def store(self, place: Place, body: Body) -> None:
        place.require_file()
        with failures.writing(place):
            self._check_free(place)
            with self._staging.arrival(body) as name:
                self._staging.publish(name, place)

    def open(self, place: Place) -> OpenBlob:
        with (
            failures.reading(place),
            folders.opened(self._root, place.folder) as folder,
        ):
            descriptor = folders.open_file(folder, place.name)
        file = os.fdopen(descriptor, "rb")
        found = os.fstat(descriptor)
        return OpenBlob(
            file,
            size_bytes=found.st_size,
            modified_ns=found.st_mtime_ns,
            etag=f"{found.st_mtime_ns:x}-{found.st_size:x}",
            internal_path="/".join(place.segments),
        )

    def list(self, place: Place, after: str, limit: int) -> list[Entry]:
        try:
            with folders.opened(self._root, place.segments) as folder:
                return list(_entries(folder, after, limit))
        except (FileNotFoundError, NotADirectoryError):
            return []

    def delete(self, place: Place) -> None:
        place.require_file()
        with failures.reading(place):
            self._staging.withdraw(place)

    def remove_area(self, area: tuple[str, ...]) -> None:
        with suppress(FileNotFoundError):
            self._staging.withdraw(Place(area, ()))

    def close(self) -> None:
        """Give the descriptors back."""
        if self._early_writer is not None:
            self._early_writer.close()
        self.uploads.close()
        self._staging.close()
        os.close(self._root)

    def _check_free(self, place: Place) -> None:
        """Complain before the body is read, not after, where a file cannot stand."""
        try:
            with folders.opened(self._root, place.folder) as folder:
                if folders.is_folder(folder, place.name):
                    raise IsADirectoryError(errno.EISDIR, "Is a folder", place.name)
        except FileNotFoundError:
            return


def _entries(folder: int, after: str, limit: int) -> Iterator[Entry]:
    """Files and folders by name; links and what else we never made are left out."""
    with os.scandir(folder) as found:
        page = nsmallest(
            limit,
            (entry for entry in found if entry.name > after and _is_ours(entry)),
            key=lambda entry: entry.name,
        )
    for entry in page:
        # A file may have been deleted since its name was read.
        with suppress(FileNotFoundError):
            yield _as_entry(entry)


def _is_ours(entry: os.DirEntry[str]) -> bool:
    # Bytes that are no UTF-8 come as lone surrogates, which no answer can carry.
    if any("\ud800" <= letter <= "\udfff" for letter in entry.name):
        return False
    return entry.is_file(follow_symlinks=False) or entry.is_dir(follow_symlinks=False)


def _as_entry(entry: os.DirEntry[str]) -> Entry:
    if entry.is_dir(follow_symlinks=False):
        return Entry(entry.name, None)
    return Entry(entry.name, entry.stat(follow_symlinks=False).st_size)
