"""The stock server by `mlflow server`, with its default settings."""

from __future__ import annotations

import subprocess
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from bench.systems.process_tree import ProcessTree
from bench.systems.programs import free_port, inherited, running, wait_for_answer
from bench.systems.stores import SqliteFile, Store
from bench.systems.system import FIRST_ANSWER, System

NAME = "mlflow"
HOME = Path(__file__).parents[2] / ".venvs" / "mlflow-3"
PYTHON = HOME / "bin" / "python"


@contextmanager
def started(folder: Path, store: Store) -> Generator[System]:
    """The server; it goes on starting things for a while after its first answer."""
    folder.mkdir(parents=True, exist_ok=True)
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    command = [
        *(PYTHON, "-m", "mlflow", "server", "--host", "127.0.0.1", "--port", str(port)),
        *("--backend-store-uri", store.uri(_scheme(store))),
        *("--artifacts-destination", str(folder / "artifacts")),
    ]
    log = folder / "log.txt"
    # It starts programs that it looks up on the PATH.
    path = f"{HOME / 'bin'}:{inherited()['PATH']}"
    with running(command, log, {"PATH": path}) as process:
        start_s = wait_for_answer(process, address + FIRST_ANSWER, {}, log)
        tree = ProcessTree(process.pid)
        yield System(NAME, address, tree, store, folder, start_s)


def sqlite(folder: Path) -> SqliteFile:
    """The file that it would choose."""
    return SqliteFile(folder / "mlflow.db")


def version() -> str:
    """As the command says it."""
    return subprocess.run(
        [PYTHON, "-m", "mlflow", "--version"],
        check=True, capture_output=True, text=True,
    ).stdout.split()[-1]  # fmt: skip


def _scheme(store: Store) -> str:
    # Its SQLAlchemy reads a plain postgresql: as psycopg 3, which nobody installed.
    return "sqlite" if store.backend == "sqlite" else "postgresql+psycopg2"
