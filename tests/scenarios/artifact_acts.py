"""Files of runs, in a word each."""

from __future__ import annotations

import struct
import zlib
from urllib.parse import quote

from trackgate_wire.artifacts import SCHEME

from tests.fixtures.api import Api
from tests.scenarios.acts import get_run, new_experiment, new_run

STORE = "/api/2.0/mlflow-artifacts/artifacts"


def run_with(api: Api, files: dict[str, bytes | str]) -> str:
    """A new run that has these files; its id."""
    run = new_run(api, new_experiment(api))
    put_files(api, run, files)
    return run


def put_files(api: Api, run: str, files: dict[str, bytes | str]) -> None:
    """Store files, by their paths, with a run's."""
    root = get_run(api, run).info.artifact_uri.removeprefix(f"{SCHEME}:/")
    for path, content in files.items():
        target = f"{STORE}/{quote(f'{root}/{path}')}"
        answer = api.raw("PUT", target, body=content)
        assert answer.status == 200, answer.body


def png(red: int, green: int, blue: int, side: int = 24) -> bytes:
    """A square of one colour (PNG specification, "Datastream structure")."""
    row = b"\0" + bytes((red, green, blue)) * side
    head = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    pieces = (
        (b"IHDR", head),
        (b"IDAT", zlib.compress(row * side)),
        (b"IEND", b""),
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(*piece) for piece in pieces)


def _chunk(kind: bytes, content: bytes) -> bytes:
    checked = kind + content
    return struct.pack(">I", len(content)) + checked + zlib.crc32(checked).to_bytes(4)
