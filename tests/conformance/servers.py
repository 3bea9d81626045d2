"""The stock server, as a process of its own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import requests

from tests.environment.ports import free_port
from tests.fixtures.processes import Program

# Left out are processes and traffic that no request here has to do with.
SETTINGS = {
    "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false",
    "MLFLOW_DISABLE_TELEMETRY": "true",
}


@contextmanager
def stock_server(python: Path, folder: Path) -> Iterator[str]:
    """`mlflow server` on SQLite; its address."""
    port = free_port()
    command = [
        *(str(python), "-m", "mlflow", "server", "--workers", "1"),
        *("--host", "127.0.0.1", "--port", str(port)),
        *("--backend-store-uri", f"sqlite:///{folder}/peer.db"),
        *("--artifacts-destination", str(folder / "artifacts")),
    ]
    program = Program(command, folder / "peer.log", SETTINGS)
    address = f"http://127.0.0.1:{port}"
    try:
        program.wait_until(lambda: _answers(address))
        yield address
    finally:
        program.stop()


def _answers(address: str) -> bool:
    try:
        return requests.get(f"{address}/health", timeout=5).ok
    except requests.ConnectionError:
        return False
