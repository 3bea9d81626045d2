"""`trackgate models …`: what the registry holds, and who moved what."""

from __future__ import annotations

import click


@click.command("list")
def list_models() -> None:
    """List the registered models."""
    raise click.ClickException("Not there yet.")


@click.command()
@click.argument("name")
def versions(name: str) -> None:
    """List the versions of a model, the newest first."""
    raise click.ClickException("Not there yet.")


@click.command()
@click.argument("name")
def history(name: str) -> None:
    """Show who moved which version to which stage or alias, and when."""
    raise click.ClickException("Not there yet.")


@click.command()
@click.argument("uri")
@click.argument("name")
def register(uri: str, name: str) -> None:
    """Make a version of a model from what a URI names."""
    raise click.ClickException("Not there yet.")


@click.command()
@click.argument("name")
@click.argument("version")
@click.argument("stage")
def transition(name: str, version: str, stage: str) -> None:
    """Move a version to a stage."""
    raise click.ClickException("Not there yet.")


@click.group()
def alias() -> None:
    """Names that point at one version."""


@click.command()
@click.argument("uri")
@click.argument("dst", required=False)
def download(uri: str, dst: str | None) -> None:
    """Download a model, check its files, and print where it is."""
    raise click.ClickException("Not there yet.")
