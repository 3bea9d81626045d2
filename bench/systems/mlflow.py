"""The stock server by `mlflow server`, with its default settings."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from bench.systems.programs import free_port, inherited
from bench.systems.servers import answering, version_said_by
from bench.systems.stores import SqliteFile, Store
from bench.systems.system import System

NAME = "mlflow"
HOME = Path(__file__).parents[2] / ".venvs" / "mlflow-3"
PYTHON = HOME / "bin" / "python"


@contextmanager
def started(folder: Path, store: Store) -> Generator[System]:
    """The server; it goes on starting things for a while after its first answer."""
    folder.mkdir(parents=True, exist_ok=True)
    port = free_port()
    command = [
        *(PYTHON, "-m", "mlflow", "server", "--host", "127.0.0.1", "--port", str(port)),
        *("--backend-store-uri", store.uri(_scheme(store))),
        *("--artifacts-destination", str(folder / "artifacts")),
    ]
    # It starts programs that it looks up on the PATH.
    environment = {"PATH": f"{HOME / 'bin'}:{inherited()['PATH']}"}
    with answering(
        NAME, command, port, store, folder, environment=environment
    ) as system:
        yield system


def sqlite(folder: Path) -> SqliteFile:
    """The file that it would choose."""
    return SqliteFile(folder / "mlflow.db")


def version() -> str:
    """As the command says it."""
    return version_said_by([PYTHON, "-m", "mlflow"])


def _scheme(store: Store) -> str:
    # Its SQLAlchemy reads a plain postgresql: as psycopg 3, which nobody installed.
    return "sqlite" if store.backend == "sqlite" else "postgresql+psycopg2"
