"""What a project says of itself: name, environment, entry points, steps.

Values only. `mlproject.py` reads them from a folder, `commands.py` makes the command
of an entry point from them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

ParameterType = Literal["string", "float", "int", "path", "uri"]


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter of an entry point.

    default  as text; None where a value has to be given
    """

    name: str
    type: ParameterType = "string"
    default: str | None = None


@dataclass(frozen=True, slots=True)
class EntryPoint:
    """A command that a project offers.

    command  for a shell, with a `{name}` for each parameter
    """

    name: str
    command: str
    parameters: Mapping[str, Parameter] = field(default_factory=dict[str, Parameter])


@dataclass(frozen=True, slots=True)
class PythonEnvironment:
    """A virtual environment.

    file  the python_env.yaml; None where the project does not say what it needs
    """

    file: Path | None = None


@dataclass(frozen=True, slots=True)
class CondaEnvironment:
    """What a conda.yaml describes."""

    file: Path


@dataclass(frozen=True, slots=True)
class DockerEnvironment:
    """A container.

    image        to run in, or to build upon
    build        folder with a Dockerfile of the project's own, instead of an image
    volumes      as `docker run --volume` takes them
    environment  names to copy from here, and pairs of names and values to set
    """

    image: str | None = None
    build: Path | None = None
    volumes: tuple[str, ...] = ()
    environment: tuple[str | tuple[str, str], ...] = ()


Environment = PythonEnvironment | CondaEnvironment | DockerEnvironment


@dataclass(frozen=True, slots=True)
class Step:
    """One part of a pipeline.

    needs    names of the steps that have to be done before
    outputs  paths in the run's artifacts that later steps may use
    code     files and folders of the project that it is made of; all, where none are
             named
    cache    whether an earlier run may stand for it
    """

    name: str
    entry_point: str
    parameters: Mapping[str, str] = field(default_factory=dict[str, str])
    needs: tuple[str, ...] = ()
    outputs: tuple[str, ...] = ()
    code: tuple[str, ...] = ()
    cache: bool = True


@dataclass(frozen=True, slots=True)
class Project:
    """A folder, and what its MLproject file says; `file` is None without one."""

    folder: Path
    environment: Environment
    file: Path | None = None
    name: str | None = None
    entry_points: Mapping[str, EntryPoint] = field(
        default_factory=dict[str, EntryPoint]
    )
    steps: Mapping[str, Step] = field(default_factory=dict[str, Step])
