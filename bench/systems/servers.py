"""Servers under measure: started until they answer, and asked for their version."""

from __future__ import annotations

import subprocess
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from bench.systems.process_tree import ProcessTree
from bench.systems.programs import running, wait_for_answer
from bench.systems.stores import Store
from bench.systems.system import FIRST_ANSWER, Login, System, headers_of


@contextmanager
def answering(
    name: str,
    command: Sequence[str | Path],
    port: int,
    store: Store,
    folder: Path,
    *,
    login: Login | None = None,
    environment: Mapping[str, str] | None = None,
) -> Generator[System]:
    """The server that a command starts on a port; its log goes into the folder."""
    address, log = f"http://127.0.0.1:{port}", folder / "log.txt"
    with running(command, log, environment) as process:
        url = address + FIRST_ANSWER
        start_s = wait_for_answer(process, url, headers_of(login), log)
        tree = ProcessTree(process.pid)
        yield System(name, address, tree, store, folder, start_s, login)


def version_said_by(command: Sequence[str | Path]) -> str:
    """The last word of what a command says when it is asked for its version."""
    return subprocess.run(
        [*command, "--version"], check=True, capture_output=True, text=True
    ).stdout.split()[-1]
