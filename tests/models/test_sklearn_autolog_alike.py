"""scikit-learn's autolog logs what the stock client's logs of the same trainings."""

from __future__ import annotations

import json
import os
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from tests.environment.interpreters import FreshInterpreter, Interpreter
from tests.environment.peers import ReadyPeer
from tests.fixtures.sites import Server

PROGRAM = Path(__file__).parent / "programs" / "autolog_trainings.py"


@pytest.mark.slow
def test_it_logs_what_the_stock_clients_autolog_logs(
    server: Server, ready_peer: ReadyPeer, tmp_path: Path
) -> None:
    own = FreshInterpreter(Path(sys.executable))
    programs = (own, "trackgate"), (ready_peer("3"), "mlflow")

    with ThreadPoolExecutor(2) as pool:
        ours, theirs = pool.map(
            lambda program: trained(*program, server.address, tmp_path), programs
        )

    assert rounded(ours) == rounded(theirs)


def trained(interpreter: Interpreter, module: str, address: str, home: Path) -> Any:
    """What a client logs of the program's trainings."""
    answers = home / f"{module}.json"
    ended = interpreter.run(
        PROGRAM,
        module,
        answers,
        environment={
            "PATH": os.environ["PATH"],
            "HOME": str(home),
            "MLFLOW_TRACKING_URI": address,
            "MLFLOW_DISABLE_TELEMETRY": "true",
            "GIT_PYTHON_REFRESH": "quiet",
            "OMP_NUM_THREADS": "1",
        },
        folder=home,
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return json.loads(answers.read_text())


def rounded(values: Any) -> Any:
    """The same with twelve digits of each number."""
    if isinstance(values, dict):
        return {key: rounded(one) for key, one in values.items()}
    if isinstance(values, list):
        return [rounded(one) for one in values]
    return float(f"{values:.12g}") if isinstance(values, float) else values
