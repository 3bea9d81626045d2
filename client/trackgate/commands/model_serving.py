"""`trackgate models serve|predict|prepare-env|generate-dockerfile|build-docker`."""

from __future__ import annotations

import ipaddress
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from trackgate.environments.cache import chosen_cache
from trackgate.serving import dockerfile, environments, images, launching
from trackgate.serving.environments import EnvironmentManager

_Command = TypeVar("_Command", bound=Callable[..., Any])

_MODEL = click.option(
    "--model-uri",
    "-m",
    required=True,
    help="The model: models:/NAME/VERSION, models:/NAME@ALIAS, runs:/RUN/PATH, a path…",
)


_BASE_IMAGE = click.option(
    "--base-image",
    help="Image to begin with; else the slim one of the model's Python version.",
)


def _environment(*, default: str) -> Callable[[_Command], _Command]:
    return click.option(
        "--env-manager",
        type=click.Choice(["local", "virtualenv", "conda"]),
        default=default,
        show_default=True,
        help="Where the model runs: in this environment, or in one of its own.",
    )


@click.command(context_settings={"help_option_names": ["--help"]})
@_MODEL
@click.option("--port", "-p", default=5000, show_default=True, help="Port.")
@click.option("--host", "-h", default="127.0.0.1", show_default=True, help="Address.")
@click.option(
    "--socket",
    type=click.Path(path_type=Path),
    help="Listen on a unix socket at this path instead.",
)
@click.option(
    "--workers", "-w", type=click.IntRange(1), default=1, show_default=True,
    help="Processes, each with the model in its memory.",
)  # fmt: skip
@click.option(
    "--threads", type=click.IntRange(1), default=4, show_default=True,
    help="Requests that one process computes at the same time.",
)  # fmt: skip
@click.option(
    "--timeout", "-t", type=click.FloatRange(0, min_open=True), default=60.0,
    show_default=True, help="Seconds; a slower request is cut off with 504.",
)  # fmt: skip
@click.option(
    "--max-body-mb", type=click.IntRange(1), default=64, show_default=True,
    help="MiB; larger requests are refused with 413.",
)  # fmt: skip
@_environment(default="local")
def serve(
    model_uri: str,
    port: int,
    host: str,
    socket: Path | None,
    workers: int,
    threads: int,
    timeout: float,
    max_body_mb: int,
    env_manager: EnvironmentManager,
) -> None:
    """Serve a model: POST /invocations, GET /ping, /health and /version."""
    if socket is None and not _is_loopback(host):
        click.echo(
            f"Whoever reaches {host}:{port} may call the model: nothing here asks for"
            " a password. `trackgate up --serve` does.",
            err=True,
        )
    options = {
        **{"host": host, "port": port, "socket": socket, "workers": workers},
        **{"threads": threads, "timeout_s": timeout, "max_body_mib": max_body_mb},
    }
    _hand_over(model_uri, env_manager, "serve", options)


@click.command()
@_MODEL
@click.option("--input-path", "-i", help="File of the input; else standard input.")
@click.option("--output-path", "-o", help="File of the answer; else standard output.")
@click.option(
    "--content-type", "-t", type=click.Choice(["json", "csv", "parquet"]),
    default="json", show_default=True, help="What the input is.",
)  # fmt: skip
@_environment(default="local")
def predict(
    model_uri: str,
    input_path: str | None,
    output_path: str | None,
    content_type: str,
    env_manager: EnvironmentManager,
) -> None:
    """Predict a file, as the server would answer it."""
    options = {
        "content_type": content_type,
        "source": _file(input_path),
        "target": _file(output_path),
    }
    _hand_over(model_uri, env_manager, "predict", options)


@click.command("prepare-env")
@_MODEL
@_environment(default="virtualenv")
def prepare_env(model_uri: str, env_manager: EnvironmentManager) -> None:
    """Build a model's environment, so that it is there; print its interpreter."""
    model = launching.fetch_model(model_uri)
    try:
        click.echo(_interpreter(model.folder, env_manager))
    finally:
        model.discard()


@click.command("generate-dockerfile")
@_MODEL
@click.option(
    "--output-directory", "-d", default="trackgate-dockerfile", show_default=True,
    type=click.Path(file_okay=False, path_type=Path), help="A new or empty folder.",
)  # fmt: skip
@_BASE_IMAGE
def generate_dockerfile(
    model_uri: str, output_directory: Path, base_image: str | None
) -> None:
    """Write a Dockerfile, and all it copies, for an image that serves a model."""
    model = launching.fetch_model(model_uri)
    try:
        dockerfile.generate(model.folder, output_directory, base_image)
    finally:
        model.discard()
    click.echo(f"Build it with: docker build -t NAME {output_directory}")


@click.command("build-docker")
@_MODEL
@click.option("--name", "-n", required=True, help="Name of the image.")
@_BASE_IMAGE
def build_docker(model_uri: str, name: str, base_image: str | None) -> None:
    """Build an image that serves a model."""
    with tempfile.TemporaryDirectory(prefix="trackgate-image-") as scratch:
        folder = Path(scratch) / "context"
        model = launching.fetch_model(model_uri)
        try:
            dockerfile.generate(model.folder, folder, base_image)
        finally:
            model.discard()
        images.build(folder, name)
    click.echo(f"Built {name}; run it with: docker run -p 8080:8080 {name}")


def _hand_over(
    uri: str, manager: EnvironmentManager, job: str, options: dict[str, Any]
) -> None:
    """Become the process that holds the model."""
    model = launching.fetch_model(uri)
    try:
        python = _interpreter(model.folder, manager)
        options |= {"model": model.folder, "owned": model.scratch}
        launching.become(python, job, options)
    except BaseException:
        model.discard()
        raise


def _interpreter(model: Path, manager: EnvironmentManager) -> Path:
    if manager == "local":
        return Path(sys.executable)
    return environments.ensure(model, manager, chosen_cache())


def _file(given: str | None) -> Path | None:
    return None if given in (None, "-") else Path(str(given)).absolute()


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False
