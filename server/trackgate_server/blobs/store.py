"""What any store of bytes can do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import BinaryIO, NamedTuple, Protocol

from trackgate_wire.errors import TemporarilyUnavailable

from trackgate_server.blobs.place import Place


class OutOfReach(TemporarilyUnavailable):
    """The store cannot be used now; `reason` is for admins, not for callers."""

    def __init__(self, reason: str) -> None:
        super().__init__(
            "The artifact store cannot be used at the moment. Try again, and tell an"
            " admin if it stays so: the server's log has the reason."
        )
        self.reason = reason


class Entry(NamedTuple):
    """One name in a folder; `size_bytes` is None for folders."""

    name: str
    size_bytes: int | None

    @property
    def is_folder(self) -> bool:
        return self.size_bytes is None


@dataclass(frozen=True, slots=True)
class OpenBlob:
    """A file that was found, opened for reading; whoever asked closes `file`.

    size_bytes     its length
    modified_ns    when it was stored, in nanoseconds since 1970
    etag           differs whenever the content was replaced
    internal_path  its path below the store's root, for a proxy that can read the
                   same folder; None where there is no such thing
    """

    file: BinaryIO
    size_bytes: int
    modified_ns: int
    etag: str
    internal_path: str | None


class Body(Protocol):
    """Bytes that a client sent."""

    def put(self, folder: int, name: str) -> None:
        """Put them, complete and synced, into a new file.

        folder  descriptor of the folder, on the store's file system
        name    of a file that does not exist yet

        Raises BadRequest when not all of them arrived. The file may then exist.
        """
        ...


class Part(NamedTuple):
    """A part that has arrived; `etag` is the SHA-256 of its bytes."""

    number: int
    etag: str


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that arrives in parts; it does not exist before `complete`.

    num_parts   how many there will be, numbered from 1
    user        who began it
    created_ms  when
    """

    place: Place
    num_parts: int
    user: str
    created_ms: int


class Uploads(Protocol):
    """Files that arrive in parts, over hours if need be.

    An unknown upload id raises NotFound.
    """

    def create(self, upload: Upload) -> str:
        """Prepare for parts; returns the id to name the upload by."""
        ...

    def get(self, upload_id: str) -> Upload:
        """What was said when the upload began."""
        ...

    def put_part(self, upload_id: str, number: int, body: Body) -> Part:
        """Keep one part; a part sent again replaces the earlier one."""
        ...

    def parts(self, upload_id: str) -> list[Part]:
        """Parts that have arrived, by number."""
        ...

    def complete(self, upload_id: str, parts: Sequence[Part]) -> None:
        """Join the parts and put the file in place, all at once.

        Raises InvalidParameterValue naming a part that is missing or has another
        ETag. Completing again what was completed does nothing.
        """
        ...

    def abort(self, upload_id: str) -> None:
        """Forget the upload and all its parts."""
        ...


class Blobs(Protocol):
    """Files by place. What `store` returned from stays, whole.

    All raise TemporarilyUnavailable when the disk is full or the bytes are out of
    reach, leaving nothing behind.
    """

    @property
    def uploads(self) -> Uploads:
        """Files that arrive in parts."""
        ...

    def check(self) -> None:
        """Raise OutOfReach where nothing could be stored or read now."""
        ...

    def close(self) -> None:
        """Give back what it keeps open."""
        ...

    def store(self, place: Place, body: Body) -> None:
        """Put a file in place; readers see the old one or the new one, no mixture.

        Raises InvalidParameterValue where a folder stands in its place or a file in
        place of one of its folders, BadRequest when the body did not arrive whole.
        """
        ...

    def open(self, place: Place) -> OpenBlob:
        """Open a file; raises NotFound, InvalidParameterValue for a folder."""
        ...

    def list(self, place: Place, after: str, limit: int) -> list[Entry]:
        """Names in a folder that sort after `after`, at most `limit` of them.

        Empty for what is a file or does not exist, as the peer's store has it.
        """
        ...

    def delete(self, place: Place) -> None:
        """Remove a file, or a folder with all in it; raises NotFound.

        The area itself is refused with InvalidParameterValue.
        """
        ...

    def remove_area(self, area: tuple[str, ...]) -> None:
        """Remove all below an area, or below its first names; for purging.

        That there is nothing to remove is fine.
        """
        ...
