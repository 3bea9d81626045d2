"""Places in a bucket: which keys they have, and what stands there."""

from __future__ import annotations

from trackgate_wire.errors import InvalidParameterValue

from trackgate_server.blobs.place import Place
from trackgate_server.blobs.s3.bucket import Bucket
from trackgate_server.blobs.s3.location import S3Location


class Shelf:
    """The part of a bucket below a location's prefix.

    Keys longer than S3 takes raise InvalidParameterValue.
    """

    def __init__(self, bucket: Bucket, location: S3Location) -> None:
        self.bucket = bucket
        self._location = location

    def key(self, place: Place) -> str:
        """The key of the file at that place."""
        return self._location.key(place.segments)

    def below(self, place: Place) -> str:
        """How the keys of all files in that folder begin."""
        return self._location.key((*place.segments, ""))

    def own(self, *names: str) -> str:
        """A key of the server's own: no area, and so no file, begins with a period."""
        return self._location.key(names)

    def is_folder(self, place: Place) -> bool:
        """Whether there is any file below."""
        return self.bucket.has_below(self.below(place))

    def free_key(self, place: Place) -> str:
        """The key of a file that may be stored; a call for it and for each folder.

        Raises InvalidParameterValue where a folder stands in its place or a file in
        place of one of its folders. Two that are stored at the same time may still
        come to stand so: S3 has nothing that would stop them.
        """
        key = self.key(place)
        if self.is_folder(place):
            raise is_a_folder(place)
        for depth in range(1, len(place.path)):
            above = Place(place.area, place.path[:depth])
            if self.bucket.head(self.key(above)) is not None:
                raise InvalidParameterValue(
                    f"Cannot store {place.shown}: {above.name!r} on its way is a file,"
                    " not a folder."
                )
        return key


def is_a_folder(place: Place) -> InvalidParameterValue:
    """What stands there is no file."""
    return InvalidParameterValue(
        f"Artifact path {place.shown} is a folder, not a file."
    )
