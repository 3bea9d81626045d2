"""Files on their way up: in one request, or in parts side by side.

Memory stays constant: bytes go from the file to the socket in blocks.
"""

from __future__ import annotations

import mimetypes
from collections.abc import Callable, Sequence
from contextlib import nullcontext, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO
from urllib.parse import urljoin

from trackgate_wire import artifacts, limits
from trackgate_wire.artifacts import MultipartCredential, MultipartPart

from trackgate.direct_puts import DirectPuts
from trackgate.errors import EndpointNotFound, InvalidState, TrackgateError
from trackgate.outgoing import Outgoing
from trackgate.parallel import side_by_side
from trackgate.progress import Progress
from trackgate.store_calls import StoreCalls
from trackgate.transport import Connection

# The peer's server says so where its store cannot take parts.
_NO_PARTS = "Multipart upload is not supported"
# What is not longer is read at once.
_BLOCK_BYTES = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Upload:
    """A local file, the store's path it goes to, and its size in bytes."""

    source: Path
    target: str
    size: int

    @classmethod
    def of(cls, source: Path, target: str) -> Upload:
        """The upload of a file as large as it is now."""
        return cls(source, target, source.stat().st_size)


class FileWindow:
    """`size` bytes of an open file from `start` on, as the body of a request.

    Only what was there when the size was taken is sent, so that a file that
    somebody still appends to does not break the connection.
    """

    def __init__(
        self, file: BinaryIO, start: int, size: int, advance: Callable[[int], None]
    ) -> None:
        self._file = file
        self._start = start
        self._size = size
        self._left = size
        self._advance = advance
        file.seek(start)

    def rewound(self) -> FileWindow:
        """The same window at its beginning, for another attempt."""
        self._advance(self._left - self._size)
        self._file.seek(self._start)
        self._left = self._size
        return self

    def read(self, amount: int = -1) -> bytes:
        """The next bytes; raises InvalidState where the file has become shorter."""
        wanted = self._left if amount < 0 else min(amount, self._left)
        block = self._file.read(wanted)
        if len(block) < wanted:
            raise InvalidState("The file became shorter while it was uploaded.")
        self._left -= len(block)
        self._advance(len(block))
        return block


class Uploader:
    """Puts files into the store of the server at the other end."""

    def __init__(self, connection: Connection, store: StoreCalls) -> None:
        self._connection = connection
        self._store = store
        self._settings = connection.settings

    def send(self, uploads: Sequence[Upload]) -> None:
        """Upload files, several at once; raises what the first failure was."""
        total = sum(upload.size for upload in uploads)
        label = uploads[0].source.name if len(uploads) == 1 else f"{len(uploads)} files"
        with Progress(f"up {label}", total) as progress:
            large = [one for one in uploads if self._is_large(one)]
            small = [one for one in uploads if not self._is_large(one)]
            self._send_small(small, progress)
            for upload in large:
                self._send_in_parts(upload, progress)

    def _is_large(self, upload: Upload) -> bool:
        return 0 < self._settings.multipart_threshold <= upload.size

    def _send_small(self, uploads: Sequence[Upload], progress: Progress) -> None:
        # One alone goes faster over the connection that this thread has kept.
        direct = self._connection.direct_puts() if len(uploads) > 1 else None
        with direct or nullcontext():
            side_by_side(
                lambda upload: self._send_one(upload, progress, direct),
                uploads,
                self._settings.transfer_threads,
            )

    def _send_one(
        self, upload: Upload, progress: Progress, direct: DirectPuts | None
    ) -> None:
        if direct is not None and upload.size <= _BLOCK_BYTES:
            with upload.source.open("rb") as file:
                body = file.read(upload.size)
            is_whole = len(body) == upload.size
            if is_whole and direct.send(self._url(upload), _kind(upload), body):
                progress.advance(upload.size)
                return
        self._send_whole(upload, progress)

    def _send_whole(self, upload: Upload, progress: Progress) -> None:
        with upload.source.open("rb") as file:
            window = FileWindow(file, 0, upload.size, progress.advance)
            self._connection.exchange(
                Outgoing(
                    method=artifacts.UPLOAD_ARTIFACT.method,
                    url=self._url(upload),
                    headers={"Content-Type": _kind(upload)},
                    body=window.rewound,
                    size=upload.size,
                )
            )

    def _url(self, upload: Upload) -> str:
        path = artifacts.UPLOAD_ARTIFACT.urls[0]
        return self._connection.url(path, artifact_path=upload.target)

    def _send_in_parts(self, upload: Upload, progress: Progress) -> None:
        # Very large files need larger parts to stay within the number allowed.
        smallest = -(-upload.size // limits.MULTIPART_PARTS)
        part_size = max(self._settings.multipart_part_size, smallest)
        count = -(-upload.size // part_size)
        try:
            created = self._store.create_multipart_upload(upload.target, count)
        except TrackgateError as error:
            if isinstance(error, EndpointNotFound) or _NO_PARTS in error.message:
                return self._send_whole(upload, progress)
            raise
        try:
            parts = side_by_side(
                lambda one: self._send_part(upload, part_size, one, progress),
                created.credentials,
                self._settings.transfer_threads,
            )
            self._store.complete_multipart_upload(
                upload.target, created.upload_id, parts
            )
        except BaseException:
            with suppress(TrackgateError):
                self._store.abort_multipart_upload(upload.target, created.upload_id)
            raise

    def _send_part(
        self,
        upload: Upload,
        part_size: int,
        credential: MultipartCredential,
        progress: Progress,
    ) -> MultipartPart:
        start = part_size * (credential.part_number - 1)
        size = min(part_size, upload.size - start)
        with upload.source.open("rb") as file:
            window = FileWindow(file, start, size, progress.advance)
            response = self._connection.exchange(
                Outgoing(
                    method="PUT",
                    url=urljoin(self._connection.uri, credential.url),
                    headers=credential.headers,
                    body=window.rewound,
                    size=size,
                    signed=True,
                )
            )
        return MultipartPart(
            credential.part_number, response.headers.get("ETag", ""), credential.url
        )


def _kind(upload: Upload) -> str:
    """The media type that the file's name says."""
    return mimetypes.guess_type(upload.source.name)[0] or "application/octet-stream"
