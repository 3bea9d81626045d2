"""The Docker engine of the tests of containers."""

from __future__ import annotations

import shutil
import subprocess

import pytest


@pytest.fixture(scope="session")
def engine() -> None:
    """A Docker engine with Compose, or a skip that says why."""
    if shutil.which("docker") is None:
        pytest.skip("there is no Docker on this machine")
    for command in (["docker", "version"], ["docker", "compose", "version"]):
        asked = subprocess.run(command, capture_output=True, text=True, check=False)
        if asked.returncode:
            last = asked.stderr.strip().splitlines()[-1]
            pytest.skip(f"no Docker engine with Compose answers: {last}")
