"""What commands that run projects have in common: how they are told what to do, and
how they say what happens."""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import click

from trackgate.serving.json_values import is_object

# As a shell says that Ctrl-C was the end.
INTERRUPTED = 130

_Command = TypeVar("_Command", bound=Callable[..., Any])

# fmt: off
_HOW = (
    click.option(
        "--version", "-v", metavar="VERSION",
        help="Branch, tag or commit, where the project is in Git.",
    ),
    click.option(
        "--docker-args", "-A", multiple=True, metavar="NAME[=VALUE]",
        help="An option of `docker run`; may be given again.",
    ),
    click.option(
        "--backend-config", "-c", metavar="FILE",
        help="The backend's settings: a .json file, or JSON.",
    ),
    click.option(
        "--env-manager", type=click.Choice(["local", "virtualenv", "uv", "conda"]),
        help="What makes the project's environment; else whatever the project asks"
        " for.",
    ),
    click.option(
        "--storage-dir", envvar="MLFLOW_TMP_DIR", type=click.Path(file_okay=False),
        help="Folder for what parameters of the type `path` download.",
    ),
    click.option(
        "--build-image/--skip-image-build", default=None,
        help="For containers: build an image anew, or take the project's image as it"
        " is. Else one with the project's files is built, once.",
    ),
)
# fmt: on


def how_it_runs(command: _Command) -> _Command:
    """Adds the options that say how the programs of a project are run."""
    for option in reversed(_HOW):
        command = option(command)
    return command


def parameters(given: tuple[str, ...]) -> dict[str, str]:
    """`NAME=VALUE` for each parameter, each name once."""
    found: dict[str, str] = {}
    for one in given:
        name, equals, value = one.partition("=")
        if not equals or not name:
            raise click.UsageError(f"-P {one!r} is not NAME=VALUE.")
        if name in found:
            raise click.UsageError(f"The parameter {name!r} is given twice.")
        found[name] = value
    return found


def flags(given: tuple[str, ...]) -> dict[str, str | bool]:
    """`NAME=VALUE`, or `NAME` alone, for each option of `docker run`, each once."""
    found: dict[str, str | bool] = {}
    for one in given:
        name, equals, value = one.partition("=")
        if name in found:
            raise click.UsageError(f"The option {name!r} is given twice.")
        found[name] = value if equals else True
    return found


def settings(given: str | None) -> Mapping[str, Any] | str | None:
    """A backend's settings as JSON; the name of a file as it is."""
    if given is None or Path(given).suffix == ".json":
        return given
    try:
        found: object = json.loads(given)
    except ValueError as error:
        raise click.UsageError(
            f"--backend-config is neither a .json file nor JSON: {error}"
        ) from error
    if not is_object(found):
        raise click.UsageError("--backend-config is no JSON object.")
    return found


@contextmanager
def told() -> Generator[None]:
    """What happens to the run is said on standard error."""
    log = logging.getLogger("trackgate")
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(logging.Formatter("%(message)s"))
    before = log.level, log.propagate
    log.addHandler(handler)
    log.setLevel(logging.INFO)
    log.propagate = False
    try:
        yield
    finally:
        log.removeHandler(handler)
        log.level, log.propagate = before
