"""What holds for uploads in parts, wherever the parts lie."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from trackgate_wire.errors import InvalidParameterValue, NotFound

from trackgate_server.blobs.store import Part, Upload

KEPT_DAYS = 7

_ID = re.compile(r"[0-9a-f]{32}")


def check_id(upload_id: str) -> None:
    """Raise NotFound for what is no upload's id."""
    if not _ID.fullmatch(upload_id):
        raise unknown(upload_id)


def check_number(number: int, upload: Upload) -> None:
    """Raise InvalidParameterValue for a part the upload does not have."""
    if not 1 <= number <= upload.num_parts:
        raise InvalidParameterValue(
            f"The upload has no part {number}; its parts are 1 to {upload.num_parts}."
        )


def check_complete(
    upload: Upload, parts: Sequence[Part], stored: Collection[Part]
) -> None:
    """The parts named are all there are, in order, and have arrived as named."""
    numbers = [part.number for part in parts]
    if numbers != list(range(1, upload.num_parts + 1)):
        raise InvalidParameterValue(
            f"The upload has {upload.num_parts} parts, to be named in order from 1;"
            f" {len(numbers)} were named."
        )
    for part in parts:
        if part not in stored:
            raise not_arrived(part)


def not_arrived(part: Part) -> InvalidParameterValue:
    """A part that is not here with the bytes its ETag stands for."""
    return InvalidParameterValue(
        f"Part {part.number} with ETag {part.etag[:80]!r} has not arrived; send it"
        " again."
    )


def unknown(upload_id: str) -> NotFound:
    """An upload there is not, or no longer."""
    return NotFound(
        f"No upload {upload_id[:40]!r}: it was aborted, or nothing arrived for"
        f" {KEPT_DAYS} days. Begin the upload again."
    )
