"""Trackgate beside the stock MLflow server: logging, a few seconds each, in turns."""

from __future__ import annotations

import argparse
import base64
import secrets
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Generator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import requests
from side_by_side import compare, free_port, requests_a_second, running

HERE = Path(__file__).parent


@dataclass(frozen=True)
class System:
    """A server that is running, and how to talk to it."""

    name: str
    address: str
    token: str
    run_id: str


@dataclass(frozen=True)
class Workload:
    """So many clients that each send so many metrics a request."""

    name: str
    clients: int
    size: int


WORKLOADS = (
    Workload("log-metric, 1 client, requests/s", 1, 1),
    Workload("log-metric, 20 clients, requests/s", 20, 1),
    Workload("log-batch of 1,000, 8 clients, metrics/s", 8, 1_000),
)

_FAR_APART = 100_000_000


def main() -> None:
    options = _options()
    with ExitStack() as started, tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        systems = [
            started.enter_context(_trackgate(root / "ours", options.backend_store_uri)),
            started.enter_context(
                _peer(root / "peer", options.peer_python, options.peer_store_uri)
            ),
        ]
        for workload in WORKLOADS:
            _compare(workload, systems, options.seconds, options.rounds)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--peer-python", required=True, help="python that has mlflow")
    parser.add_argument("--seconds", type=int, default=8, help="length of one round")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--backend-store-uri", help="database for Trackgate")
    parser.add_argument("--peer-store-uri", help="database for the peer")
    options = parser.parse_args()
    if shutil.which("wrk") is None:
        parser.error("wrk is missing: apt-get install wrk")
    return options


def _compare(
    workload: Workload, systems: list[System], seconds: int, rounds: int
) -> None:
    by_name = {system.name: system for system in systems}

    def measure(name: str, number: int) -> float:
        # Points that are stored already would cost less, or more.
        first = (WORKLOADS.index(workload) * rounds + number) * _FAR_APART
        return _measure(by_name[name], workload, seconds, first)

    compare(workload.name, list(by_name), rounds, measure)


def _measure(system: System, workload: Workload, seconds: int, first: int) -> float:
    rate = requests_a_second(
        system.name,
        system.address,
        connections=workload.clients,
        seconds=seconds,
        script=HERE / "logging.lua",
        given=[system.token, system.run_id, str(workload.size), str(first)],
    )
    return rate * workload.size


@contextmanager
def _trackgate(folder: Path, store: str | None) -> Generator[System]:
    command = [str(Path(sys.executable).parent / "trackgate")]
    chosen = ["--backend-store-uri", store] if store else []
    where = ["--data-dir", str(folder), *chosen]
    password = secrets.token_urlsafe(16)
    subprocess.run(
        [*command, "users", "add", "bench", "--password-stdin", *where],
        input=password, text=True, check=True, capture_output=True,
    )  # fmt: skip
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    up = [*command, "up", "--port", str(port), *where]
    with running(up, folder / "up.txt", f"{address}/health", {}):
        token = base64.b64encode(f"bench:{password}".encode()).decode()
        yield _system("trackgate", address, token)


@contextmanager
def _peer(folder: Path, python: str, store: str | None) -> Generator[System]:
    folder.mkdir()
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    command = [
        python, "-m", "mlflow", "server", "--host", "127.0.0.1", "--port", str(port),
        "--backend-store-uri", store or f"sqlite:///{folder / 'mlflow.db'}",
        "--artifacts-destination", str(folder / "artifacts"),
    ]  # fmt: skip
    with running(command, folder / "server.txt", f"{address}/health", {}):
        # The peer goes on starting things for a while after it answers.
        time.sleep(20)
        yield _system("mlflow", address, "-")


def _system(name: str, address: str, token: str) -> System:
    headers = {} if token == "-" else {"Authorization": f"Basic {token}"}
    answer = requests.post(
        f"{address}/api/2.0/mlflow/runs/create",
        json={"experiment_id": "0", "start_time": int(time.time() * 1000)},
        headers=headers,
        timeout=30,
    )
    answer.raise_for_status()
    return System(name, address, token, answer.json()["run"]["info"]["run_id"])


if __name__ == "__main__":
    main()
