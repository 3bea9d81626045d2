"""FastTrackML by `fml server`, with its default settings."""

from __future__ import annotations

import subprocess
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from bench.systems.process_tree import ProcessTree
from bench.systems.programs import free_port, running, wait_for_answer
from bench.systems.stores import SqliteFile, Store
from bench.systems.system import FIRST_ANSWER, System

NAME = "fasttrackml"
PROGRAM = Path(__file__).parents[2] / ".venvs" / "fasttrackml" / "bin" / "fml"


@contextmanager
def started(folder: Path, store: Store) -> Generator[System]:
    """The server."""
    folder.mkdir(parents=True, exist_ok=True)
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    command = [
        *(PROGRAM, "server", "--listen-address", f"127.0.0.1:{port}"),
        *("--database-uri", _uri(store)),
        *("--default-artifact-root", str(folder / "artifacts")),
    ]
    log = folder / "log.txt"
    with running(command, log) as process:
        start_s = wait_for_answer(process, address + FIRST_ANSWER, {}, log)
        tree = ProcessTree(process.pid)
        yield System(NAME, address, tree, store, folder, start_s)


def sqlite(folder: Path) -> SqliteFile:
    """The file that it would choose."""
    return SqliteFile(folder / "fasttrackml.db")


def version() -> str:
    """As the command says it."""
    return subprocess.run(
        [PROGRAM, "--version"], check=True, capture_output=True, text=True
    ).stdout.split()[-1]


def _uri(store: Store) -> str:
    if isinstance(store, SqliteFile):
        return f"sqlite://{store.file}"
    return store.uri("postgres")
