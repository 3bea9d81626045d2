"""Parameters of an entry point: checked, and put into its command."""

from __future__ import annotations

import atexit
import os
import re
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path

from trackgate import values as logged
from trackgate.errors import ExecutionException, InvalidParameterValue
from trackgate.models import fetching, uris
from trackgate.projects import quoting
from trackgate.projects.addresses import file_path
from trackgate.projects.jobs import Job
from trackgate.projects.sections import refusal
from trackgate.projects.specification import EntryPoint, Parameter, Project
from trackgate.projects.web_files import download_web_file

_INTEGER = re.compile(r"[+-]?\d+")
_URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:.+", re.DOTALL)
# A single letter is a drive.
_REMOTE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+:")


def checked(
    project: Project, entry_point: EntryPoint, given: Mapping[str, str]
) -> dict[str, str]:
    """All values: those of its parameters, defaults included, then the further ones.

    Raises ExecutionException naming file, entry point and parameter for a value that
    is missing or not of its type, a `path` that does not exist here, and a command
    that the values do not fit into. Nothing is downloaded.
    """
    known = entry_point.parameters
    missing = [one.name for one in known.values() if _value(one, given) is None]
    if missing:
        raise _refusal(
            project,
            entry_point,
            f"parameters.{missing[0]}",
            f"no value is given for {', '.join(missing)}, and there is no default.",
        )
    values = {name: _value(one, given) or "" for name, one in known.items()}
    for name, parameter in known.items():
        reason = _fault(parameter, values[name], local_path(project, parameter, given))
        if reason:
            raise _refusal(project, entry_point, f"parameters.{name}", reason)
    values |= {name: value for name, value in given.items() if name not in known}
    _check_storable(project, entry_point, values)
    _filled(project, entry_point, values)
    return values


def command(job: Job) -> str:
    """The job's command for `bash -c`; what its paths name is downloaded first.

    Raises what `checked` and the downloads do.
    """
    return filled(job, values(job))


def values(job: Job) -> dict[str, str]:
    """What goes into the job's command; what its paths name is downloaded first.

    Raises what `checked` and the downloads do.
    """
    found = checked(job.project, job.entry_point, job.parameters)
    for number, parameter in enumerate(job.entry_point.parameters.values()):
        if parameter.type == "path":
            local = local_path(job.project, parameter, job.parameters)
            name = parameter.name
            found[name] = str(local or _download(job, found[name], number))
    return found


def filled(job: Job, values: Mapping[str, str]) -> str:
    """The job's command with these values in it."""
    return _filled(job.project, job.entry_point, values)


def with_absolute_paths(
    project: Project, entry_point: EntryPoint, given: Mapping[str, str]
) -> dict[str, str]:
    """The values as given, but that files are found from any folder of this machine."""
    found = dict(given)
    for name, parameter in entry_point.parameters.items():
        local = local_path(project, parameter, given)
        if name in given and local is not None:
            found[name] = str(local)
    return found


def _value(parameter: Parameter, given: Mapping[str, str]) -> str | None:
    return given.get(parameter.name, parameter.default)


def _fault(parameter: Parameter, value: str, local: Path | None) -> str | None:
    """What is wrong with a value, as a sentence."""
    if parameter.type == "int" and not _INTEGER.fullmatch(value):
        return f"{value!r} is not a whole number."
    if parameter.type == "float" and not _is_number(value):
        return f"{value!r} is not a number."
    if parameter.type == "uri" and not _URI.fullmatch(value):
        return f"{value!r} is not a URI, such as https://HOST/PATH."
    if local is not None and not os.path.exists(local):
        return f"there is no file or folder {value!r}."
    return None


def _is_number(value: str) -> bool:
    try:
        float(value)
    except ValueError:
        return False
    return True


def local_path(
    project: Project, parameter: Parameter, given: Mapping[str, str]
) -> Path | None:
    """The place on this machine that a `path` names; None for other URIs and types.

    What is given is relative to where we are, as MLflow's is; a default is first looked
    for in the project, whose file it stands in.
    """
    value = _value(parameter, given)
    if parameter.type != "path" or value is None:
        return None
    if value.startswith("file:"):
        return file_path(value)
    if _REMOTE.match(value):
        return None
    in_project = project.folder / value
    if parameter.name not in given and os.path.exists(in_project):
        return in_project.absolute()
    return Path(value).absolute()


def _download(job: Job, uri: str, number: int) -> Path:
    """Bring what a URI names to a folder of its own; MLflow's is called the same."""
    storage = Path(tempfile.mkdtemp(prefix="paths-", dir=job.options.storage_dir))
    if job.options.storage_dir is None:
        # Python waits for its threads, which wait for the program, before it does this.
        atexit.register(shutil.rmtree, storage, ignore_errors=True)
    folder = storage / f"param_{number}"
    folder.mkdir()
    if uri.startswith(("http:", "https:")):
        return download_web_file(uri, folder)
    return fetching.download(uris.resolve(uri, job.client), folder, job.client)


def _filled(
    project: Project, entry_point: EntryPoint, values: Mapping[str, str]
) -> str:
    known = entry_point.parameters
    further = {name: value for name, value in values.items() if name not in known}
    try:
        filled = quoting.fill(
            entry_point.command, {name: values[name] for name in known}
        )
        return quoting.append(filled, further) if further else filled
    except ValueError as error:
        raise _refusal(project, entry_point, "command", str(error)) from None


def _check_storable(
    project: Project, entry_point: EntryPoint, values: Mapping[str, str]
) -> None:
    """No name that the server refuses, and nothing that no program can be given."""
    for name, value in values.items():
        field = f"parameters.{name}"
        try:
            logged.param(name, value)
        except InvalidParameterValue as error:
            raise _refusal(project, entry_point, field, error.message) from None
        if "\0" in value:
            raise _refusal(project, entry_point, field, "its value has a NUL in it.")


def _refusal(
    project: Project, entry_point: EntryPoint, field: str, reason: str
) -> ExecutionException:
    file = project.file or project.folder
    return refusal(file, field, reason, f"entry point {entry_point.name!r}")
