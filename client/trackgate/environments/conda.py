"""Environments of conda, made by whichever of its programs there is."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from trackgate.environments import building

# Each reads the same files; CONDA_EXE, which an active conda sets, comes first.
_PROGRAMS = ("conda", "mamba", "micromamba")


def find_conda() -> str | None:
    """The program, or None where there is none."""
    named = os.environ.get("CONDA_EXE")
    if named:
        return named
    found = (shutil.which(program) for program in _PROGRAMS)
    return next((path for path in found if path is not None), None)


def create(user: str, program: str, folder: Path, file: Path) -> None:
    """Make the environment that a conda.yaml describes.

    user  what needs it, such as "model"

    Raises InvalidState where it fails; conda has said why.
    """
    # micromamba has the one command for both.
    verb = ["create", "--yes"] if _is_micromamba(program) else ["env", "create"]
    where = ["--quiet", "-p", str(folder), "-f", str(file)]
    building.run(user, [program, *verb, *where], file.parent)


def _is_micromamba(program: str) -> bool:
    return Path(program).name == "micromamba"
