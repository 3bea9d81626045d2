"""The clients that the article's programs run with, each as users have it."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.environment.interpreters import Ended, FreshInterpreter, Interpreter
from tests.environment.peers import ReadyPeer
from tests.fixtures.sites import PASSWORDS, Stack

CLIENTS = ("trackgate", "mlflow-2", "mlflow-3")


@dataclass(frozen=True, slots=True)
class Client:
    """A package, an interpreter that has it, and how its variables begin."""

    package: str
    interpreter: Interpreter
    start: str

    @classmethod
    def of(cls, name: str, request: pytest.FixtureRequest) -> Client:
        """One of `CLIENTS`; a stock one from its own environment."""
        package, _, release = name.partition("-")
        if not release:
            return cls(package, FreshInterpreter(Path(sys.executable)), "TRACKING")
        peers: ReadyPeer = request.getfixturevalue("ready_peer")
        return cls(package, peers("2" if release == "2" else "3"), "MLFLOW_TRACKING")

    def run(self, program: Path, home: Path, stack: Stack) -> Ended:
        """Run a program as ada."""
        return self.run_with(
            program,
            home,
            URI=stack.address,
            USERNAME="ada",
            PASSWORD=PASSWORDS["ada"],
        )

    def run_with(self, program: Path, home: Path, **variables: str) -> Ended:
        """Run a program with nothing but these variables, named as the client does."""
        named = {f"{self.start}_{name}": value for name, value in variables.items()}
        return self.interpreter.run(
            program,
            self.package,
            environment={**bare_environment(home), **named},
            folder=home,
        )


def bare_environment(home: Path) -> dict[str, str]:
    """This process's, without anything that says where or who."""
    starts = ("TRACKING_", "MLFLOW_", "TRACKGATE_")
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(starts)
    }
    return {
        **kept,
        "HOME": str(home),
        "GIT_PYTHON_REFRESH": "quiet",
        # What a model needs is told apart by a process of its own, which imports all of
        # MLflow for that; when it is given up, what its flavor needs is noted.
        "MLFLOW_REQUIREMENTS_INFERENCE_TIMEOUT": "1",
    }
