"""Snapshots of a SQLite database: copies of its file, beside it."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Generator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import cast

from sqlalchemy import Connection

from trackgate_server.store.database import DatabaseRefused
from trackgate_server.store.snapshots import Snapshots, sync
from trackgate_server.store.sqlite import SqliteDatabase


class SqliteSnapshots(Snapshots):
    """`tracking.db.at-0001-20250102T030405Z` beside `tracking.db`."""

    def __init__(self, database: SqliteDatabase) -> None:
        self._database = database
        self._path = database.path.resolve()
        super().__init__(self._path.parent, self._path.name, "")

    def write(self, connection: Connection, file: Path) -> None:
        source = connection.connection.driver_connection
        try:
            _copy(cast(sqlite3.Connection, source), file)
        except sqlite3.Error as error:
            raise DatabaseRefused(
                f"The database cannot be copied to {file.parent} ({error}), so nothing"
                " was changed. Make room there, or set TRACKGATE_SNAPSHOT=no"
                " (--no-snapshot) if there is a backup of your own."
            ) from error

    def revision_in(self, file: Path) -> str:
        with _refusing(file), _readable(file) as source:
            return _revision(source)

    def put_back(self, file: Path) -> Path | None:
        if self._path.exists() and file.samefile(self._path):
            raise DatabaseRefused(f"{file} is the database itself.")
        with self._database.shut() as present:
            partial = self.new_partial(self._path)
            try:
                with _refusing(file), _readable(file) as source:
                    _copy(source, partial)
                    _check(partial)
                kept = self._keep(present)
                self.finish(partial, self._path)
            except OSError as error:
                raise DatabaseRefused(
                    f"{self._path} cannot be replaced: {error.strerror}. Nothing was"
                    " changed."
                ) from error
            finally:
                partial.unlink(missing_ok=True)
        return kept

    def _keep(self, present: sqlite3.Connection | None) -> Path | None:
        """A second name for the present file, so that it never is without one."""
        if present is None:
            return None
        kept = self.new_path(_revision(present), "replaced")
        os.link(self._path, kept)
        sync(self.folder)
        for ending in ("-wal", "-shm"):
            # All of the log is in the file by now.
            self._path.with_name(self._path.name + ending).unlink(missing_ok=True)
        return kept


def _copy(source: sqlite3.Connection, file: Path) -> None:
    """One state of the database, what is in its log included, as a single file."""
    with closing(sqlite3.connect(file, isolation_level=None)) as target:
        # Nothing to go back to, and synced once at the end.
        target.execute("PRAGMA journal_mode=OFF")
        target.execute("PRAGMA synchronous=OFF")
        source.backup(target)
        # Otherwise opening it would make files beside it.
        target.execute("PRAGMA journal_mode=DELETE")


def _check(file: Path) -> None:
    """Raises DatabaseError where a copy cannot be relied on."""
    with closing(sqlite3.connect(file)) as copy:
        found: str = copy.execute("PRAGMA quick_check(1)").fetchone()[0]
    if found != "ok":
        raise sqlite3.DatabaseError(found)


def _revision(connection: sqlite3.Connection) -> str:
    found: str = connection.execute(
        "SELECT version_num FROM alembic_version"
    ).fetchone()[0]
    return found


@contextmanager
def _readable(file: Path) -> Generator[sqlite3.Connection]:
    address = f"{file.absolute().as_uri()}?mode=ro"
    with closing(sqlite3.connect(address, uri=True)) as connection:
        yield connection


@contextmanager
def _refusing(file: Path) -> Generator[None]:
    try:
        yield
    except (sqlite3.Error, TypeError) as error:
        raise DatabaseRefused(
            f"{file} cannot be put in the database's place ({error}). Nothing was"
            " changed; `trackgate db snapshots` lists what can."
        ) from error
