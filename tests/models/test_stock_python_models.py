"""Python models that a stock client pickled, where that client is not installed."""

from __future__ import annotations

import os
import sys
from importlib.util import find_spec
from pathlib import Path

import pandas as pd
import pytest
from trackgate import pyfunc
from trackgate.models import Model
from trackgate.models.checksums import verify

from tests.environment.peers import ReadyPeer

PROGRAM = Path(__file__).parent / "programs" / "save_python_models.py"


@pytest.fixture(scope="module", params=["2", "3"])
def home(
    request: pytest.FixtureRequest,
    ready_peer: ReadyPeer,
    tmp_path_factory: pytest.TempPathFactory,
) -> Path:
    """Where the stock client has saved its models, and rewritten ours."""
    home = tmp_path_factory.mktemp("stock")
    pyfunc.save_model(home / "ours", python_model=len, pip_requirements=["numpy"])
    ended = ready_peer(request.param).run(
        PROGRAM, home, home / "ours", environment=os.environ, folder=home
    )
    ended.check_returncode()
    return home


def test_its_classes_and_functions_load(home: Path) -> None:
    assert "mlflow" not in sys.modules
    assert find_spec("mlflow") is None

    total = pyfunc.load_model(str(home / "class"))
    hinted = pyfunc.load_model(str(home / "hinted class"))
    function = pyfunc.load_model(str(home / "hinted function"))

    frame = pd.DataFrame({"b": [2.0], "a": [1.0]})
    assert total.predict(frame) == ["sum 3.0"]
    assert hinted.predict(["a", "b"]) == ["A", "B"]
    assert function.predict(["a", "b"]) == ["aa", "bb"]
    assert isinstance(total.unwrap_python_model(), pyfunc.PythonModel)


def test_it_keeps_our_checksums(home: Path) -> None:
    assert "python_model.pkl" in Model.load(home / "ours").extra["trackgate"]["files"]
    verify(home / "ours")
