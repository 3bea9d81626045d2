"""scikit-learn's autolog logs what the stock client's logs of the same trainings."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from tests.environment.peers import Release
from tests.fixtures.sites import Server

PROGRAM = Path(__file__).parent / "programs" / "autolog_trainings.py"
TIMEOUT_S = 240


@pytest.mark.slow
def test_it_logs_what_the_stock_clients_autolog_logs(
    server: Server, peer_python: Callable[[Release], Path], tmp_path: Path
) -> None:
    programs = (Path(sys.executable), "trackgate"), (peer_python("3"), "mlflow")

    with ThreadPoolExecutor(2) as pool:
        ours, theirs = pool.map(
            lambda program: trained(*program, server.address, tmp_path), programs
        )

    assert rounded(ours) == rounded(theirs)


def trained(python: Path, module: str, address: str, home: Path) -> Any:
    """What a client logs of the program's trainings."""
    answers = home / f"{module}.json"
    ended = subprocess.run(
        [str(python), str(PROGRAM), module, str(answers)],
        cwd=home,
        env={
            "PATH": os.environ["PATH"],
            "HOME": str(home),
            "MLFLOW_TRACKING_URI": address,
            "MLFLOW_DISABLE_TELEMETRY": "true",
            "GIT_PYTHON_REFRESH": "quiet",
            "OMP_NUM_THREADS": "1",
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=TIMEOUT_S,
    )
    assert ended.returncode == 0, ended.stdout
    return json.loads(answers.read_text())


def rounded(values: Any) -> Any:
    """The same with twelve digits of each number."""
    if isinstance(values, dict):
        return {key: rounded(one) for key, one in values.items()}
    if isinstance(values, list):
        return [rounded(one) for one in values]
    return float(f"{values:.12g}") if isinstance(values, float) else values
