"""Signatures inferred and enforced here and by both stock clients, on the same data."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from tests.environment.peers import Release

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
    request: pytest.FixtureRequest, peer_python: Callable[[Release], Path]
) -> dict[str, Said]:
    """What each client said of all cases of a program."""

    def run(client: tuple[Path, str]) -> Said:
        python, package = client
        program = PROGRAMS / f"{request.param}.py"
        ended = subprocess.run(
            [python, program, package], capture_output=True, text=True, timeout=120
        )
        assert ended.returncode == 0, ended.stderr
        return json.loads(ended.stdout)

    clients = {
        "ours": (Path(sys.executable), "trackgate"),
        "2.22": (peer_python("2"), "mlflow"),
        "3.x": (peer_python("3"), "mlflow"),
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
