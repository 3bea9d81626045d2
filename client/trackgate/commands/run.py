"""`trackgate run …`, with the flags of `mlflow run …`."""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from trackgate.projects import running
from trackgate.projects.jobs import EnvironmentManager
from trackgate.serving.json_values import is_object

# As a shell says that Ctrl-C was the end.
_INTERRUPTED = 130


@click.command()
@click.argument("uri")
@click.option(
    "--entry-point", "-e", default="main", show_default=True, metavar="NAME",
    help="Entry point of the MLproject file, or a script (.py, .sh, .R).",
)  # fmt: skip
@click.option(
    "--version", "-v", metavar="VERSION",
    help="Branch, tag or commit, where the project is in Git.",
)  # fmt: skip
@click.option(
    "--param-list", "-P", multiple=True, metavar="NAME=VALUE",
    help="A parameter; may be given again. Those that the entry point does not know"
    " are passed on as --NAME VALUE.",
)  # fmt: skip
@click.option(
    "--docker-args", "-A", multiple=True, metavar="NAME[=VALUE]",
    help="An option of `docker run`; may be given again.",
)  # fmt: skip
@click.option(
    "--experiment-name", help="The experiment of the run; made if it does not exist."
)
@click.option("--experiment-id", help="Or its id.")
@click.option(
    "--backend", "-b", default="local", show_default=True,
    help="Where the program runs.",
)  # fmt: skip
@click.option(
    "--backend-config", "-c", metavar="FILE",
    help="The backend's settings: a .json file, or JSON.",
)  # fmt: skip
@click.option(
    "--env-manager", type=click.Choice(["local", "virtualenv", "uv", "conda"]),
    help="What makes the project's environment; else whatever the project asks for.",
)  # fmt: skip
@click.option(
    "--storage-dir", envvar="MLFLOW_TMP_DIR", type=click.Path(file_okay=False),
    help="Folder for what parameters of the type `path` download.",
)  # fmt: skip
@click.option("--run-id", help="Record it in this run instead of a new one.")
@click.option("--run-name", help="The run's name.")
@click.option(
    "--build-image/--skip-image-build", default=None,
    help="For containers: build an image anew, or take the project's image as it is."
    " Else one with the project's files is built, once.",
)  # fmt: skip
def run(
    uri: str,
    entry_point: str,
    version: str | None,
    param_list: tuple[str, ...],
    docker_args: tuple[str, ...],
    experiment_name: str | None,
    experiment_id: str | None,
    backend: str,
    backend_config: str | None,
    env_manager: EnvironmentManager | None,
    storage_dir: str | None,
    run_id: str | None,
    run_name: str | None,
    build_image: bool | None,
) -> None:
    """Run the project at URI, and record it.

    URI is a folder, a .zip (also on the web) or a Git repository (a path, file://,
    ssh://, https:// or USER@HOST:PATH); #FOLDER behind it names one within it.
    """
    with _told():
        try:
            running.run(
                uri,
                entry_point,
                version,
                parameters(param_list),
                _flags(docker_args),
                experiment_name,
                experiment_id,
                backend,
                _settings(backend_config),
                storage_dir,
                run_id=run_id,
                run_name=run_name,
                env_manager=env_manager,
                build_image=build_image,
            )
        except ImportError as error:
            raise click.ClickException(str(error)) from error
        except KeyboardInterrupt:
            click.get_current_context().exit(_INTERRUPTED)


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


def _flags(given: tuple[str, ...]) -> dict[str, str | bool]:
    found: dict[str, str | bool] = {}
    for one in given:
        name, equals, value = one.partition("=")
        if name in found:
            raise click.UsageError(f"The option {name!r} is given twice.")
        found[name] = value if equals else True
    return found


def _settings(given: str | None) -> Mapping[str, Any] | str | None:
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
def _told() -> Generator[None]:
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
