"""Trackgate by `trackgate up`: Nginx, a password, durable settings, nothing tuned."""

from __future__ import annotations

import base64
import secrets
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from bench.systems.process_tree import ProcessTree
from bench.systems.programs import free_port, inherited, running, wait_for_answer
from bench.systems.stores import SqliteFile, Store
from bench.systems.system import FIRST_ANSWER, System

NAME = "trackgate"
_COMMAND = Path(sys.executable).parent / "trackgate"
_USER = "bench"


@contextmanager
def started(folder: Path, store: Store) -> Generator[System]:
    """The stack on a data folder, with a new password for its one user."""
    folder.mkdir(parents=True, exist_ok=True)
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    where = ["--data-dir", str(folder / "data"), "--backend-store-uri", store.uri()]
    password = _let_in(folder, where)
    token = base64.b64encode(f"{_USER}:{password}".encode()).decode()
    headers = {"Authorization": f"Basic {token}"}
    log = folder / "log.txt"
    with running([_COMMAND, "up", "--port", str(port), *where], log) as process:
        start_s = wait_for_answer(process, address + FIRST_ANSWER, headers, log)
        yield System(
            *(NAME, address, ProcessTree(process.pid), store, folder, start_s),
            headers=headers,
            login=(_USER, password),
        )


def sqlite(folder: Path) -> SqliteFile:
    """The file that it would choose."""
    return SqliteFile(folder / "data" / "tracking.db")


def version() -> str:
    """As the command says it."""
    return subprocess.run(
        [_COMMAND, "--version"], check=True, capture_output=True, text=True
    ).stdout.split()[-1]


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
