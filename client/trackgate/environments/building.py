"""The steps that build an environment, each a program of its own."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from trackgate.errors import InvalidState

# Variables with which this program reaches its server and its package index.
_OURS = ("TRACKING_", "TRACKGATE_", "MLFLOW_TRACKING_", "MLFLOW_REGISTRY_", "PIP_")


def without_ours(environment: Mapping[str, str]) -> dict[str, str]:
    """What others' code inherits: nothing that lets it pass for us."""
    return {
        name: value for name, value in environment.items() if not name.startswith(_OURS)
    }


def run(user: str, command: Sequence[str], folder: Path | None = None) -> None:
    """Run a step; what it says goes to standard error.

    user    what the environment is for, such as "model"
    folder  where the step runs, if that matters

    Raises InvalidState where it fails; it has said why.
    """
    # Whatever a package's set-up runs gets no more of ours than a model does.
    pip = {name: os.environ[name] for name in os.environ if name.startswith("PIP_")}
    with subprocess.Popen(  # noqa: S603 - our own commands
        command,
        cwd=folder,
        env={**without_ours(os.environ), **pip},
        stdin=subprocess.DEVNULL,
        stdout=2,
        process_group=0,
    ) as process:
        try:
            code = process.wait()
        except BaseException:
            # With all that it has started, which would go on filling the folder.
            os.killpg(process.pid, signal.SIGKILL)
            raise
    if code != 0:
        raise InvalidState(
            f"The {user}'s environment cannot be built: {' '.join(command)} ended with"
            f" code {code}."
        )
