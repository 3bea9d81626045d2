"""A file in S3 that is read as if it lay here."""

from __future__ import annotations

import errno
import io
import os
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError
from trackgate_wire.errors import TrackgateError

from trackgate_server.blobs.s3.bucket import Bucket, Head

if TYPE_CHECKING:
    from botocore.response import StreamingBody

# What is asked for at once doubles from the first to the second: a small range costs
# little more than its bytes, and a large file few requests.
_FIRST_WINDOW_BYTES = 256 * 1024
_LAST_WINDOW_BYTES = 64 * 1024 * 1024
_BUFFER_BYTES = 256 * 1024
_ATTEMPTS = 3


def opened(bucket: Bucket, key: str, head: Head) -> io.BufferedReader:
    """One version of an object, for reading; nothing is fetched before it is read.

    Reading raises OSError where the object was replaced or removed meanwhile, so that
    a reader gets one version or an error, and where S3 fails several times.
    """
    return io.BufferedReader(_ObjectReader(bucket, key, head), _BUFFER_BYTES)


class _ObjectReader(io.RawIOBase):
    """Fetches windows of an object, one after another from where it stands."""

    def __init__(self, bucket: Bucket, key: str, head: Head) -> None:
        self._bucket = bucket
        self._key = key
        self._head = head
        self._position = 0
        self._window: StreamingBody | None = None
        self._window_bytes = _FIRST_WINDOW_BYTES

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._position

    def seek(self, offset: int, whence: int = os.SEEK_SET, /) -> int:
        start = {
            os.SEEK_SET: 0,
            os.SEEK_CUR: self._position,
            os.SEEK_END: self._head.size_bytes,
        }[whence]
        if start + offset != self._position:
            self._drop_window()
            self._window_bytes = _FIRST_WINDOW_BYTES
            self._position = start + offset
        return self._position

    def readinto(self, buffer: memoryview, /) -> int:  # type: ignore[override] - typeshed names its own protocol
        if self._position >= self._head.size_bytes or not len(buffer):
            return 0
        chunk = self._read(len(buffer))
        buffer[: len(chunk)] = chunk
        self._position += len(chunk)
        return len(chunk)

    def close(self) -> None:
        self._drop_window()
        super().close()

    def _read(self, most: int) -> bytes:
        """At least one byte; goes on where a broken connection stopped."""
        for _ in range(_ATTEMPTS):
            self._window = self._window or self._open_window()
            try:
                chunk = self._window.read(most)
            except (BotoCoreError, OSError):
                chunk = b""
            if chunk:
                return chunk
            # It broke, or it is at its end, after which there is another.
            self._drop_window()
        raise OSError(errno.EIO, "The artifact store sends no bytes")

    def _open_window(self) -> StreamingBody:
        size = self._head.size_bytes
        end = min(self._position + self._window_bytes, size)
        self._window_bytes = min(self._window_bytes * 2, _LAST_WINDOW_BYTES)
        try:
            return self._bucket.read_range(
                self._key, self._head.etag, self._position, end - 1
            )
        except (ClientError, TrackgateError) as error:
            raise OSError(
                errno.EIO, "The artifact was replaced or cannot be read any more"
            ) from error

    def _drop_window(self) -> None:
        if self._window is not None:
            self._window.close()
            self._window = None
