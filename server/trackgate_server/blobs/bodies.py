"""How a client's bytes reach the server: through its socket, or as a file."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Protocol

from trackgate_wire.errors import BadRequest

from trackgate_server.blobs import folders

CHUNK_BYTES = 1024 * 1024


class Readable(Protocol):
    """What is left of a stream."""

    def read(self, size: int, /) -> bytes: ...


class StreamedBody:
    """Bytes that are still on their way.

    length_bytes  how many the client announced; None where it did not say
    """

    def __init__(self, stream: Readable, length_bytes: int | None) -> None:
        self._stream = stream
        self._length_bytes = length_bytes

    def put(self, folder: int, name: str) -> None:
        with open(folders.create_file(folder, name), "wb") as file:
            received = _write(file, _chunks(self._stream))
            _check_length(received, self._length_bytes)
            file.flush()
            os.fsync(file.fileno())


class SpooledBody:
    """Bytes that the proxy has written to a file of their own, ready to be moved.

    spool         the only folder such files are taken from
    name          the file's name in it
    length_bytes  how many the client announced; None where it did not say
    """

    def __init__(self, spool: Path, name: str, length_bytes: int | None) -> None:
        self._spool = spool
        self._name = name
        self._length_bytes = length_bytes

    def put(self, folder: int, name: str) -> None:
        spool = folders.open_root(self._spool)
        try:
            self._take(spool, folder, name)
        finally:
            os.close(spool)

    def _take(self, spool: int, folder: int, name: str) -> None:
        with open(self._open(spool), "rb") as file:
            size_bytes = os.fstat(file.fileno()).st_size
            _check_length(size_bytes, self._length_bytes)
            os.fchmod(file.fileno(), folders.FILE_MODE)
            os.fsync(file.fileno())
            try:
                os.rename(self._name, name, src_dir_fd=spool, dst_dir_fd=folder)
            except OSError as error:
                if error.errno != errno.EXDEV:
                    raise
                # The spool is on another file system: one copy more, same result.
                StreamedBody(file, size_bytes).put(folder, name)

    def _open(self, spool: int) -> int:
        try:
            return folders.open_file(spool, self._name)
        except OSError as error:
            raise BadRequest(
                "The proxy's file with the body of this request is gone; send the"
                " request again."
            ) from error


def _chunks(stream: Readable) -> Iterator[bytes]:
    while chunk := stream.read(CHUNK_BYTES):
        yield chunk


def _write(file: BinaryIO, chunks: Iterator[bytes]) -> int:
    return sum(file.write(chunk) for chunk in chunks)


def _check_length(received: int, announced: int | None) -> None:
    if announced is not None and received != announced:
        raise BadRequest(
            f"The body has {received} bytes where {announced} were announced; nothing"
            " was stored."
        )
