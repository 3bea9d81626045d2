"""`trackgate models serve` beside `mlflow models serve`: one model, in turns."""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sys
import tempfile
from collections.abc import Generator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import requests
import trackgate.sklearn
from trackgate.flavors.libraries import library
from trackgate.models import infer_signature

from bench.load import wrk
from bench.report import number
from bench.results import Spread
from bench.systems.programs import free_port, running, wait_for_answer

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
    with ExitStack() as started, tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        model = _model(root / "model")
        ours = [sys.executable, "-m", "trackgate", "models", "serve"]
        theirs = [options.peer_python, "-m", "mlflow", "models", "serve"]
        systems = [
            started.enter_context(_served("trackgate", ours, model, root)),
            started.enter_context(_served("mlflow", theirs, model, root)),
        ]
        for workload in WORKLOADS:
            body = _body(workload.rows)
            _check_answers(systems, body)
            _compare(workload, systems, body, options)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--peer-python",
        required=True,
        type=lambda given: str(Path(given).absolute()),
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
    # Neither of the two has types.
    pandas, sklearn_tree = library("pandas"), library("sklearn.tree", "scikit-learn")
    rows = pandas.DataFrame(random.random((500, len(COLUMNS))), columns=COLUMNS)
    tree = sklearn_tree.DecisionTreeClassifier(max_depth=3)
    tree.fit(rows, rows[COLUMNS[0]] > 0.5)
    signature = infer_signature(rows, tree.predict(rows))
    trackgate.sklearn.save_model(tree, folder, signature=signature)
    return folder


def _body(rows: int) -> str:
    random = np.random.default_rng(rows)
    data = random.random((rows, len(COLUMNS))).tolist()
    return json.dumps({"dataframe_split": {"columns": COLUMNS, "data": data}})


def _check_answers(systems: list[System], body: str) -> None:
    """Both must say the same, or their speed is not worth comparing."""
    answers = [
        requests.post(
            f"{system.address}/invocations",
            data=body,
            headers={"Content-Type": "application/json"},
            timeout=60,
        ).json()
        for system in systems
    ]
    assert answers[0] == answers[1], "the systems predict different things"


def _compare(
    workload: Workload, systems: list[System], body: str, options: argparse.Namespace
) -> None:
    """Print medians, each round's figure, and our ratio to the peer."""
    rates: dict[str, list[float]] = {system.name: [] for system in systems}
    for _ in range(options.rounds):
        for system in systems:
            rates[system.name].append(_rate(workload, system, body, options.seconds))
    print(workload.name)
    for name, found in rates.items():
        spread = ", ".join(map(number, found))
        print(f"  {name:<12} {number(Spread.of(found).median):>9}   ({spread})")
    ours, theirs = (Spread.of(found).median for found in rates.values())
    ratio = f"{ours / theirs:.1f}x" if theirs else "the peer answered nothing in time"
    print(f"  ratio        {ratio:>9}", flush=True)


def _rate(workload: Workload, system: System, body: str, seconds: float) -> float:
    load = wrk.post(
        system.address,
        "/invocations",
        [body],
        headers={},
        connections=workload.connections,
        seconds=seconds,
    )
    if load.failed:
        print(f"  {system.name}: {load.failed} answers were no 200", file=sys.stderr)
    return load.rate


@contextmanager
def _served(
    name: str, command: list[str], model: Path, folder: Path
) -> Generator[System]:
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    options = ["-m", str(model), "-p", str(port), "--env-manager", "local"]
    # The peer starts programs that it looks up on the PATH.
    path = {"PATH": f"{Path(command[0]).parent}:{os.environ['PATH']}"}
    log = folder / f"{name}.txt"
    with running([*command, *options], log, path) as process:
        wait_for_answer(process, f"{address}/ping", {}, log)
        yield System(name, address)


if __name__ == "__main__":
    main()
