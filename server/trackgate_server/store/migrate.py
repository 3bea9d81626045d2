"""Bringing a database to the schema this version needs, and back by a snapshot."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from trackgate_server.settings import Settings
from trackgate_server.store.database import (
    Database,
    DatabaseRefused,
    open_for,
    schema_of,
)

if TYPE_CHECKING:
    from trackgate_server.store.snapshots import Snapshot, Snapshots

_log = logging.getLogger(__name__)

# The newest migration; kept here so that a start with nothing to do needs no Alembic.
HEAD = "0005"

_MIGRATIONS = Path(__file__).parent / "migrations"


class SchemaTooNew(DatabaseRefused):
    """The database was upgraded by a newer version of Trackgate."""


@dataclass(frozen=True, slots=True)
class Upgrade:
    """What an upgrade found and did; its text tells an admin.

    before    the schema the database was at; None if it was empty
    snapshot  the database as it was
    """

    before: str | None
    snapshot: Path | None = None

    @property
    def changed(self) -> bool:
        """Whether there was anything to do."""
        return self.before != HEAD

    def __str__(self) -> str:
        if not self.changed:
            return f"The database is at schema {HEAD} already."
        said = f"Upgraded the database from {self.before or 'nothing'} to {HEAD}"
        if self.snapshot is not None:
            return f"{said}; as it was it is kept in {self.snapshot}."
        return f"{said}." if self.before is None else f"{said}, without a snapshot."


def open_upgraded(settings: Settings) -> tuple[Database, Upgrade]:
    """Open the database of these settings for one thread, at this version's schema.

    Raises ValueError for wrong settings, and as `upgrade`.
    """
    database = open_for(settings, connections=1)
    try:
        done = upgrade(
            database, settings.snapshot_folder, take_snapshot=settings.snapshot
        )
    except BaseException:
        database.close()
        raise
    return database, done


def upgrade(
    database: Database, folder: Path | None = None, *, take_snapshot: bool = True
) -> Upgrade:
    """Run the migrations that are missing, one process at a time.

    Either all missing migrations are applied or none. A database that is not empty
    is copied first.

    folder  of PostgreSQL's snapshots; without one none are taken, of no database

    Raises SchemaTooNew where this version is the older one, DatabaseRefused where
    a snapshot or a migration fails, TemporarilyUnavailable where the database is down.
    """
    with database.alone() as connection:
        before = schema_of(connection)
        if before == HEAD:
            return Upgrade(before)
        connection.rollback()
        snapshots = None if folder is None else database.snapshots(folder)
        if before is not None and before not in known_revisions():
            raise _too_new(before, snapshots)
        kept = None
        if before is not None and snapshots is not None and take_snapshot:
            _log.info("Copying the database, at schema %s, to upgrade it.", before)
            kept = snapshots.take(connection, before)
        _migrate(database, connection)
        return Upgrade(before, kept)


def back_up(database: Database, folder: Path, file: Path) -> None:
    """Copy the database to a new file, while others may use it.

    folder  of PostgreSQL's snapshots

    Raises DatabaseRefused where there is no database, or where it cannot be copied.
    """
    with database.alone() as connection:
        if schema_of(connection) is None:
            raise DatabaseRefused(
                "There is no database yet: is TRACKGATE_BACKEND_STORE_URI"
                " (--backend-store-uri) the one the server has?"
            )
        connection.rollback()
        database.snapshots(folder).take_to(connection, file)


def restore(database: Database, folder: Path, file: Path) -> Path | None:
    """Put a snapshot in the database's place; where the present one is kept, if any.

    Raises DatabaseRefused, with nothing changed, where the file is no snapshot of a
    schema this version knows or where others use the database.
    """
    snapshots = database.snapshots(folder)
    revision = snapshots.revision_in(file)
    if revision not in known_revisions():
        raise DatabaseRefused(
            f"{file} is at schema {revision}, which is newer than this version of"
            f" Trackgate knows ({HEAD}). Restore it with the newer version."
        )
    return snapshots.put_back(file)


def known_revisions() -> set[str]:
    """The schemas this version can upgrade from, and its own."""
    from alembic.script import ScriptDirectory  # noqa: PLC0415 - see _migrate

    scripts = ScriptDirectory(str(_MIGRATIONS))
    return {script.revision for script in scripts.walk_revisions()}


def _migrate(database: Database, connection: Connection) -> None:
    """All that is missing, in one transaction; raises DatabaseRefused."""
    # Imported only where there is something to do: it costs 0.2 s and 15 MB.
    from alembic import command  # noqa: PLC0415
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    try:
        with connection.begin():
            if database.kind == "sqlite":
                connection.execute(text("BEGIN IMMEDIATE"))
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
    except DBAPIError as error:
        raise _failed(error) from error


def _failed(error: DBAPIError) -> DatabaseRefused:
    reason = str(error.orig).strip().partition("\n")[0]
    return DatabaseRefused(
        f"The upgrade to schema {HEAD} failed ({reason}); it was undone, and the"
        " database is as it was."
    )


def _too_new(revision: str, snapshots: Snapshots | None) -> SchemaTooNew:
    way_back = _newest_known(snapshots)
    if way_back is None:
        hint = "restore a backup that was made before the upgrade"
    else:
        hint = (
            f"go back by `trackgate db restore {way_back.path}`, which undoes"
            f" everything logged since {way_back.time}"
        )
    return SchemaTooNew(
        f"The database is at schema {revision}, which is newer than this version of"
        f" Trackgate knows ({HEAD}). Install the newer version again, or {hint}."
    )


def _newest_known(snapshots: Snapshots | None) -> Snapshot | None:
    if snapshots is None:
        return None
    known = known_revisions()
    fitting = (
        one for one in snapshots.list() if one.revision in known and not one.replaced
    )
    return next(fitting, None)
