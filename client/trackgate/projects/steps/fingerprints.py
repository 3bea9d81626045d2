"""What the outputs of a step depend on, as one short text."""

from __future__ import annotations

import hashlib
from pathlib import Path

import msgspec

from trackgate.projects import commands
from trackgate.projects.specification import DockerEnvironment, Environment, Project
from trackgate.projects.steps import files
from trackgate.projects.steps.plans import Plan

# Raised where what follows means something else, so that every step is run again.
_VERSION = 1


def fingerprint(project: Project, plan: Plan) -> str:
    """The same for the same code, environment, command, parameters and inputs.

    plan  with the outputs of earlier steps as URIs: these count as the runs that made
          them, files of this machine by what is in them
    """
    depends = {
        "version": _VERSION,
        "command": plan.entry_point.command,
        "parameters": commands.checked(project, plan.entry_point, plan.given),
        "inputs": _local_inputs(project, plan),
        "code": files.digest(project.folder, plan.step.code),
        "environment": _environment(project.environment),
    }
    text = msgspec.json.encode(depends, order="deterministic")
    return hashlib.sha256(text).hexdigest()


def _local_inputs(project: Project, plan: Plan) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, parameter in plan.entry_point.parameters.items():
        local = commands.local_path(project, parameter, plan.given)
        if local is not None:
            found[name] = files.digest_of(local)
    return found


def _environment(environment: Environment) -> object:
    if not isinstance(environment, DockerEnvironment):
        return _digest(environment.file)
    return (
        environment.image,
        _digest(environment.build),
        environment.volumes,
        environment.environment,
    )


def _digest(path: Path | None) -> str | None:
    return None if path is None else files.digest_of(path)
