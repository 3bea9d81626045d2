"""`trackgate artifacts …`, with the flags of `mlflow artifacts …`."""

from __future__ import annotations

import json

import click
import msgspec

from trackgate import artifacts as public
from trackgate.fluent import session

_RUN = click.option("--run-id", "-r", required=True, help="The run's id.")
_FOLDER = click.option(
    "--artifact-path", "-a", help="Folder among the run's artifacts; else their top."
)


@click.group()
def artifacts() -> None:
    """Upload, list and download artifacts."""


@artifacts.command("log-artifact")
@click.option("--local-file", "-l", required=True, help="The file to upload.")
@_RUN
@_FOLDER
def log_artifact(local_file: str, run_id: str, artifact_path: str | None) -> None:
    """Upload a file."""
    session.client().log_artifact(run_id, local_file, artifact_path)
    click.echo(f"Logged {local_file} to run {run_id}.")


@artifacts.command("log-artifacts")
@click.option("--local-dir", "-l", required=True, help="The folder to upload.")
@_RUN
@_FOLDER
def log_artifacts(local_dir: str, run_id: str, artifact_path: str | None) -> None:
    """Upload all that is in a folder."""
    session.client().log_artifacts(run_id, local_dir, artifact_path)
    click.echo(f"Logged what is in {local_dir} to run {run_id}.")


@artifacts.command("list")
@_RUN
@_FOLDER
def list_artifacts(run_id: str, artifact_path: str | None) -> None:
    """List a folder of a run's artifacts, as JSON."""
    found = session.client().list_artifacts(run_id, artifact_path)
    click.echo(json.dumps(msgspec.to_builtins(found)))


@artifacts.command()
@click.option("--run-id", "-r", help="The run's id.")
@click.option(
    "--artifact-path", "-a", help="File or folder among the run's artifacts; else all."
)
@click.option("--artifact-uri", "-u", help="Or its URI, such as runs:/RUN/PATH.")
@click.option("--dst-path", "-d", help="Folder to download to; else a temporary one.")
def download(
    run_id: str | None,
    artifact_path: str | None,
    artifact_uri: str | None,
    dst_path: str | None,
) -> None:
    """Download a file or a folder, and print where it is."""
    if artifact_uri is not None:
        run_id = artifact_path = None
    elif run_id is None:
        raise click.UsageError("Give either --run-id or --artifact-uri.")
    where = public.download_artifacts(artifact_uri, run_id, artifact_path, dst_path)
    click.echo(where)
