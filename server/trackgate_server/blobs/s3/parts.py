"""Parts of an upload as they lie in a bucket, and how S3 can be given them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from trackgate_wire.errors import InvalidParameterValue

from trackgate_server.blobs.s3.multipart import SMALLEST_PART_BYTES, SentPart
from trackgate_server.blobs.store import Part

_NAME = re.compile(r"(\d{5})\.([0-9a-f]{64})\.(\d+)\.([0-9a-f]*)")


class Arrival(NamedTuple):
    """A part that has arrived.

    s3_etag  what S3 calls its bytes; "" where they lie in an object of their own
    """

    part: Part
    size_bytes: int
    s3_etag: str

    @property
    def is_held(self) -> bool:
        """Whether its bytes lie in an object of their own."""
        return not self.s3_etag

    @property
    def sent(self) -> SentPart:
        """As S3 knows it, where its bytes do not lie in an object of their own."""
        return SentPart(self.part.number, self.s3_etag)

    @property
    def name(self) -> str:
        """Of its object. Two that differ never share one."""
        number, digest = self.part
        return f"{number:05d}.{digest}.{self.size_bytes}.{self.s3_etag.encode().hex()}"

    @classmethod
    def named(cls, name: str) -> Arrival | None:
        """The part whose object bears that name."""
        match = _NAME.fullmatch(name)
        if match is None:
            return None
        number, digest, size, etag = match.groups()
        return cls(Part(int(number), digest), int(size), bytes.fromhex(etag).decode())


def grouped(arrivals: Sequence[Arrival]) -> list[list[Arrival]]:
    """What S3 is to get as one part each: a part it has, or small ones joined.

    Joined ones have less than 15 MiB. Raises InvalidParameterValue where too few small
    ones stand before a large one.
    """
    groups: list[list[Arrival]] = []
    for arrival in arrivals:
        last = groups[-1] if groups else None
        if last and not _is_enough(last) and arrival.is_held:
            last.append(arrival)
        elif last and not _is_enough(last):
            _fill_up(groups)
            groups.append([arrival])
        else:
            groups.append([arrival])
    return groups


def _is_enough(group: Sequence[Arrival]) -> bool:
    return sum(arrival.size_bytes for arrival in group) >= SMALLEST_PART_BYTES


def _fill_up(groups: list[list[Arrival]]) -> None:
    """Join the last group to the one before, as a large part follows."""
    short = groups.pop()
    if not groups or not groups[-1][0].is_held:
        first = short[0].part.number
        raise InvalidParameterValue(
            f"Part {first} has {short[0].size_bytes} bytes; a part before larger ones"
            f" has at least {SMALLEST_PART_BYTES}. Send all parts but the last in the"
            " same size."
        )
    groups[-1].extend(short)
