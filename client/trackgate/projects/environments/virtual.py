"""Virtual environments of projects, made with Python's own tools or with uv."""

from __future__ import annotations

import logging
import os
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from trackgate.environments import building
from trackgate.environments.cache import Plan
from trackgate.environments.interpreters import find_python
from trackgate.errors import NotFound
from trackgate.projects.environments import requirements
from trackgate.projects.environments.needs import Needs

USER = "project"
_log = logging.getLogger("trackgate")


@dataclass(frozen=True, slots=True)
class _Tool:
    """The commands of a program that makes virtual environments.

    make     begins the one that makes the environment in the folder that follows
    install  begins the one that installs into the environment in a folder
    """

    make: list[str]
    install: Callable[[Path], list[str]]


def plan(needs: Needs, manager: Literal["virtualenv", "uv"]) -> Plan:
    """How to make one with all that a project needs, and pip.

    Nothing of ours is installed in it. Raises NotFound where there is no `uv`.
    """
    python = _python(needs)
    tool = _pip(python) if manager == "virtualenv" else _uv(python)
    groups = [needs.tools, needs.packages]

    def build(folder: Path) -> None:
        building.run(USER, [*tool.make, str(folder)])
        for number, lines in enumerate(groups):
            if lines:
                file = folder / f"requirements-{number}.txt"
                text = "\n".join(requirements.absolute(lines, needs.folder))
                file.write_text(f"{text}\n", encoding="utf-8")
                command = [*tool.install(folder), "-r", str(file)]
                building.run(USER, command, needs.folder)

    contents = [manager, os.path.realpath(python)]
    for lines in groups:
        contents += ["then", *requirements.contents(lines, needs.folder)]
    return Plan(USER, contents, build)


def _python(needs: Needs) -> Path:
    python, why = find_python(needs.python)
    if why is not None:
        _log.warning("The project asks for Python %s, but %s.", needs.python, why)
    return python


def _pip(python: Path) -> _Tool:
    # A project may call pip, which must not be that of another environment.
    make = [str(python), "-m", "venv"]
    pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    return _Tool(make, lambda folder: [str(folder / "bin" / "python"), *pip])


def _uv(python: Path) -> _Tool:
    program = shutil.which("uv") or shutil.which("uv", path=Path(sys.executable).parent)
    if program is None:
        raise NotFound(
            "There is no `uv` on this machine; install it (pip install uv), or use"
            " --env-manager virtualenv."
        )
    make = [program, "venv", "--quiet", "--seed", "--no-python-downloads"]
    install = [program, "pip", "install", "--quiet", "--python"]
    return _Tool(
        [*make, "--python", str(python)],
        lambda folder: [*install, str(folder / "bin" / "python")],
    )
