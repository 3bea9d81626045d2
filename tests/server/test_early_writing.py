"""Large bodies are on their way to the disk before they are complete."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from queue import Queue

import pytest
from trackgate_server.blobs.bodies import SpooledBody
from trackgate_server.blobs.early_writing import EarlyWriter
from trackgate_server.blobs.local import LocalBlobs

from tests.server.blob_calls import at, content

MIB = 1024 * 1024
TIMEOUT_S = 10


@pytest.fixture
def begun(spool: Path) -> Iterator[Queue[tuple[int, int]]]:
    """Which stretches of files in the spool the kernel was told to write."""
    told: Queue[tuple[int, int]] = Queue()

    def tell(file: int, start: int, length: int, flags: int) -> int:
        told.put((start, length))
        return 0

    writer = EarlyWriter(spool, tell)
    yield told
    writer.close()


def test_each_stretch_of_a_growing_body_is_written_once(
    spool: Path, begun: Queue[tuple[int, int]]
) -> None:
    body = spool / "0000000001"
    body.touch()

    os.truncate(body, 16 * MIB)
    assert begun.get(timeout=TIMEOUT_S) == (0, 16 * MIB)
    os.truncate(body, 40 * MIB)
    assert begun.get(timeout=TIMEOUT_S) == (16 * MIB, 24 * MIB)


def test_small_bodies_and_links_are_passed_over(
    spool: Path, begun: Queue[tuple[int, int]]
) -> None:
    (spool / "0000000001").write_bytes(b"small")
    (spool / "0000000002").symlink_to("nowhere")
    large = spool / "0000000003"
    large.touch()
    os.truncate(large, 20 * MIB)

    assert begun.get(timeout=TIMEOUT_S) == (0, 20 * MIB)
    assert begun.empty()


def test_a_body_that_was_begun_early_is_stored_whole(
    tmp_path: Path, spool: Path
) -> None:
    blobs = LocalBlobs(tmp_path / "artifacts", spool)
    sent = os.urandom(MIB) * 17
    (spool / "0000000001").write_bytes(sent)

    blobs.store(at("large"), SpooledBody(spool, "0000000001", len(sent)))

    assert content(blobs, "large") == sent
    blobs.close()
