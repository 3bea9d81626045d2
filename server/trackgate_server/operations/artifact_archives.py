"""A folder's files as one zip, made while it is sent.

Nothing is kept but a piece of one file: an archive may be larger than any memory, and
so may each file in it (ZIP64).
"""

from __future__ import annotations

import io
import time
from collections.abc import Iterator, Sequence
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from trackgate_server.blobs.store import Blobs, OpenBlob
from trackgate_server.operations.artifact_folders import FileFound

MOST_FILES = 10_000
_PIECE_BYTES = 256 * 1024
_READABLE = 0o644
_FIRST_YEAR = 1980
# What is text; the rest is packed already, or numbers, which hardly get smaller.
_SQUEEZED = frozenset(
    {
        *("csv", "html", "ipynb", "js", "json", "jsonl", "log", "md", "mlmodel"),
        *("py", "r", "rst", "sql", "svg", "toml", "tsv", "txt", "xml", "yaml", "yml"),
    }
)


class _Outlet(io.RawIOBase):
    """Takes what an archive writes and hands it on."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, piece: memoryview | bytes, /) -> int:  # type: ignore[override] - typeshed names its own protocol
        self._pieces.append(bytes(piece))
        return len(piece)

    def taken(self) -> bytes:
        """What was written since this was last asked."""
        pieces, self._pieces = self._pieces, []
        return b"".join(pieces)


def archived(blobs: Blobs, files: Sequence[FileFound], folder: str) -> Iterator[bytes]:
    """The bytes of a zip in which `files` lie below `folder`.

    It breaks off with the store's error where a file cannot be read any more: half an
    archive must not look like a whole one.
    """
    outlet = _Outlet()
    with ZipFile(outlet, "w") as archive:  # pyright: ignore[reportArgumentType] # it only writes
        for file in files:
            blob = blobs.open(file.place)
            with blob.file:
                yield from _added(archive, outlet, f"{folder}/{file.path}", blob)
    yield outlet.taken()


def _added(
    archive: ZipFile, outlet: _Outlet, name: str, blob: OpenBlob
) -> Iterator[bytes]:
    with archive.open(_member(name, blob), "w") as member:
        while piece := blob.file.read(_PIECE_BYTES):
            member.write(piece)
            if packed := outlet.taken():
                yield packed
    yield outlet.taken()


def _member(name: str, blob: OpenBlob) -> ZipInfo:
    moment = time.gmtime(blob.modified_ns // 1_000_000_000)
    year = max(moment.tm_year, _FIRST_YEAR)
    member = ZipInfo(name, (year, *moment[1:6]))
    extension = name.lower().rpartition(".")[2].rpartition("/")[2]
    squeezed = extension in _SQUEEZED
    member.compress_type = ZIP_DEFLATED if squeezed else ZIP_STORED
    member.external_attr = _READABLE << 16
    # Says whether the file needs the wider fields of ZIP64.
    member.file_size = blob.size_bytes
    return member
