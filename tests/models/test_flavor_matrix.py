"""Every flavor, saved by us or a stock client, loaded by us or a stock client.

Three programs save all models and three load all of them, each in one client's
environment; the tests look up what came of it.
"""

from __future__ import annotations

import itertools
import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.environment.peers import Release
from tests.fixtures.sites import Server

pytestmark = [pytest.mark.peer, pytest.mark.slow]

PROGRAMS = Path(__file__).parent / "programs"
TIMEOUT_S = 240
CLIENTS = ("ours", "2", "3")
KINDS = (
    "python_function",
    "sklearn",
    "xgboost",
    "xgboost-classifier",
    "lightgbm",
    "lightgbm-classifier",
    "pytorch",
    "onnx",
    "statsmodels",
)
# Formats that mlflow 2.22 knows nothing of.
MODERN_KINDS = ("sklearn-skops", "pytorch-pt2")
MODERN_CLIENTS = ("ours", "3")
PLACES = ("folder", "run", "registry")
WAYS = ("native", "pyfunc")


@dataclass(frozen=True, slots=True)
class Matrix:
    """What came of every combination.

    saved   by client and kind: places, and the predictions expected
    loaded  by client that loads, that saved, kind and place: what both ways gave
    """

    saved: Mapping[str, Mapping[str, Any]]
    loaded: Mapping[str, Mapping[str, Any]]

    def answer(self, loader: str, saver: str, kind: str, place: str) -> Any:
        return self.loaded[loader][f"{saver} {kind} {place}"]


@pytest.fixture(scope="module")
def matrix(
    server: Server,
    peer_python: Callable[[Release], Path],
    tmp_path_factory: pytest.TempPathFactory,
) -> Matrix:
    home = tmp_path_factory.mktemp("matrix")
    pythons = {
        "ours": (Path(sys.executable), "trackgate"),
        "2": (peer_python("2"), "mlflow"),
        "3": (peer_python("3"), "mlflow"),
    }

    def run(client: str, program: str, *arguments: str) -> None:
        python, module = pythons[client]
        command = [str(python), str(PROGRAMS / program), module, *arguments]
        ended = subprocess.run(
            command,
            cwd=home,
            env=environment(server.address, home),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=TIMEOUT_S,
        )
        assert ended.returncode == 0, ended.stdout

    def save(client: str) -> Any:
        folder = home / f"saved-{client}"
        folder.mkdir()
        run(client, "save_flavors.py", f"{home.name}-{client}", str(folder))
        return json.loads((folder / "saved.json").read_text())

    def load(client: str) -> Any:
        answers = home / f"answers-{client}.json"
        run(client, "load_flavors.py", str(wanted), str(answers))
        return json.loads(answers.read_text())

    with ThreadPoolExecutor(len(CLIENTS)) as pool:
        saved = dict(zip(CLIENTS, pool.map(save, CLIENTS), strict=True))
        wanted = home / "wanted.json"
        wanted.write_text(json.dumps(everything(saved)))
        loaded = dict(zip(CLIENTS, pool.map(load, CLIENTS), strict=True))
    return Matrix(saved, loaded)


def environment(address: str, home: Path) -> dict[str, str]:
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        "MLFLOW_TRACKING_URI": address,
        "MLFLOW_DISABLE_TELEMETRY": "true",
        "GIT_PYTHON_REFRESH": "quiet",
        "OMP_NUM_THREADS": "1",
        "PYTHONDONTWRITEBYTECODE": "1",
    }


def everything(saved: Mapping[str, Mapping[str, Any]]) -> dict[str, Sequence[str]]:
    return {
        f"{saver} {kind} {place}": (kind, found[place])
        for saver, kinds in saved.items()
        for kind, found in kinds.items()
        for place in PLACES
    }


COMBINATIONS = [
    *itertools.product(KINDS, CLIENTS, CLIENTS, PLACES, WAYS),
    *itertools.product(MODERN_KINDS, MODERN_CLIENTS, MODERN_CLIENTS, PLACES, WAYS),
]


@pytest.mark.parametrize(("kind", "saver", "loader", "place", "way"), COMBINATIONS)
def test_what_one_client_saved_another_loads_and_it_predicts_the_same(
    matrix: Matrix, kind: str, saver: str, loader: str, place: str, way: str
) -> None:
    answer = matrix.answer(loader, saver, kind, place)[way]

    expected = flat(matrix.saved[saver][kind]["expected"])
    assert answer.get("values", answer) == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize("saver", CLIENTS)
@pytest.mark.parametrize("kind", [*KINDS, *MODERN_KINDS])
def test_python_function_answers_in_the_stock_clients_type_and_shape(
    matrix: Matrix, kind: str, saver: str
) -> None:
    if kind not in matrix.saved[saver]:
        pytest.skip("mlflow 2.22 has no such format")
    ours, theirs = (
        {
            what: matrix.answer(loader, saver, kind, "folder")["pyfunc"].get(what)
            for what in ("type", "dtype", "shape")
        }
        for loader in ("ours", "3")
    )

    assert ours == theirs


def flat(values: Any) -> list[float]:
    if not isinstance(values, list):
        return [values]
    return [one for inner in values for one in flat(inner)]
