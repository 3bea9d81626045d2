"""Bringing a database to the schema this version needs. Only forward."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, inspect, text

from trackgate_server.store.database import Database

# The newest migration; kept here so that a start with nothing to do needs no Alembic.
HEAD = "0002"

_MIGRATIONS = Path(__file__).parent / "migrations"
# Any number; all Trackgate servers on a PostgreSQL database must use the same.
_ADVISORY_LOCK = 7_204_481_532


class SchemaTooNew(Exception):
    """The database was upgraded by a newer version of Trackgate."""


def revision_of(database: Database) -> str | None:
    """The migration the database stands at, or None if it is empty."""
    with database.engine.connect() as connection:
        return _revision(connection)


def upgrade(database: Database) -> str | None:
    """Run the migrations that are missing, one process at a time.

    Returns the revision the database was at before. Either all missing migrations
    are applied or none. Raises SchemaTooNew where this version is the older one.
    """
    with _alone(database), database.engine.connect() as connection:
        before = _revision(connection)
        if before == HEAD:
            return before
        # Imported only where there is something to do: it costs 0.2 s and 15 MB.
        from alembic import command  # noqa: PLC0415
        from alembic.config import Config  # noqa: PLC0415
        from alembic.script import ScriptDirectory  # noqa: PLC0415

        config = Config()
        config.set_main_option("script_location", str(_MIGRATIONS))
        known = {
            script.revision
            for script in ScriptDirectory.from_config(config).walk_revisions()
        }
        if before is not None and before not in known:
            raise SchemaTooNew(
                f"The database is at schema {before}, which is newer than this version"
                f" of Trackgate knows ({HEAD}). Install the newer version again, or"
                " restore the backup that was made before the upgrade."
            )
        connection.rollback()
        with connection.begin():
            if database.kind == "sqlite":
                connection.execute(text("BEGIN IMMEDIATE"))
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
        return before


def _revision(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    found: str | None = connection.execute(
        text("SELECT version_num FROM alembic_version")
    ).scalar()
    return found


@contextmanager
def _alone(database: Database) -> Generator[None]:
    if database.kind == "postgresql":
        with database.engine.connect() as connection:
            lock = text("SELECT pg_advisory_lock(:key)")
            connection.execute(lock, {"key": _ADVISORY_LOCK})
            try:
                yield
            finally:
                unlock = text("SELECT pg_advisory_unlock(:key)")
                connection.execute(unlock, {"key": _ADVISORY_LOCK})
        return
    path = f"{database.engine.url.database}-migration"
    file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
    finally:
        os.close(file)
