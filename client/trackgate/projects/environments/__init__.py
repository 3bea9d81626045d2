"""Environments of projects: what their files ask for, and nothing of ours."""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from trackgate.environments import cache as environments
from trackgate.environments import conda
from trackgate.environments.cache import Plan
from trackgate.errors import NotFound
from trackgate.projects.environments import needs, requirements, virtual
from trackgate.projects.environments.choosing import manager_for
from trackgate.projects.jobs import EnvironmentManager
from trackgate.projects.specification import (
    CondaEnvironment,
    Project,
    PythonEnvironment,
)

_log = logging.getLogger("trackgate")
# As `conda activate` does after it has set the variables.
_CONDA_SCRIPTS = (
    'for script in "$CONDA_PREFIX"/etc/conda/activate.d/*.sh;'
    ' do if [ -r "$script" ]; then . "$script"; fi; done'
)


@dataclass(frozen=True, slots=True)
class Prepared:
    """An environment that is there.

    manager     that has made it
    variables   what a program in it has beside those it inherits
    activation  a command for the shell before the program's own; "" for none
    """

    manager: EnvironmentManager
    variables: Mapping[str, str] = field(default_factory=dict[str, str])
    activation: str = ""

    def over(self, inherited: Mapping[str, str]) -> dict[str, str]:
        """All variables of a program in it."""
        # It would have another Python take this one's library.
        kept = {name: inherited[name] for name in inherited if name != "PYTHONHOME"}
        return {**kept, **self.variables}

    def shell(self, command: str) -> list[str]:
        """The program that runs a shell's command in it; MLflow's shell is bash."""
        lines = [self.activation, command] if self.activation else [command]
        return ["bash", "-c", "\n".join(lines)]


def ensure(
    project: Project, manager: EnvironmentManager | None, cache: Path
) -> Prepared:
    """A project's environment, which is built unless it was before.

    manager  None: whatever the project asks for
    cache    folder of all environments, made for the owner only

    Raises InvalidParameterValue where the project's files are wrong or not for that
    manager, NotFound where a program is missing, and InvalidState where something
    cannot be installed; its installer has said what.
    """
    chosen = manager_for(project, manager)
    if chosen == "local":
        return Prepared(chosen, _variables_here())
    if chosen == "conda" and isinstance(project.environment, CondaEnvironment):
        folder = environments.ensure(_conda(project.environment.file), cache)
        variables = {"CONDA_PREFIX": str(folder), "CONDA_DEFAULT_ENV": str(folder)}
        found = {**variables, **_path(folder / "bin")}
        return Prepared(chosen, found, _CONDA_SCRIPTS)
    plan = virtual.plan(
        _needs(project, manager), "uv" if chosen == "uv" else "virtualenv"
    )
    folder = environments.ensure(plan, cache)
    return Prepared(chosen, {"VIRTUAL_ENV": str(folder), **_path(folder / "bin")})


def _needs(project: Project, asked: EnvironmentManager | None) -> needs.Needs:
    environment = project.environment
    if isinstance(environment, CondaEnvironment):
        found = needs.of_conda(environment.file)
        _warn_of_pip_only(environment.file, found, asked)
        return found
    if isinstance(environment, PythonEnvironment) and environment.file is not None:
        return needs.of_python_env(environment.file, project.folder)
    return needs.Needs(project.folder)


def _warn_of_pip_only(
    file: Path, found: needs.Needs, asked: EnvironmentManager | None
) -> None:
    left_out = ", ".join(found.left_out)
    if asked in (None, "conda"):
        rest = f" without {left_out}, which only conda can install" if left_out else ""
        _log.warning(
            "There is no conda on this machine; the pip part of %s goes into a virtual"
            " environment%s.",
            file,
            rest,
        )
    elif left_out:
        _log.warning("Only conda can install %s of %s; left out.", left_out, file)


def _conda(file: Path) -> Plan:
    program = conda.find_conda()
    if program is None:
        raise NotFound("There is no `conda` on this machine.")
    lines = needs.of_conda(file).packages

    def build(folder: Path) -> None:
        conda.create(virtual.USER, program, folder, file)

    named = requirements.contents(lines, file.parent)
    contents = ["conda", program, file.read_text(encoding="utf-8"), *named]
    return Plan(virtual.USER, contents, build)


def _variables_here() -> dict[str, str]:
    """Of this program's own environment, which may not have been activated."""
    if sys.prefix == sys.base_prefix:
        return {}
    return {"VIRTUAL_ENV": sys.prefix, **_path(Path(sys.prefix) / "bin")}


def _path(first: Path) -> dict[str, str]:
    return {"PATH": os.pathsep.join([str(first), os.environ.get("PATH", os.defpath)])}
