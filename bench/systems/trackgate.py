"""Trackgate by `trackgate up`: Nginx, a password, durable settings, nothing tuned."""

from __future__ import annotations

import secrets
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from bench.systems.programs import free_port, inherited
from bench.systems.servers import answering, version_said_by
from bench.systems.stores import SqliteFile, Store
from bench.systems.system import System

NAME = "trackgate"
_COMMAND = Path(sys.executable).parent / "trackgate"
_USER = "bench"


@contextmanager
def started(folder: Path, store: Store) -> Generator[System]:
    """The stack on a data folder, with a new password for its one user."""
    folder.mkdir(parents=True, exist_ok=True)
    port = free_port()
    where = ["--data-dir", str(folder / "data"), "--backend-store-uri", store.uri()]
    login = (_USER, _let_in(folder, where))
    command = [_COMMAND, "up", "--port", str(port), *where]
    with answering(NAME, command, port, store, folder, login=login) as system:
        yield system


def sqlite(folder: Path) -> SqliteFile:
    """The file that it would choose."""
    return SqliteFile(folder / "data" / "tracking.db")


def version() -> str:
    """As the command says it."""
    return version_said_by([_COMMAND])


def _let_in(folder: Path, where: list[str]) -> str:
    password = secrets.token_urlsafe(16)
    # The user is there already when a folder is kept from an earlier benchmark.
    if (folder / "data" / "auth" / "htpasswd").exists():
        verb, where = "passwd", where[:2]
    else:
        verb = "add"
    given = subprocess.run(
        [_COMMAND, "users", verb, _USER, "--password-stdin", *where],
        input=password,
        text=True,
        capture_output=True,
        env=inherited(),
    )
    if given.returncode:
        raise RuntimeError(f"no user could be let in: {given.stderr}")
    return password
