"""`trackgate models …`: what the registry holds, and who moved what."""

from __future__ import annotations

import json

import click
import msgspec

from trackgate.commands import table
from trackgate.entities import PagedList
from trackgate.entities.model_registry import ModelMove, ModelVersion, RegisteredModel
from trackgate.fluent import registry, session
from trackgate.models import fetching

_JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON instead.")
_COMMENT = click.option("--comment", default="", help="Kept in the model's history.")


@click.command("list")
@click.option(
    "--filter", "filter_string", help="Which ones, such as \"name LIKE 'x%'\"."
)
@_JSON
def list_models(filter_string: str | None, as_json: bool) -> None:
    """List the registered models."""
    found = registry.search_registered_models(filter_string=filter_string)
    if as_json:
        _print_json([one.to_dictionary() for one in found])
    else:
        table.show(["Name", "Newest versions", "Aliases"], [*map(_row, found)])


@click.command()
@click.argument("name")
@_JSON
def versions(name: str, as_json: bool) -> None:
    """List the versions of a model, the newest first."""
    session.client().get_registered_model(name)
    found = registry.search_model_versions(filter_string=_only(name))
    found.sort(key=lambda one: -int(one.version))
    if as_json:
        _print_json([one.to_dictionary() for one in found])
    else:
        headers = ["Version", "Stage", "Aliases", "Date", "By", "Run", "Source"]
        table.show(headers, [*map(_version_row, found)])


@click.command()
@click.argument("name")
@_JSON
def history(name: str, as_json: bool) -> None:
    """Show who moved which version to which stage or alias, the newest first."""
    client = session.client()
    moves: list[ModelMove] = []
    page: PagedList[ModelMove] | None = None
    while page is None or page.token:
        token = page.token if page else None
        page = client.get_model_history(name, page_token=token)
        moves.extend(page)
    if as_json:
        _print_json(msgspec.to_builtins(moves))
    else:
        headers = ["Date", "By", "Version", "Moved", "Comment"]
        table.show(headers, [*map(_move_row, moves)])


@click.command()
@click.argument("uri")
@click.argument("name")
def register(uri: str, name: str) -> None:
    """Make the next version of the model NAME from what URI names."""
    made = registry.register_model(uri, name)
    click.echo(f"Registered version {made.version} of {made.name}.")


@click.command()
@click.argument("name")
@click.argument("version")
@click.argument("stage")
@click.option("--archive-existing", is_flag=True, help="Archive what else is in it.")
@_COMMENT
def transition(
    name: str, version: str, stage: str, archive_existing: bool, comment: str
) -> None:
    """Move a version to a stage: None, Staging, Production or Archived."""
    moved = session.client().transition_model_version_stage(
        name, version, stage, archive_existing, comment
    )
    click.echo(f"Version {moved.version} of {moved.name} is in {moved.current_stage}.")


@click.group()
def alias() -> None:
    """Names that point at one version of a model."""


@alias.command("set")
@click.argument("name")
@click.argument("alias")
@click.argument("version")
@_COMMENT
def set_alias(name: str, alias: str, version: str, comment: str) -> None:
    """Point an alias at a version."""
    session.client().set_registered_model_alias(name, alias, version, comment)
    click.echo(f"models:/{name}@{alias} is version {version} now.")


@alias.command("delete")
@click.argument("name")
@click.argument("alias")
@_COMMENT
def delete_alias(name: str, alias: str, comment: str) -> None:
    """Remove an alias; the version stays."""
    session.client().delete_registered_model_alias(name, alias, comment)
    click.echo(f"{name} has no alias {alias} now.")


@click.command()
@click.argument("uri")
@click.argument("dst", required=False)
def download(uri: str, dst: str | None) -> None:
    """Download a model to DST, compare its checksums, and print where it is."""
    try:
        click.echo(fetching.fetch(uri, dst))
    except ImportError as error:
        raise click.ClickException(str(error)) from error


def _only(name: str) -> str:
    quote = '"' if "'" in name else "'"
    return f"name = {quote}{name}{quote}"


def _row(model: RegisteredModel) -> list[str]:
    newest = sorted(model.latest_versions, key=lambda one: -int(one.version))
    stages = [f"{one.version} ({one.current_stage})" for one in newest]
    aliases = [f"{alias}={version}" for alias, version in model.aliases.items()]
    return [model.name, ", ".join(stages), ", ".join(sorted(aliases))]


def _version_row(version: ModelVersion) -> list[str]:
    return [
        version.version,
        version.current_stage,
        ", ".join(version.aliases),
        table.local_time(version.creation_timestamp),
        version.user_id or "",
        version.run_id or "",
        version.source,
    ]


def _move_row(move: ModelMove) -> list[str]:
    what = f"alias {move.alias}" if move.alias else move.kind
    moved = f"{what}: {move.before or '-'} -> {move.after or '-'}"
    date = table.local_time(move.timestamp)
    return [date, move.user_id, move.version, moved, move.comment]


def _print_json(value: object) -> None:
    click.echo(json.dumps(value, indent=2))
