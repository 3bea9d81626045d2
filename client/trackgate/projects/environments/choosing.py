"""Which manager makes a project's environment."""

from __future__ import annotations

import logging

from trackgate.environments.conda import find_conda
from trackgate.errors import InvalidParameterValue
from trackgate.projects.jobs import EnvironmentManager
from trackgate.projects.specification import (
    CondaEnvironment,
    DockerEnvironment,
    Project,
    PythonEnvironment,
)

_log = logging.getLogger("trackgate")


def manager_for(
    project: Project, asked: EnvironmentManager | None
) -> EnvironmentManager:
    """The manager that is asked for, or that the project's files are for.

    A conda.yaml without a program of conda's is for `virtualenv`. A project that does
    not say what it needs runs where this program does: in an environment of its own,
    which would be empty, it could not even log.

    Raises InvalidParameterValue where the project has no file for that manager, or
    wants a container.
    """
    environment = project.environment
    if isinstance(environment, DockerEnvironment):
        raise InvalidParameterValue(f"{_named(project)} runs in a container only.")
    if asked == "conda" and not isinstance(environment, CondaEnvironment):
        raise InvalidParameterValue(
            f"{_named(project)} has no `conda_env`; run it with --env-manager"
            " virtualenv, uv or local."
        )
    if isinstance(environment, CondaEnvironment) and asked in (None, "conda"):
        return "conda" if find_conda() else "virtualenv"
    if asked is not None:
        return asked
    if isinstance(environment, PythonEnvironment) and environment.file is None:
        _log.warning(
            "%s does not say what it needs; it runs in this Python's own environment.",
            _named(project),
        )
        return "local"
    return "virtualenv"


def _named(project: Project) -> str:
    return f"The project {project.file or project.folder}"
