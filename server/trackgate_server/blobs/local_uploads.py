"""Uploads in parts, in a hidden folder beside the artifacts.

`.uploads/<id>/` holds `about.json`, one file for each part, named by its number and
the SHA-256 of its bytes, and `done` once the file is in place. So a part that is sent
twice is one file, and two that differ never mix.
"""

from __future__ import annotations

import errno
import fcntl
import hashlib
import os
import re
import secrets
import time
from collections.abc import Generator, Sequence
from contextlib import contextmanager

import msgspec

from trackgate_server.blobs import failures, folders, upload_checks
from trackgate_server.blobs.bodies import CHUNK_BYTES
from trackgate_server.blobs.staging import (
    Staging,
    hidden_folder,
    remove,
    remove_older,
)
from trackgate_server.blobs.store import Body, Part, Upload

_UPLOADS = ".uploads"
_ABOUT = "about.json"
_DONE = "done"
_COPY_BYTES = 1024 * CHUNK_BYTES
_CANNOT_COPY = (errno.EXDEV, errno.EINVAL, errno.ENOSYS, errno.EOPNOTSUPP)
_PART = re.compile(r"(\d{5})\.([0-9a-f]{64})")
# Made once, by one thread: see `trackgate_wire.codec.prepare`.
_uploads = msgspec.json.Decoder(Upload)


class LocalUploads:
    """The `Uploads` of a store in a folder."""

    def __init__(self, staging: Staging) -> None:
        self._staging = staging
        self._folder = hidden_folder(staging.root, _UPLOADS)

    def create(self, upload: Upload) -> str:
        self._sweep()
        upload_id = secrets.token_hex(16)
        with failures.room():
            os.mkdir(upload_id, folders.FOLDER_MODE, dir_fd=self._folder)
            os.fsync(self._folder)
            with self._opened(upload_id) as folder:
                _write_file(folder, _ABOUT, msgspec.json.encode(upload))
        return upload_id

    def get(self, upload_id: str) -> Upload:
        with self._opened(upload_id) as folder:
            return _about(folder)

    def put_part(self, upload_id: str, number: int, body: Body) -> Part:
        with self._opened(upload_id) as folder:
            upload_checks.check_number(number, _about(folder))
            with failures.room(), self._staging.arrival(body) as name:
                part = Part(number, _sha256(self._staging.folder, name))
                os.rename(
                    name,
                    _file_name(part),
                    src_dir_fd=self._staging.folder,
                    dst_dir_fd=folder,
                )
                os.fsync(folder)
        return part

    def parts(self, upload_id: str) -> list[Part]:
        with self._opened(upload_id) as folder:
            return _arrived(folder)

    def complete(self, upload_id: str, parts: Sequence[Part]) -> None:
        with self._locked(upload_id) as folder:
            if _exists(folder, _DONE):
                return
            upload = _about(folder)
            upload_checks.check_complete(upload, parts, set(_stored(folder)))
            with failures.writing(upload.place), self._staging.new_name() as name:
                _join(folder, parts, self._staging.folder, name)
                self._staging.publish(name, upload.place)
            _write_file(folder, _DONE, b"")
            for part in _stored(folder):
                remove(folder, _file_name(part))

    def abort(self, upload_id: str) -> None:
        with self._locked(upload_id):
            remove(self._folder, upload_id)

    def close(self) -> None:
        """Give the descriptor back."""
        os.close(self._folder)

    def _sweep(self) -> None:
        """Forget uploads that nobody touched for a week, done or not."""
        remove_older(self._folder, time.time() - upload_checks.KEPT_DAYS * 24 * 3600)
        self._staging.sweep()

    @contextmanager
    def _opened(self, upload_id: str) -> Generator[int]:
        upload_checks.check_id(upload_id)
        try:
            folder = folders.open_folder(self._folder, upload_id)
        except OSError as error:
            raise upload_checks.unknown(upload_id) from error
        try:
            yield folder
        finally:
            os.close(folder)

    @contextmanager
    def _locked(self, upload_id: str) -> Generator[int]:
        """The upload's folder, for one request at a time, in whatever process."""
        with self._opened(upload_id) as folder:
            # Closing the descriptor gives the lock back.
            fcntl.flock(folder, fcntl.LOCK_EX)
            yield folder


def _about(folder: int) -> Upload:
    with open(folders.open_file(folder, _ABOUT), "rb") as file:
        return _uploads.decode(file.read())


def _stored(folder: int) -> list[Part]:
    """Every part file, oldest first."""
    with os.scandir(folder) as entries:
        files = sorted(entries, key=lambda entry: entry.stat().st_mtime_ns)
    matches = (_PART.fullmatch(file.name) for file in files)
    return [Part(int(match[1]), match[2]) for match in matches if match]


def _arrived(folder: int) -> list[Part]:
    """One part for each number, the newest."""
    newest = {part.number: part for part in _stored(folder)}
    return [newest[number] for number in sorted(newest)]


def _join(source: int, parts: Sequence[Part], target: int, name: str) -> None:
    """Write the parts one after another into a new, synced file."""
    with open(folders.create_file(target, name), "wb", buffering=0) as whole:
        for part in parts:
            with open(folders.open_file(source, _file_name(part)), "rb") as file:
                _append(file.fileno(), whole.fileno())
        os.fsync(whole.fileno())


def _append(source: int, target: int) -> None:
    """Copy inside the kernel; some file systems then share the blocks."""
    try:
        while os.copy_file_range(source, target, _COPY_BYTES):
            pass
    except OSError as error:
        if error.errno not in _CANNOT_COPY:
            raise
        # Both positions stand where the kernel stopped.
        while os.sendfile(target, source, None, _COPY_BYTES):
            pass


def _write_file(folder: int, name: str, content: bytes) -> None:
    with open(folders.create_file(folder, name), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    os.fsync(folder)


def _exists(folder: int, name: str) -> bool:
    return os.access(name, os.F_OK, dir_fd=folder, follow_symlinks=False)


def _sha256(folder: int, name: str) -> str:
    with open(folders.open_file(folder, name), "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _file_name(part: Part) -> str:
    return f"{part.number:05d}.{part.etag}"
