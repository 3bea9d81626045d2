"""The stock clients of a test session."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest


@pytest.mark.parametrize(("release", "version"), [("2", "2.22."), ("3", "3.")])
def test_each_stock_client_is_the_release_it_should_be(
    peer_python: Callable[[str], Path], release: str, version: str
) -> None:
    program = "from importlib.metadata import version; print(version('mlflow'))"
    answer = subprocess.run(
        [peer_python(release), "-c", program], check=True, capture_output=True
    )
    assert answer.stdout.decode().startswith(version)
