"""`trackgate db`: the database's schema, its snapshots, and the way back."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from trackgate_server.options import PLACES, chosen_settings, one_line_errors, options

if TYPE_CHECKING:
    from trackgate_server.store.database import Database

_PLACES = (*PLACES, "snapshots_dir")


@click.group()
def db() -> None:
    """Care for the database."""


@db.command()
@options(*_PLACES, "snapshot")
def upgrade(**given: Any) -> None:
    """Bring the database to this version's schema; only forward.

    A copy of the database as it was is kept.
    """
    from trackgate_server.store import migrate  # noqa: PLC0415 - heavy

    settings = chosen_settings(given)
    with one_line_errors():
        settings.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        database, done = migrate.open_upgraded(settings)
        database.close()
    click.echo(str(done))


@db.command()
@options(*_PLACES)
def snapshots(**given: Any) -> None:
    """List the copies that upgrades made, the newest first."""
    from trackgate_server.store.database import open_for  # noqa: PLC0415 - heavy

    settings = chosen_settings(given)
    with one_line_errors(), closing(open_for(settings, connections=1)) as database:
        found = database.snapshots(settings.snapshot_folder)
        listed = found.list()
    for one in listed:
        size = f"{one.size_bytes / 1_000_000:.1f} MB"
        note = "  replaced by a restore" if one.replaced else ""
        click.echo(f"{one.path}  schema {one.revision}  {one.time}  {size}{note}")
    if not listed:
        click.echo(f"There are no snapshots in {found.folder}.", err=True)


@db.command()
@click.argument("file", type=click.Path(path_type=Path))
@options(*_PLACES)
def backup(file: Path, **given: Any) -> None:
    """Copy the database, as it is now, to a new file; servers may be running.

    `trackgate db restore` puts it back.
    """
    from trackgate_server.store import migrate  # noqa: PLC0415 - heavy
    from trackgate_server.store.database import open_for  # noqa: PLC0415

    file = file.absolute()
    settings = chosen_settings(given)
    with one_line_errors(), closing(open_for(settings, connections=1)) as database:
        migrate.back_up(database, settings.snapshot_folder, file)
        _note_backup(database, file.name)
    click.echo(f"Copied the database to {file}.")


def _note_backup(database: Database, name: str) -> None:
    from trackgate_server.store import upkeep  # noqa: PLC0415 - heavy

    try:
        upkeep.note_backup(database, name)
    except Exception as error:
        # The copy is there. A replica, for one, can be copied and not written to.
        click.echo(f"That it was copied is noted nowhere: {error}", err=True)


@db.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--yes", is_flag=True, help="Do it without asking.")
@options(*_PLACES)
def restore(file: Path, yes: bool, **given: Any) -> None:
    """Put a snapshot in the database's place; every server must be stopped.

    The database as it is now is kept beside it.
    """
    from trackgate_server.store import migrate  # noqa: PLC0415 - heavy
    from trackgate_server.store.database import open_for  # noqa: PLC0415

    file = file.absolute()
    settings = chosen_settings(given)
    if not yes:
        click.confirm(
            f"Put {file} in the database's place? What was logged since is then gone"
            " from it.",
            abort=True,
        )
    with one_line_errors(), closing(open_for(settings, connections=1)) as database:
        kept = migrate.restore(database, settings.snapshot_folder, file)
    click.echo(f"Restored the database from {file}.")
    if kept is not None:
        click.echo(f"As it was it is kept in {kept}.")
