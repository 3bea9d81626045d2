"""Environments of models: their own packages, and Trackgate, which serves them."""

from __future__ import annotations

import logging
import os
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Literal

from trackgate.environments import building, cache, conda
from trackgate.environments.cache import Plan
from trackgate.errors import NotFound
from trackgate.models.environment import CONDA_FILE, CONSTRAINTS_FILE, REQUIREMENTS_FILE
from trackgate.serving.interpreters import python_environment, python_of
from trackgate.serving.own_distribution import Origin, origin

EnvironmentManager = Literal["local", "virtualenv", "conda"]

_USER = "model"
_log = logging.getLogger(__name__)


def ensure(model: Path, manager: EnvironmentManager, folder: Path) -> Path:
    """The interpreter of a model's own environment, which is built if need be.

    model   its folder
    folder  of all environments, made for the owner only

    Raises NotFound where `conda` is missing or the model does not say what it needs,
    and InvalidState where something cannot be installed; pip has said what.
    """
    ours = origin()
    plan = _virtualenv(model, ours) if manager == "virtualenv" else _conda(model, ours)
    return cache.ensure(plan, folder) / "bin" / "python"


def _virtualenv(model: Path, ours: Origin) -> Plan:
    requirements = _text(model / REQUIREMENTS_FILE)
    if requirements is None:
        raise NotFound(
            f"The model at {model} has no {REQUIREMENTS_FILE}; serve it with"
            " --env-manager local."
        )
    python, warning = python_of(model)
    if warning is not None:
        _log.warning("%s", warning)
    tools = [
        str(one) for one in python_environment(model).get("build_dependencies", [])
    ]

    def build(folder: Path) -> None:
        pip = _bare_environment(python, folder)
        if tools:
            _run([*pip, *tools])
        _run([*pip, "-r", str(model / REQUIREMENTS_FILE), *ours.requirements()])

    constraints = _text(model / CONSTRAINTS_FILE) or ""
    version = os.path.realpath(python)
    own = ours.requirements()
    contents = ["venv", version, *tools, requirements, constraints, *own]
    return Plan(_USER, contents, build)


def _bare_environment(python: Path, folder: Path) -> list[str]:
    """Make an environment, and return the command that installs into it."""
    if find_spec("pip") is None:
        _run([str(python), "-m", "venv", str(folder)])
        return [str(folder / "bin" / "python"), "-m", "pip", "install", "--quiet"]
    # This program's own pip spares the seconds that another copy of it costs.
    _run([str(python), "-m", "venv", "--without-pip", str(folder)])
    there = ["--python", str(folder / "bin" / "python")]
    return [sys.executable, "-m", "pip", *there, "install", "--quiet"]


def _conda(model: Path, ours: Origin) -> Plan:
    description = _text(model / CONDA_FILE)
    if description is None:
        raise NotFound(f"The model at {model} has no {CONDA_FILE}.")
    program = conda.find_conda()
    if program is None:
        raise NotFound(
            "There is no `conda` on this machine; install it, or use --env-manager"
            " virtualenv or local."
        )

    def build(folder: Path) -> None:
        conda.create(_USER, program, folder, model / CONDA_FILE)
        pip = [str(folder / "bin" / "python"), "-m", "pip", "install", "--quiet"]
        _run([*pip, *ours.requirements()])

    requirements = _text(model / REQUIREMENTS_FILE) or ""
    own = ours.requirements()
    contents = ["conda", program, description, requirements, *own]
    return Plan(_USER, contents, build)


def _run(command: list[str]) -> None:
    building.run(_USER, command)


def _text(file: Path) -> str | None:
    return file.read_text(encoding="utf-8") if file.is_file() else None
