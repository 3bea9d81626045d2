"""Environments of models: built once for the same needs, and kept.

One folder for each, named by a hash of all that goes into it. A file in it says that
it is whole; without that file it is removed and built again.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import logging
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Literal

from trackgate.errors import InvalidState, NotFound
from trackgate.models.environment import CONDA_FILE, CONSTRAINTS_FILE, REQUIREMENTS_FILE
from trackgate.serving.interpreters import (
    find_python,
    python_environment,
    wanted_python,
)
from trackgate.serving.launching import models_environment
from trackgate.serving.own_distribution import Origin, origin

EnvironmentManager = Literal["local", "virtualenv", "conda"]

_WHOLE = "whole"
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Plan:
    """How an environment is made, and all that it depends on."""

    contents: Sequence[str]
    build: Callable[[Path], None]

    @property
    def key(self) -> str:
        text = json.dumps(self.contents)
        return hashlib.sha256(text.encode()).hexdigest()[:32]


def ensure(model: Path, manager: EnvironmentManager, cache: Path) -> Path:
    """The interpreter of a model's own environment, which is built if need be.

    model  its folder
    cache  folder of all environments, made for the owner only

    Raises NotFound where `conda` is missing or the model does not say what it needs,
    and InvalidState where something cannot be installed; pip has said what.
    """
    ours = origin()
    plan = _virtualenv(model, ours) if manager == "virtualenv" else _conda(model, ours)
    cache.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder = cache / plan.key
    with _locked(cache / f"{plan.key}.lock"):
        if not (folder / _WHOLE).exists():
            _build(plan, folder)
    return folder / "bin" / "python"


def default_cache(home: Path) -> Path:
    """Where environments are kept unless a setting says otherwise."""
    return home / ".cache" / "trackgate" / "environments"


def _build(plan: _Plan, folder: Path) -> None:
    if folder.exists():
        _log.warning("The environment %s was not finished; it is built again.", folder)
        shutil.rmtree(folder)
    _log.warning("Building the model's environment, this once, in %s", folder)
    try:
        plan.build(folder)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    (folder / _WHOLE).touch()


def _virtualenv(model: Path, ours: Origin) -> _Plan:
    requirements = _text(model / REQUIREMENTS_FILE)
    if requirements is None:
        raise NotFound(
            f"The model at {model} has no {REQUIREMENTS_FILE}; serve it with"
            " --env-manager local."
        )
    python, warning = find_python(wanted_python(model))
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
    return _Plan(["venv", version, *tools, requirements, constraints, *own], build)


def _bare_environment(python: Path, folder: Path) -> list[str]:
    """Make an environment, and return the command that installs into it."""
    if find_spec("pip") is None:
        _run([str(python), "-m", "venv", str(folder)])
        return [str(folder / "bin" / "python"), "-m", "pip", "install", "--quiet"]
    # This program's own pip spares the seconds that another copy of it costs.
    _run([str(python), "-m", "venv", "--without-pip", str(folder)])
    there = ["--python", str(folder / "bin" / "python")]
    return [sys.executable, "-m", "pip", *there, "install", "--quiet"]


def _conda(model: Path, ours: Origin) -> _Plan:
    description = _text(model / CONDA_FILE)
    if description is None:
        raise NotFound(f"The model at {model} has no {CONDA_FILE}.")
    program = os.environ.get("CONDA_EXE") or shutil.which("conda")
    if program is None:
        raise NotFound(
            "There is no `conda` on this machine; install it, or use --env-manager"
            " virtualenv or local."
        )

    def build(folder: Path) -> None:
        file = str(model / CONDA_FILE)
        _run([program, "env", "create", "--quiet", "-p", str(folder), "-f", file])
        pip = [str(folder / "bin" / "python"), "-m", "pip", "install", "--quiet"]
        _run([*pip, *ours.requirements()])

    requirements = _text(model / REQUIREMENTS_FILE) or ""
    own = ours.requirements()
    return _Plan(["conda", program, description, requirements, *own], build)


def _run(command: Sequence[str]) -> None:
    """Run a step; what it says goes to standard error."""
    # Whatever a package's set-up runs gets no more of ours than a model does.
    environment = models_environment(os.environ)
    pip = {name: os.environ[name] for name in os.environ if name.startswith("PIP_")}
    done = subprocess.run(  # noqa: S603 - our own commands
        command,
        env={**environment, **pip},
        stdin=subprocess.DEVNULL,
        stdout=2,
        check=False,
    )
    if done.returncode != 0:
        raise InvalidState(
            f"The model's environment cannot be built: {' '.join(command)} ended with"
            f" code {done.returncode}."
        )


@contextmanager
def _locked(path: Path) -> Generator[None]:
    """One builder at a time; another waits for it."""
    with path.open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _text(file: Path) -> str | None:
    return file.read_text(encoding="utf-8") if file.is_file() else None
