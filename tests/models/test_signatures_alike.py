"""Signatures inferred and enforced here and by both stock clients, on the same data."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from tests.environment.interpreters import FreshInterpreter, Interpreter
from tests.environment.peers import ReadyPeer

PROGRAMS = Path(__file__).parent / "programs"
# Where the peer lets pass, in a column of booleans, whatever pandas keeps as objects,
# and makes numbers of booleans among missing values.
STRICTER_HERE = {
    "bool with none for double",
    "bytes for boolean",
    "dates for boolean",
    "decimals for boolean",
    "texts for boolean",
}

Said = Mapping[str, Any]


@pytest.fixture(scope="module", params=["infer_signatures", "enforce_signatures"])
def said(
    request: pytest.FixtureRequest,
    ready_peer: ReadyPeer,
    tmp_path_factory: pytest.TempPathFactory,
) -> dict[str, Said]:
    """What each client said of all cases of a program."""

    home = tmp_path_factory.mktemp("signatures")

    def run(client: tuple[Interpreter, str]) -> Said:
        interpreter, package = client
        program = PROGRAMS / f"{request.param}.py"
        ended = interpreter.run(program, package, environment=os.environ, folder=home)
        assert ended.returncode == 0, ended.stderr
        return json.loads(ended.stdout)

    clients = {
        "ours": (FreshInterpreter(Path(sys.executable)), "trackgate"),
        "2.22": (ready_peer("2"), "mlflow"),
        "3.x": (ready_peer("3"), "mlflow"),
    }
    with ThreadPoolExecutor() as pool:
        return dict(zip(clients, pool.map(run, clients.values()), strict=True))


@pytest.mark.parametrize("release", ["2.22", "3.x"])
def test_the_same_data_give_the_same(said: dict[str, Said], release: str) -> None:
    ours, theirs = said["ours"], said[release]

    assert ours.keys() == theirs.keys()
    other = {name for name in theirs if ours[name] != theirs[name]}
    assert other <= STRICTER_HERE
    assert all(ours[name] is None for name in other)
