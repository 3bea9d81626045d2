"""Uploads in parts, as S3's own multipart uploads: any server takes any part.

What must be remembered lies below `.uploads/<id>/` in the bucket: `about.json`, one
object for each part that has arrived, and `done` once the file is in place. A part of
5 MiB or more goes to S3's upload and its object is empty. A smaller one, which S3 takes
at the end of a file only, is kept in its object until the parts are joined.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
from trackgate_wire.errors import InvalidParameterValue, NotFound

from trackgate_server.blobs import upload_checks
from trackgate_server.blobs.arrivals import Arrivals
from trackgate_server.blobs.s3.multipart import (
    SMALLEST_PART_BYTES,
    Multipart,
    PartsChanged,
    SentPart,
    UploadGone,
)
from trackgate_server.blobs.s3.parts import Arrival, grouped
from trackgate_server.blobs.s3.shelf import Shelf
from trackgate_server.blobs.store import Body, Part, Upload

_UPLOADS = ".uploads"
_ABOUT = "about.json"
_DONE = "done"
_PARTS = "parts"
_KEPT = timedelta(days=upload_checks.KEPT_DAYS)
# Looked at when an upload begins; the others wait for the next.
_SWEPT_AT_ONCE = 20


class _About(msgspec.Struct):
    """An upload as S3 keeps it."""

    upload: Upload
    multipart_id: str


# Made once, by one thread: see `trackgate_wire.codec.prepare`.
_abouts = msgspec.json.Decoder(_About)


class S3Uploads:
    """The `Uploads` of a store in a bucket."""

    def __init__(self, shelf: Shelf, arrivals: Arrivals) -> None:
        self._shelf = shelf
        self._bucket = shelf.bucket
        self._arrivals = arrivals

    def create(self, upload: Upload) -> str:
        self._sweep(upload.created_ms)
        upload_id = _new_id(upload.created_ms)
        key = self._shelf.key(upload.place)
        multipart = Multipart.begin(self._bucket, key, upload_id)
        about = _About(upload, multipart.multipart_id)
        self._bucket.put(self._key(upload_id, _ABOUT), msgspec.json.encode(about))
        return upload_id

    def get(self, upload_id: str) -> Upload:
        return self._about(upload_id).upload

    def put_part(self, upload_id: str, number: int, body: Body) -> Part:
        about = self._about(upload_id)
        upload_checks.check_number(number, about.upload)
        with self._arrivals.arrival(body) as file:
            part = Part(number, _sha256(file))
            arrival = _received(self._multipart(upload_id, about), part, file)
            key = self._key(upload_id, _PARTS, arrival.name)
            self._bucket.put(key, file.read_bytes() if arrival.is_held else b"")
        return part

    def parts(self, upload_id: str) -> list[Part]:
        multipart = self._multipart(upload_id, self._about(upload_id))
        newest = {one.part.number: one.part for one in self._arrived(multipart)}
        return [newest[number] for number in sorted(newest)]

    def complete(self, upload_id: str, parts: Sequence[Part]) -> None:
        about = self._about(upload_id)
        if self._bucket.head(self._key(upload_id, _DONE)) is not None:
            return
        multipart = self._multipart(upload_id, about)
        # Nobody may have been told: a server fell between this and the note of it.
        if not multipart.is_completed():
            arrived = {one.part: one for one in self._arrived(multipart)}
            upload_checks.check_complete(about.upload, parts, arrived.keys())
            self._shelf.free_key(about.upload.place)
            self._join(multipart, [arrived[part] for part in parts])
        self._bucket.put(self._key(upload_id, _DONE), b"")
        self._bucket.delete_below(self._key(upload_id, _PARTS, ""))

    def abort(self, upload_id: str) -> None:
        self._multipart(upload_id, self._about(upload_id)).abort()
        self._bucket.delete_below(self._key(upload_id, ""))

    def _arrived(self, multipart: Multipart) -> list[Arrival]:
        """Every part whose bytes are still here, oldest first."""
        prefix = self._key(multipart.mark, _PARTS, "")
        found = sorted(self._bucket.all_below(prefix), key=lambda one: one.modified)
        named = (Arrival.named(one.key.removeprefix(prefix)) for one in found)
        arrivals = [arrival for arrival in named if arrival is not None]
        if len({one.part.number for one in arrivals}) == len(arrivals):
            return arrivals
        # Of a part that was sent again S3 has the last one.
        sent = _sent(multipart)
        return [one for one in arrivals if one.is_held or one.sent in sent]

    def _join(self, multipart: Multipart, arrivals: Sequence[Arrival]) -> None:
        groups = grouped(arrivals)
        try:
            multipart.complete([self._given(multipart, group) for group in groups])
        except UploadGone as error:
            # Another server may have been faster.
            if not multipart.is_completed():
                raise upload_checks.unknown(multipart.mark) from error
        except PartsChanged as error:
            raise InvalidParameterValue(
                "A part was sent again while the upload was completed; ask which have"
                " arrived, and complete it with those."
            ) from error

    def _given(self, multipart: Multipart, group: Sequence[Arrival]) -> SentPart:
        """A group of parts as one that S3 has."""
        first = group[0]
        if not first.is_held:
            return first.sent
        held: list[bytes] = []
        for arrival in group:
            content = self._bucket.get(self._key(multipart.mark, _PARTS, arrival.name))
            if content is None:
                raise upload_checks.not_arrived(arrival.part)
            held.append(content)
        return multipart.send(first.part.number, b"".join(held))

    def _sweep(self, now_ms: int) -> None:
        """Forget uploads that nobody touched for a week, done or not."""
        self._arrivals.sweep()
        before = datetime.fromtimestamp(now_ms / 1_000, UTC) - _KEPT
        prefix = self._key("")
        page = next(self._bucket.folder_pages(prefix, ""))
        # Ids begin with their time, so the oldest come first.
        names = [name.removeprefix(prefix).removesuffix("/") for name in page.folders]
        for name in names[:_SWEPT_AT_ONCE]:
            if name >= _first_id(before):
                return
            objects = self._bucket.all_below(f"{prefix}{name}/")
            if all(one.modified < before for one in objects):
                self._forget(name)

    def _forget(self, upload_id: str) -> None:
        with suppress(NotFound):
            self._multipart(upload_id, self._about(upload_id)).abort()
        self._bucket.delete_below(self._key(upload_id, ""))

    def _about(self, upload_id: str) -> _About:
        upload_checks.check_id(upload_id)
        content = self._bucket.get(self._key(upload_id, _ABOUT))
        if content is None:
            raise upload_checks.unknown(upload_id)
        return _abouts.decode(content)

    def _multipart(self, upload_id: str, about: _About) -> Multipart:
        key = self._shelf.key(about.upload.place)
        return Multipart(self._bucket, key, about.multipart_id, upload_id)

    def _key(self, *names: str) -> str:
        return self._shelf.own(_UPLOADS, *names)


def _received(multipart: Multipart, part: Part, file: Path) -> Arrival:
    """Give S3 a part that is large enough for it."""
    size_bytes = file.stat().st_size
    if size_bytes < SMALLEST_PART_BYTES:
        return Arrival(part, size_bytes, "")
    try:
        sent = multipart.send_file(part.number, file)
    except UploadGone as error:
        raise upload_checks.unknown(multipart.mark) from error
    return Arrival(part, size_bytes, sent.etag)


def _sent(multipart: Multipart) -> set[SentPart]:
    try:
        return multipart.sent()
    except UploadGone as error:
        raise upload_checks.unknown(multipart.mark) from error


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _new_id(created_ms: int) -> str:
    """32 hexadecimal digits, of which the first 8 are the time: ids sort by age."""
    return f"{created_ms // 1_000:08x}{secrets.token_hex(12)}"


def _first_id(at: datetime) -> str:
    return f"{int(at.timestamp()):08x}"
