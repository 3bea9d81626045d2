"""Every flavor, saved by us or a stock client, loaded by us or a stock client.

Three programs save their models and then load all of them, each in one client's
environment; the tests look up what came of it.
"""

from __future__ import annotations

import inspect
import itertools
import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import trackgate
import yaml
from trackgate.flavors.calls import Logging, Saving

from tests.environment.peers import Release
from tests.fixtures.sites import Server
from tests.fixtures.waiting import wait_until

pytestmark = [pytest.mark.peer, pytest.mark.slow]

PROGRAMS = Path(__file__).parent / "programs"
PREFIX = "matrix of client "
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
FLAVORS = tuple(kind for kind in KINDS[1:] if "-" not in kind)
MODERN_CLIENTS = ("ours", "3")
PLACES = ("folder", "run", "registry")
WAYS = ("native", "pyfunc")


@dataclass(frozen=True, slots=True)
class Matrix:
    """What came of every combination.

    saved   by client and kind: places, and the predictions expected
    loaded  by client that loads, that saved, kind and place: what both ways gave
    taken   by flavor and function what the newest stock client's functions take
    """

    saved: Mapping[str, Mapping[str, Any]]
    loaded: Mapping[str, Mapping[str, Any]]
    taken: Mapping[str, list[str]]

    def answer(self, loader: str, saver: str, kind: str, place: str) -> Any:
        return self.loaded[loader][f"{saver} {kind} {place}"]


class Exchange:
    """A program in one client's environment that saves models, then loads others."""

    def __init__(self, python: Path, module: str, address: str, home: Path) -> None:
        self._home = home
        home.mkdir()
        with (home / "log").open("wb") as log:
            self._process = subprocess.Popen(
                [
                    python,
                    PROGRAMS / "save_flavors.py",
                    module,
                    PREFIX + home.name,
                    home,
                ],
                cwd=home,
                env=environment(address, home),
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=subprocess.STDOUT,
                text=True,
            )

    def saved(self) -> Any:
        """Where its models are, as soon as they are."""
        file = self._home / "saved.json"
        wait_until(lambda: file.exists() or self._process.poll(), TIMEOUT_S)
        assert file.exists(), self.log
        return json.loads(file.read_text())

    def ask(self, wanted: Mapping[str, Sequence[str]]) -> None:
        """Let it load these."""
        assert self._process.stdin is not None
        with self._process.stdin as asking:
            json.dump(wanted, asking)

    def loaded(self) -> Any:
        """What came of each, as soon as it has ended."""
        assert self._process.wait(TIMEOUT_S) == 0, self.log
        return json.loads((self._home / "answers.json").read_text())

    @property
    def log(self) -> str:
        return (self._home / "log").read_text()


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
    programs = {
        client: Exchange(*pythons[client], server.address, home / client)
        for client in CLIENTS
    }
    saved = {client: program.saved() for client, program in programs.items()}
    for program in programs.values():
        program.ask(everything(saved))
    loaded = {client: program.loaded() for client, program in programs.items()}
    taken = json.loads((home / "3" / "parameters.json").read_text())
    return Matrix(saved, loaded, taken)


def environment(address: str, home: Path) -> dict[str, str]:
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        "MLFLOW_TRACKING_URI": address,
        "MLFLOW_DISABLE_TELEMETRY": "true",
        "GIT_PYTHON_REFRESH": "quiet",
        "OMP_NUM_THREADS": "1",
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


@pytest.mark.parametrize(
    ("kind", "saver"),
    [
        *itertools.product(KINDS, CLIENTS),
        *itertools.product(MODERN_KINDS, MODERN_CLIENTS),
    ],
)
def test_python_function_answers_in_the_stock_clients_type_and_shape(
    matrix: Matrix, kind: str, saver: str
) -> None:
    ours, theirs = (
        {
            what: matrix.answer(loader, saver, kind, "folder")["pyfunc"].get(what)
            for what in ("type", "dtype", "shape")
        }
        for loader in ("ours", "3")
    )

    assert ours == theirs


@pytest.mark.parametrize("kind", [*KINDS, *MODERN_KINDS])
def test_an_mlmodel_file_of_ours_says_what_the_stock_clients_says(
    matrix: Matrix, kind: str
) -> None:
    ours, theirs = (
        sections(Path(matrix.saved[saver][kind]["folder"])) for saver in ("ours", "3")
    )

    assert ours == theirs


@pytest.mark.parametrize("function", ["save_model", "log_model", "load_model"])
@pytest.mark.parametrize("flavor", FLAVORS)
def test_a_flavors_functions_take_what_the_stock_clients_take(
    matrix: Matrix, flavor: str, function: str
) -> None:
    theirs = matrix.taken[f"{flavor} {function}"]
    own = list(
        inspect.signature(getattr(getattr(trackgate, flavor), function)).parameters
    )
    shared = {"save_model": Saving, "log_model": Logging}.get(function)
    ours = {*own, *(shared.__optional_keys__ if shared else ())}

    assert set(theirs) - {"kwargs"} <= ours
    assert own[:2] == theirs[:2]


def sections(folder: Path) -> Any:
    """How a folder is loaded, but for what is another way to say the same."""
    flavors = yaml.safe_load((folder / "MLmodel").read_text())["flavors"]
    for section in flavors.values():
        # Nothing, where there is no such thing; theirs says so.
        for name in [name for name, value in section.items() if value is None]:
            del section[name]
        # What unpickles the module: any of them does.
        section.pop("pickle_module_name", None)
    return flavors


def flat(values: Any) -> list[float]:
    if not isinstance(values, list):
        return [values]
    return [one for inner in values for one in flat(inner)]
