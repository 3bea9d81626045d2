"""The clients that the article's programs run with, each as a user would start it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.environment.peers import Release
from tests.fixtures.sites import PASSWORDS, Stack

CLIENTS = ("trackgate", "mlflow-2", "mlflow-3")
_TIMEOUT_S = 180


@dataclass(frozen=True, slots=True)
class Client:
    """A package, the interpreter that has it, and how its variables begin."""

    package: str
    python: Path
    start: str

    @classmethod
    def of(cls, name: str, request: pytest.FixtureRequest) -> Client:
        """One of `CLIENTS`; a stock one from its own environment."""
        package, _, release = name.partition("-")
        if not release:
            return cls(package, Path(sys.executable), "TRACKING")
        peers: Callable[[Release], Path] = request.getfixturevalue("peer_python")
        return cls(package, peers("2" if release == "2" else "3"), "MLFLOW_TRACKING")

    def run(
        self, program: Path, home: Path, stack: Stack
    ) -> subprocess.CompletedProcess[str]:
        """Run a program as ada."""
        return self.run_with(
            program,
            home,
            URI=stack.address,
            USERNAME="ada",
            PASSWORD=PASSWORDS["ada"],
        )

    def run_with(
        self, program: Path, home: Path, **variables: str
    ) -> subprocess.CompletedProcess[str]:
        """Run a program with nothing but these variables, named as the client does."""
        named = {f"{self.start}_{name}": value for name, value in variables.items()}
        return subprocess.run(
            [self.python, program, self.package],
            env={**bare_environment(home), **named},
            cwd=home,
            capture_output=True,
            text=True,
            timeout=_TIMEOUT_S,
            check=False,
        )


def bare_environment(home: Path) -> dict[str, str]:
    """This process's, without anything that says where or who."""
    starts = ("TRACKING_", "MLFLOW_", "TRACKGATE_")
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(starts)
    }
    return {**kept, "HOME": str(home), "GIT_PYTHON_REFRESH": "quiet"}
