"""Artifacts in a bucket of an S3-compatible service.

A file is an object whose key is its path; a folder is how keys begin. All bytes pass
through the server: they wait in a local file until S3 has them, and are read from S3
in windows. Clients never see a key, an address or a signed URL of S3.
"""

from __future__ import annotations

from pathlib import Path

from trackgate_wire.errors import NotFound

from trackgate_server.blobs.arrivals import Arrivals
from trackgate_server.blobs.place import Place
from trackgate_server.blobs.s3 import listing as s3_listing
from trackgate_server.blobs.s3 import reading as s3_reading
from trackgate_server.blobs.s3.bucket import Bucket
from trackgate_server.blobs.s3.location import S3Location
from trackgate_server.blobs.s3.shelf import Shelf, is_a_folder
from trackgate_server.blobs.s3.uploads import S3Uploads
from trackgate_server.blobs.store import Body, Entry, OpenBlob

_NS = 1_000_000_000


class S3Blobs:
    """A `Blobs` in one bucket, below one prefix.

    waiting  folder of this machine below which bytes wait for S3
    threads  requests that may be under way at once
    """

    def __init__(self, location: S3Location, waiting: Path, threads: int) -> None:
        self._bucket = Bucket(location, threads)
        self._shelf = Shelf(self._bucket, location)
        self._arrivals = Arrivals(waiting)
        self.uploads = S3Uploads(self._shelf, self._arrivals)

    def check(self) -> None:
        self._bucket.has_below(self._shelf.own(""))

    def store(self, place: Place, body: Body) -> None:
        place.require_file()
        key = self._shelf.free_key(place)
        with self._arrivals.arrival(body) as file:
            self._bucket.put_file(key, file)

    def open(self, place: Place) -> OpenBlob:
        key = self._shelf.key(place)
        head = self._bucket.head(key)
        if head is None:
            raise is_a_folder(place) if self._shelf.is_folder(place) else _none(place)
        return OpenBlob(
            s3_reading.opened(self._bucket, key, head),
            size_bytes=head.size_bytes,
            modified_ns=int(head.modified.timestamp() * _NS),
            etag=head.etag,
            internal_path=None,
        )

    def list(self, place: Place, after: str, limit: int) -> list[Entry]:
        below = self._shelf.below(place)
        return s3_listing.entries(self._bucket, below, after, limit)

    def delete(self, place: Place) -> None:
        place.require_file()
        key = self._shelf.key(place)
        was_file = self._bucket.head(key) is not None
        if was_file:
            self._bucket.delete([key])
        was_folder = self._bucket.delete_below(self._shelf.below(place))
        if not (was_file or was_folder):
            raise _none(place)

    def remove_area(self, area: tuple[str, ...]) -> None:
        self._bucket.delete_below(self._shelf.below(Place(area, ())))

    def close(self) -> None:
        """Give descriptors and connections back."""
        self._arrivals.close()
        self._bucket.close()


def _none(place: Place) -> NotFound:
    return NotFound(f"No such artifact: {place.shown}.")
