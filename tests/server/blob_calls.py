"""Calls of a store of artifacts, in the words of its tests."""

from __future__ import annotations

import io

from trackgate_server.blobs.bodies import StreamedBody
from trackgate_server.blobs.place import Place
from trackgate_server.blobs.store import Blobs

AREA = ("0", "a" * 32, "artifacts")


def at(path: str) -> Place:
    return Place.within(AREA, path)


def body(content: bytes) -> StreamedBody:
    return StreamedBody(io.BytesIO(content), len(content))


def content(blobs: Blobs, path: str) -> bytes:
    with blobs.open(at(path)).file as file:
        return file.read()


def names(blobs: Blobs, path: str) -> list[str]:
    return [entry.name for entry in blobs.list(at(path), "", 1_000)]
