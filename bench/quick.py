"""Trackgate beside the stock MLflow server: logging, a few seconds each, in turns."""

from __future__ import annotations

import argparse
import base64
import os
import re
import secrets
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Generator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import requests

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
    with ExitStack() as running, tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        systems = [
            running.enter_context(_trackgate(root / "ours", options.backend_store_uri)),
            running.enter_context(
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
    rates: dict[str, list[float]] = {system.name: [] for system in systems}
    for number in range(rounds):
        for system in systems:
            # Points that are stored already would cost less, or more.
            first = (WORKLOADS.index(workload) * rounds + number) * _FAR_APART
            rates[system.name].append(_measure(system, workload, seconds, first))
    print(workload.name)
    ours, theirs = (statistics.median(rates[system.name]) for system in systems)
    for system in systems:
        spread = ", ".join(f"{rate:,.0f}" for rate in rates[system.name])
        median = statistics.median(rates[system.name])
        print(f"  {system.name:<12} {median:>12,.0f}   ({spread})")
    ratio = f"{ours / theirs:.1f}x" if theirs else "the peer answered nothing in time"
    print(f"  ratio        {ratio:>13}", flush=True)


def _measure(system: System, workload: Workload, seconds: int, first: int) -> float:
    command = [
        "wrk", "-t1", f"-c{workload.clients}", f"-d{seconds}s", "--timeout", "30s",
        "-s", str(HERE / "logging.lua"), system.address, "--",
        system.token, system.run_id, str(workload.size), str(first),
    ]  # fmt: skip
    text = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    failed = re.search(r"Non-2xx or 3xx responses: (\d+)", text)
    if failed is not None:
        print(f"  {system.name}: {failed[1]} answers were no 200", file=sys.stderr)
    found = re.search(r"Requests/sec:\s+([\d.]+)", text)
    if found is None:
        raise RuntimeError(f"wrk said nothing of requests:\n{text}")
    return float(found[1]) * workload.size


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
    port = _free_port()
    with _process([*command, "up", "--port", str(port), *where], folder / "up.txt"):
        token = base64.b64encode(f"bench:{password}".encode()).decode()
        yield _system("trackgate", f"http://127.0.0.1:{port}", token)


@contextmanager
def _peer(folder: Path, python: str, store: str | None) -> Generator[System]:
    folder.mkdir()
    port = _free_port()
    command = [
        python, "-m", "mlflow", "server", "--host", "127.0.0.1", "--port", str(port),
        "--backend-store-uri", store or f"sqlite:///{folder / 'mlflow.db'}",
        "--artifacts-destination", str(folder / "artifacts"),
    ]  # fmt: skip
    with _process(command, folder / "server.txt"):
        yield _system("mlflow", f"http://127.0.0.1:{port}", "-")


def _system(name: str, address: str, token: str) -> System:
    headers = {} if token == "-" else {"Authorization": f"Basic {token}"}
    deadline = time.monotonic() + 120
    while True:
        try:
            if requests.get(f"{address}/health", timeout=5).ok:
                break
        except requests.RequestException:
            if time.monotonic() > deadline:
                raise
        time.sleep(0.2)
    # The peer goes on starting things for a while after it answers.
    time.sleep(1 if name == "trackgate" else 20)
    answer = requests.post(
        f"{address}/api/2.0/mlflow/runs/create",
        json={"experiment_id": "0", "start_time": int(time.time() * 1000)},
        headers=headers,
        timeout=30,
    )
    answer.raise_for_status()
    return System(name, address, token, answer.json()["run"]["info"]["run_id"])


@contextmanager
def _process(command: list[str], log: Path) -> Generator[None]:
    with log.open("wb") as output:
        process = subprocess.Popen(
            command, stdout=output, stderr=output, start_new_session=True
        )
    try:
        yield
    finally:
        process.terminate()
        with suppress(subprocess.TimeoutExpired):
            process.wait(20)
        # The peer leaves helpers of its own behind.
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


if __name__ == "__main__":
    main()
