"""`trackgate models serve` beside `mlflow models serve`: one model, in turns."""

from __future__ import annotations

import argparse
import json
import os
import re
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

import numpy as np
import pandas as pd
import requests
import trackgate.sklearn
from sklearn.tree import DecisionTreeClassifier
from trackgate.models import infer_signature

HERE = Path(__file__).parent
COLUMNS = [f"column {number}" for number in range(30)]


@dataclass(frozen=True)
class System:
    """A scoring server that is running."""

    name: str
    address: str


@dataclass(frozen=True)
class Workload:
    """So many connections, each of which asks for so many rows at a time."""

    name: str
    connections: int
    rows: int


WORKLOADS = (
    Workload("1 row, 1 connection, requests/s", 1, 1),
    Workload("1 row, 8 connections, requests/s", 8, 1),
    Workload("10,000 rows, 1 connection, requests/s", 1, 10_000),
)


def main() -> None:
    options = _options()
    with ExitStack() as running, tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        model = _model(root / "model")
        ours = [sys.executable, "-m", "trackgate", "models", "serve"]
        theirs = [options.peer_python, "-m", "mlflow", "models", "serve"]
        systems = [
            running.enter_context(_served("trackgate", ours, model, root)),
            running.enter_context(_served("mlflow", theirs, model, root)),
        ]
        for workload in WORKLOADS:
            body = _body(root / f"{workload.rows}.json", workload.rows)
            _check_answers(systems, body)
            _compare(workload, systems, body, options)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--peer-python",
        required=True,
        help="python that has mlflow, and the same scikit-learn as this one",
    )
    parser.add_argument("--seconds", type=int, default=5, help="length of one round")
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    if shutil.which("wrk") is None:
        parser.error("wrk is missing: apt-get install wrk")
    return options


def _model(folder: Path) -> Path:
    """A decision tree over 30 columns, with its signature."""
    random = np.random.default_rng(0)
    rows = pd.DataFrame(random.random((500, len(COLUMNS))), columns=COLUMNS)
    tree = DecisionTreeClassifier(max_depth=3).fit(rows, rows[COLUMNS[0]] > 0.5)
    signature = infer_signature(rows, tree.predict(rows))
    trackgate.sklearn.save_model(tree, folder, signature=signature)
    return folder


def _body(file: Path, rows: int) -> Path:
    random = np.random.default_rng(rows)
    data = random.random((rows, len(COLUMNS))).tolist()
    file.write_text(json.dumps({"dataframe_split": {"columns": COLUMNS, "data": data}}))
    return file


def _check_answers(systems: list[System], body: Path) -> None:
    """Both must say the same, or their speed is not worth comparing."""
    answers = [
        requests.post(
            f"{system.address}/invocations",
            data=body.read_bytes(),
            headers={"Content-Type": "application/json"},
            timeout=60,
        ).json()
        for system in systems
    ]
    assert answers[0] == answers[1], "the systems predict different things"


def _compare(
    workload: Workload, systems: list[System], body: Path, options: argparse.Namespace
) -> None:
    rates: dict[str, list[float]] = {system.name: [] for system in systems}
    for _ in range(options.rounds):
        for system in systems:
            rates[system.name].append(_measure(system, workload, body, options.seconds))
    print(workload.name)
    for name, found in rates.items():
        spread = ", ".join(f"{rate:,.1f}" for rate in found)
        print(f"  {name:<12} {statistics.median(found):>12,.1f}   ({spread})")
    ours, theirs = (statistics.median(rates[system.name]) for system in systems)
    ratio = f"{ours / theirs:.1f}x" if theirs else "the peer answered nothing in time"
    print(f"  ratio        {ratio:>13}", flush=True)


def _measure(system: System, workload: Workload, body: Path, seconds: int) -> float:
    command = [
        "wrk", "-t1", f"-c{workload.connections}", f"-d{seconds}s", "--timeout", "30s",
        "-s", str(HERE / "serving.lua"), system.address, "--", str(body),
    ]  # fmt: skip
    text = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    failed = re.search(r"Non-2xx or 3xx responses: (\d+)", text)
    if failed is not None:
        print(f"  {system.name}: {failed[1]} answers were no 200", file=sys.stderr)
    found = re.search(r"Requests/sec:\s+([\d.]+)", text)
    if found is None:
        raise RuntimeError(f"wrk said nothing of requests:\n{text}")
    return float(found[1])


@contextmanager
def _served(
    name: str, command: list[str], model: Path, folder: Path
) -> Generator[System]:
    port = _free_port()
    options = ["-m", str(model), "-p", str(port), "--env-manager", "local"]
    # The peer starts programs that it looks up on the PATH.
    path = f"{Path(command[0]).parent}:{os.environ['PATH']}"
    with (folder / f"{name}.txt").open("wb") as output:
        process = subprocess.Popen(
            [*command, *options],
            env={**os.environ, "PATH": path},
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    try:
        address = f"http://127.0.0.1:{port}"
        _wait(address, process)
        yield System(name, address)
    finally:
        process.terminate()
        with suppress(subprocess.TimeoutExpired):
            process.wait(10)
        # The peer leaves its server behind.
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _wait(address: str, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise RuntimeError(f"{process.args} ended with {process.returncode}")
        with suppress(requests.RequestException):
            if requests.get(f"{address}/ping", timeout=5).ok:
                return
        time.sleep(0.2)
    raise RuntimeError(f"nothing answers at {address}")


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


if __name__ == "__main__":
    main()
