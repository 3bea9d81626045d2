"""The first rows of a Parquet file, read by a process of its own.

pyarrow is a large library of another language that trusts what a file says of itself.
So it is loaded in a process that may use little memory and time, reads the one file it
is given and ends; this server itself never loads it.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from importlib.util import find_spec
from io import UnsupportedOperation
from threading import Lock
from typing import Any, BinaryIO, cast

from trackgate_server.blobs.store import OpenBlob
from trackgate_server.web.artifact_tables import Table, table

# What is in a store that is not of this machine is fetched first.
_MOST_FETCHED_BYTES = 64 * 1024 * 1024
_TIMEOUT_S = 20
_PIECE_BYTES = 1024 * 1024
# One at a time in each process of the server, or memory would be short.
_TURN = Lock()
_PATIENCE_S = 5
_PROGRAM = "trackgate_server.web.parquet_program"
# Nothing of this process, whose environment may hold keys.
_ENVIRONMENT = {"ARROW_DEFAULT_MEMORY_POOL": "system", "LC_ALL": "C.UTF-8"}


class Unreadable(Exception):
    """Says why a file cannot be shown as a table."""


def is_installed() -> bool:
    """Whether Parquet files can be read here at all."""
    return find_spec("pyarrow") is not None


def first_rows(blob: OpenBlob) -> Table:
    """The beginning of the table; raises Unreadable."""
    if not is_installed():
        raise Unreadable(
            "To show Parquet files as tables the server needs the package pyarrow,"
            " which is not installed."
        )
    with _as_file(blob) as file, _turn():
        found = _read(file)
    if "refused" in found:
        raise Unreadable(str(found["refused"]))
    return table(found["columns"], found["rows"], found["count"])


def _read(file: BinaryIO) -> dict[str, Any]:
    command = [sys.executable, "-I", "-m", _PROGRAM]
    try:
        done = subprocess.run(  # noqa: S603 - no word of it is a user's
            command,
            stdin=file,
            capture_output=True,
            timeout=_TIMEOUT_S,
            check=True,
            env=_ENVIRONMENT,
        )
    except subprocess.TimeoutExpired as error:
        raise Unreadable(f"It could not be read within {_TIMEOUT_S} s.") from error
    except subprocess.CalledProcessError as error:
        raise Unreadable("It is damaged, or too large to be shown here.") from error
    return cast("dict[str, Any]", json.loads(done.stdout))


@contextmanager
def _as_file(blob: OpenBlob) -> Generator[BinaryIO]:
    """The file as the system knows it, which a process can be given."""
    try:
        blob.file.fileno()
    except UnsupportedOperation:
        if blob.size_bytes > _MOST_FETCHED_BYTES:
            raise Unreadable("It is too large to be fetched for a look.") from None
        with tempfile.TemporaryFile() as copy:
            while piece := blob.file.read(_PIECE_BYTES):
                copy.write(piece)
            copy.flush()
            yield cast("BinaryIO", copy)
        return
    yield blob.file


@contextmanager
def _turn() -> Generator[None]:
    if not _TURN.acquire(timeout=_PATIENCE_S):
        raise Unreadable("Others are being read at the moment. Load the page again.")
    try:
        yield
    finally:
        _TURN.release()
