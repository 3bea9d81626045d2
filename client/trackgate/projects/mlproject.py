"""Reads what a folder says of itself as a project: its MLproject file, or none.

The format is MLflow's ("MLflow Projects", "MLproject file"). Fields that are not known
are passed over, as MLflow does.
"""

from __future__ import annotations

import json
import logging
import os
import shlex
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, get_args

from trackgate.errors import ExecutionException
from trackgate.models.libraries import load
from trackgate.projects.sections import Section
from trackgate.projects.specification import (
    CondaEnvironment,
    DockerEnvironment,
    EntryPoint,
    Environment,
    Parameter,
    ParameterType,
    Project,
    PythonEnvironment,
)
from trackgate.projects.steps import reading
from trackgate.serving.json_values import is_list, is_object, shown

_FILE = "mlproject"
_ENVIRONMENTS = ("python_env", "conda_env", "docker_env")
_PYTHON_FILE = "python_env.yaml"
_CONDA_FILE = "conda.yaml"
_TYPES: dict[str, ParameterType] = {one: one for one in get_args(ParameterType)}
_log = logging.getLogger(__name__)


def read(folder: Path) -> Project:
    """The project in a folder, which need not have a file that describes it.

    Raises ExecutionException naming the file, the entry point and the field, and
    ImportError where there is a file and no PyYAML.
    """
    file = _find(folder)
    if file is None:
        return Project(folder, _undeclared_environment(folder))
    top = Section(file, _load(file))
    project = Project(
        folder,
        _environment(folder, top),
        file=file,
        name=top.text("name"),
        entry_points={
            name: _entry_point(name, section)
            for name, section in top.parts("entry_points", "entry point")
        },
    )
    find = partial(find_entry_point, project)
    return replace(project, steps=reading.read(top, find))


def find_entry_point(project: Project, name: str) -> EntryPoint:
    """An entry point of the project's file, or a script of its folder.

    Scripts are `.py`, `.sh` and `.R`. Raises ExecutionException naming what there is.
    """
    if name in project.entry_points:
        return project.entry_points[name]
    interpreter = _interpreter(name)
    if interpreter is not None and (project.folder / name).is_file():
        # Its name is no template.
        command = interpreter.replace("{", "{{").replace("}", "}}")
        return EntryPoint(name, command)
    known = ", ".join(map(repr, project.entry_points)) or "none"
    raise ExecutionException(
        f"{project.file or project.folder} has no entry point {name!r}, and it is no"
        f" script (.py, .sh, .R) of that folder. Its entry points: {known}."
    )


def _find(folder: Path) -> Path | None:
    """The file, whatever the case of its name."""
    found = [
        one
        for one in sorted(folder.iterdir())
        if one.name.lower() == _FILE and one.is_file()
    ]
    return found[0] if found else None


def _load(file: Path) -> dict[str, Any]:
    yaml = load("yaml", extra="projects")
    try:
        found = yaml.safe_load(file.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        reason = " ".join(str(error).split())
        raise ExecutionException(f"{file} is not YAML in UTF-8: {reason}") from None
    if found is None:
        return {}
    if not is_object(found):
        raise ExecutionException(f"{file} has no mapping but {shown(found)}.")
    return found


def _environment(folder: Path, top: Section) -> Environment:
    named = [field for field in _ENVIRONMENTS if top.fields.get(field)]
    if len(named) > 1:
        raise ExecutionException(
            f"{top.file} has the fields {' and '.join(named)}; a project has one"
            " environment."
        )
    if not named:
        return _undeclared_environment(folder)
    if named == ["docker_env"]:
        return _docker(folder, top.section("docker_env"))
    file = folder / (top.text(named[0]) or "")
    if not file.is_file():
        raise top.refusal(named[0], f"there is no file {file}.")
    return (
        PythonEnvironment(file) if named == ["python_env"] else CondaEnvironment(file)
    )


def _undeclared_environment(folder: Path) -> Environment:
    """What a project has that names none: MLflow's two default files, or nothing."""
    if (folder / _PYTHON_FILE).is_file():
        return PythonEnvironment(folder / _PYTHON_FILE)
    if (folder / _CONDA_FILE).is_file():
        return CondaEnvironment(folder / _CONDA_FILE)
    return PythonEnvironment()


def _docker(folder: Path, section: Section) -> DockerEnvironment:
    image = section.text("image")
    build = section.text("build")
    if (image is None) == (build is None):
        raise section.refusal("image", "give either `image` or `build`.")
    if build is not None and not (folder / build / "Dockerfile").is_file():
        raise section.refusal("build", f"there is no Dockerfile in {folder / build}.")
    return DockerEnvironment(
        image=image,
        build=None if build is None else folder / build,
        volumes=section.texts("volumes"),
        environment=tuple(
            _variable(section, one) for one in section.list("environment")
        ),
    )


def _variable(section: Section, given: Any) -> str | tuple[str, str]:
    if isinstance(given, str):
        return given
    if is_list(given) and len(given) == 2:
        return str(given[0]), str(given[1])
    raise section.refusal(
        "environment",
        f"{shown(given)} is neither a variable's name, whose value is taken from here,"
        " nor a list of a name and a value.",
    )


def _entry_point(name: str, section: Section) -> EntryPoint:
    command = section.text("command")
    if command is None:
        raise section.refusal("command", "it is missing.")
    parameters = section.section("parameters")
    return EntryPoint(
        name,
        command,
        {str(key): _parameter(key, parameters) for key in parameters.fields},
    )


def _parameter(name: str, parameters: Section) -> Parameter:
    """A parameter: its type alone, or a mapping of type and default."""
    given = parameters.fields[name]
    if given is None or isinstance(given, str):
        return Parameter(str(name), _type(parameters, name, given))
    found = parameters.section(name)
    default = found.fields.get("default")
    kind = _type(found, "type", found.text("type"))
    return Parameter(str(name), kind, None if default is None else str(default))


def _type(section: Section, field: str, given: str | None) -> ParameterType:
    if given is None:
        return "string"
    if given not in _TYPES:
        # MLflow takes any word, and checks nothing then.
        warning = section.refusal(
            field,
            f"the type {given!r} is not known, so values are not checked; there are"
            f" {', '.join(_TYPES)}.",
        )
        _log.warning("%s", warning)
    return _TYPES.get(given, "string")


def _interpreter(script: str) -> str | None:
    """The command that runs a script, without parameters; None for other names."""
    # Not an option, whatever its name begins with.
    path = f"./{script}" if script.startswith("-") else script
    suffix = Path(script).suffix
    if suffix == ".py":
        return f"python {shlex.quote(path)}"
    if suffix == ".sh":
        return f"{shlex.quote(os.environ.get('SHELL', 'bash'))} {shlex.quote(path)}"
    if suffix == ".R":
        call = f"mlflow::mlflow_source({json.dumps(path)})"
        return f"Rscript -e {shlex.quote(call)} --args"
    return None
