"""Commands of the server: `trackgate server`, `trackgate db`, `trackgate gc`."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from trackgate_server.ownership import become_owner
from trackgate_server.settings import (
    Settings,
    from_environment,
    remembering,
    with_public_path,
)

CommandT = TypeVar("CommandT", bound=Callable[..., Any])

_SHARED = ("data_dir", "backend_store_uri", "artifacts_destination")


def _options(*names: str) -> Callable[[CommandT], CommandT]:
    """Flags for settings, so that names, defaults and meanings stand in one place."""

    def decorate(command: CommandT) -> CommandT:
        for item in reversed(dataclasses.fields(Settings)):
            if names and item.name not in names:
                continue
            flag = "--" + item.name.replace("_", "-")
            default: object = item.default
            kind: type[object] = type(default)
            meaning = item.metadata["meaning"]
            if kind is bool:
                flag = f"{flag}/--no-{flag.removeprefix('--')}"
            shape = (
                click.Path(path_type=Path) if isinstance(item.default, Path) else kind
            )
            option = click.option(
                flag, item.name, type=shape, default=None, help=meaning
            )
            command = option(command)
        return command

    return decorate


def _settings(given: dict[str, Any]) -> Settings:
    """Flags over environment over defaults; from here on as the data's owner."""
    chosen = {name: value for name, value in given.items() if value is not None}
    try:
        settings = dataclasses.replace(from_environment(), **chosen)
        settings = with_public_path(settings)
        become_owner(settings.data_dir)
        return remembering(settings)
    except ValueError as error:
        raise click.ClickException(str(error)) from error


@click.command()
@_options()
def server(**given: Any) -> None:
    """Run the bare tracking server, without the proxy.

    It listens on loopback only, where everybody is taken for an admin, unless a
    socket (--socket) or a key (--proxy-key-file) protects it. `trackgate up` runs it
    together with the proxy.
    """
    from trackgate_server import serve  # noqa: PLC0415 - heavy

    settings = _settings(given)
    try:
        serve.check_address(settings)
        if not settings.behind_proxy:
            click.echo(
                f"Bare server on http://{settings.host}:{settings.port}: loopback only,"
                " no passwords, everybody is admin.",
                err=True,
            )
        serve.run(settings)
    except (serve.UnsafeAddress, ValueError) as error:
        raise click.ClickException(str(error)) from error


@click.group()
def db() -> None:
    """Care for the database."""


@db.command()
@_options(*_SHARED)
def upgrade(**given: Any) -> None:
    """Bring the database to this version's schema; only forward."""
    from trackgate_server.store import migrate  # noqa: PLC0415 - heavy
    from trackgate_server.store.database import open_database  # noqa: PLC0415

    settings = _settings(given)
    settings.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    database = open_database(settings.database_uri, connections=1)
    try:
        before = migrate.upgrade(database)
    except migrate.SchemaTooNew as error:
        raise click.ClickException(str(error)) from error
    finally:
        database.close()
    if before == migrate.HEAD:
        click.echo(f"The database is at schema {migrate.HEAD} already.")
    else:
        click.echo(
            f"Upgraded the database from {before or 'nothing'} to {migrate.HEAD}."
        )


@click.command()
@_options(*_SHARED)
@click.option("--older-than", default="0d", help="Deleted so long ago: 30d, 12h, 90m.")
@click.option("--run-ids", default="", help="Only these deleted runs, by commas.")
@click.option("--experiment-ids", default="", help="Only these deleted experiments.")
@click.option("--logged-model-ids", default="", help="Only these deleted models.")
def gc(
    older_than: str,
    run_ids: str,
    experiment_ids: str,
    logged_model_ids: str,
    **given: Any,
) -> None:
    """Remove for good what was deleted: rows and artifacts."""
    from trackgate_wire.server import Purge  # noqa: PLC0415 - heavy

    from trackgate_server.http.app import start_services  # noqa: PLC0415
    from trackgate_server.operations.purging import purge  # noqa: PLC0415

    request = Purge(
        run_ids=_listed(run_ids),
        experiment_ids=_listed(experiment_ids),
        logged_model_ids=_listed(logged_model_ids),
        older_than_s=_seconds(older_than),
    )
    services = start_services(_settings(given))
    try:
        now_ms = time.time_ns() // 1_000_000
        gone = purge(services, request, by="(command line)", now_ms=now_ms)
    finally:
        services.database.close()
    click.echo(
        f"Purged {len(gone.run_ids)} runs, {len(gone.logged_model_ids)} logged models"
        f" and {len(gone.experiment_ids)} experiments."
    )


def _listed(text: str) -> list[str]:
    return [item for item in text.split(",") if item]


def _seconds(text: str) -> int:
    """Seconds in such as `1d2h30m5s`; raises click.BadParameter."""
    units = {"d": 86_400, "h": 3_600, "m": 60, "s": 1}
    total, digits = 0, ""
    for letter in text:
        if letter.isdigit():
            digits += letter
        elif letter in units and digits:
            total, digits = total + int(digits) * units[letter], ""
        else:
            raise click.BadParameter(f"{text!r} is no duration such as 30d or 12h30m.")
    if digits:
        raise click.BadParameter(f"{text!r} lacks a unit: d, h, m or s.")
    return total
