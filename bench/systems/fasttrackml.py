"""FastTrackML by `fml server`, with its default settings."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from bench.systems.programs import free_port
from bench.systems.servers import answering, version_said_by
from bench.systems.stores import SqliteFile, Store
from bench.systems.system import System

NAME = "fasttrackml"
PROGRAM = Path(__file__).parents[2] / ".venvs" / "fasttrackml" / "bin" / "fml"


@contextmanager
def started(folder: Path, store: Store) -> Generator[System]:
    """The server."""
    folder.mkdir(parents=True, exist_ok=True)
    port = free_port()
    command = [
        *(PROGRAM, "server", "--listen-address", f"127.0.0.1:{port}"),
        *("--database-uri", _uri(store)),
        *("--default-artifact-root", str(folder / "artifacts")),
    ]
    with answering(NAME, command, port, store, folder) as system:
        yield system


def sqlite(folder: Path) -> SqliteFile:
    """The file that it would choose."""
    return SqliteFile(folder / "fasttrackml.db")


def version() -> str:
    """As the command says it."""
    return version_said_by([PROGRAM])


def _uri(store: Store) -> str:
    if isinstance(store, SqliteFile):
        return f"sqlite://{store.file}"
    return store.uri("postgres")
