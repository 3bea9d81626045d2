"""Uploads in parts in S3: shared by servers, in parts S3 would not take."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from trackgate_server.blobs.opening import open_blobs
from trackgate_server.blobs.store import Blobs, Part, Upload
from trackgate_server.settings import Settings
from trackgate_wire.errors import InvalidParameterValue, NotFound

from tests.environment.s3 import BUCKET, S3Server
from tests.server.blob_calls import at, body, content

MIB = 1024 * 1024
DAY_MS = 24 * 3600 * 1000


@pytest.fixture
def blobs(bucket_blobs: Blobs) -> Iterator[Blobs]:
    yield bucket_blobs
    bucket_blobs.remove_area(("0",))


def begun(blobs: Blobs, num_parts: int, days_ahead: int = 0) -> str:
    now_ms = time.time_ns() // 1_000_000 + days_ahead * DAY_MS
    return blobs.uploads.create(Upload(at("big"), num_parts, "ada", now_ms))


def sent(blobs: Blobs, upload_id: str, sizes: list[int]) -> list[Part]:
    """Parts of those sizes, each of a letter of its own."""
    return [
        blobs.uploads.put_part(upload_id, number, body(letters(number, size)))
        for number, size in enumerate(sizes, start=1)
    ]


def letters(number: int, size: int) -> bytes:
    return bytes([64 + number]) * size


@pytest.mark.parametrize(
    "sizes",
    [
        pytest.param([5 * MIB, 5 * MIB, 1], id="large ones and a rest"),
        pytest.param([3 * MIB] * 5, id="small ones"),
        pytest.param([3 * MIB, 3 * MIB, 1, 5 * MIB, 2, 3], id="small before large"),
        pytest.param([3 * MIB, 3 * MIB, 1], id="small with a rest"),
        pytest.param([0], id="empty"),
    ],
)
def test_parts_of_many_sizes_become_one_file(blobs: Blobs, sizes: list[int]) -> None:
    upload_id = begun(blobs, len(sizes))

    blobs.uploads.complete(upload_id, sent(blobs, upload_id, sizes))

    assert content(blobs, "big") == b"".join(
        letters(number, size) for number, size in enumerate(sizes, start=1)
    )


def test_a_small_part_before_large_ones_is_named(blobs: Blobs) -> None:
    upload_id = begun(blobs, 2)
    parts = sent(blobs, upload_id, [MIB, 5 * MIB])

    with pytest.raises(InvalidParameterValue, match="Part 1 has 1048576 bytes"):
        blobs.uploads.complete(upload_id, parts)


def test_any_server_takes_any_part(s3_server: S3Server, tmp_path: Path) -> None:
    place = s3_server.settings()
    one, other = (
        open_blobs(Settings(data_dir=tmp_path / name, **place))
        for name in ("one", "other")
    )
    upload_id = begun(one, 2)
    first = other.uploads.put_part(upload_id, 1, body(b"1" * 5 * MIB))
    second = one.uploads.put_part(upload_id, 2, body(b"2"))

    assert other.uploads.parts(upload_id) == [first, second]
    other.uploads.complete(upload_id, [first, second])
    one.uploads.complete(upload_id, [first, second])

    assert content(one, "big") == b"1" * 5 * MIB + b"2"


def test_a_large_part_sent_again_with_other_bytes_is_named(blobs: Blobs) -> None:
    upload_id = begun(blobs, 1)
    first = blobs.uploads.put_part(upload_id, 1, body(b"1" * 5 * MIB))
    second = blobs.uploads.put_part(upload_id, 1, body(b"2" * 5 * MIB))

    with pytest.raises(InvalidParameterValue, match=r"Part 1 .* has not arrived"):
        blobs.uploads.complete(upload_id, [first])
    blobs.uploads.complete(upload_id, [second])

    assert content(blobs, "big") == b"2" * 5 * MIB


def test_an_upload_whose_server_fell_before_it_noted_the_end_is_complete(
    blobs: Blobs, s3_server: S3Server
) -> None:
    upload_id = begun(blobs, 1)
    parts = sent(blobs, upload_id, [5 * MIB])
    blobs.uploads.complete(upload_id, parts)
    (note,) = [key for key in keys(s3_server, upload_id) if key.endswith("/done")]
    s3_server.client.delete_object(Bucket=BUCKET, Key=note)

    blobs.uploads.complete(upload_id, parts)

    assert content(blobs, "big") == letters(1, 5 * MIB)


def test_nothing_is_left_of_an_aborted_upload(
    blobs: Blobs, s3_server: S3Server
) -> None:
    upload_id = begun(blobs, 2)
    sent(blobs, upload_id, [5 * MIB, 1])

    blobs.uploads.abort(upload_id)

    assert keys(s3_server, upload_id) == []
    for size in (1, 5 * MIB):
        with pytest.raises(NotFound):
            blobs.uploads.put_part(upload_id, 1, body(b"x" * size))


def test_a_finished_upload_keeps_no_parts(blobs: Blobs, s3_server: S3Server) -> None:
    upload_id = begun(blobs, 2)
    blobs.uploads.complete(upload_id, sent(blobs, upload_id, [MIB, 1]))

    left = {key.rpartition("/")[2] for key in keys(s3_server, upload_id)}
    assert left == {"about.json", "done"}


def test_uploads_nobody_touched_for_a_week_are_forgotten(blobs: Blobs) -> None:
    old = begun(blobs, 2)
    sent(blobs, old, [5 * MIB, 1])

    begun(blobs, 1, days_ahead=6)
    assert len(blobs.uploads.parts(old)) == 2
    begun(blobs, 1, days_ahead=8)

    with pytest.raises(NotFound):
        blobs.uploads.parts(old)


def keys(s3_server: S3Server, upload_id: str) -> list[str]:
    """What lies in the bucket for an upload."""
    pages = s3_server.client.get_paginator("list_objects_v2").paginate(Bucket=BUCKET)
    found = [item["Key"] for page in pages for item in page.get("Contents", [])]
    return [key for key in found if upload_id in key]
