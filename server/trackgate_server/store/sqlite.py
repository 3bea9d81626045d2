"""SQLite: a file with a write-ahead log, each commit of which is durable."""

from __future__ import annotations

import fcntl
import os
import sqlite3
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, create_engine, event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import QueuePool
from trackgate_wire.errors import TemporarilyUnavailable

from trackgate_server.store.database import Database, DatabaseRefused
from trackgate_server.store.names import Names
from trackgate_server.store.sqlite_writer import Writer, transaction_on
from trackgate_server.store.transaction import Job, ResultT

if TYPE_CHECKING:
    from trackgate_server.store.snapshots import Snapshots

_BUSY_TIMEOUT_MS = 30_000
_SHUT_TIMEOUT_S = 1


class SqliteDatabase(Database):
    """A single file, its write-ahead log and its writers' lock beside it."""

    kind = "sqlite"

    def __init__(self, path: Path, connections: int) -> None:
        self.path = path
        self.names = Names()
        self.engine = create_engine(
            f"sqlite:///{path}",
            poolclass=QueuePool,
            pool_size=connections,
            # Each connection has a page cache; that of the last one used is warmest.
            pool_use_lifo=True,
            connect_args={"check_same_thread": False, "isolation_level": None},
        )
        event.listen(self.engine, "connect", _prepare)
        self._writer = Writer(self.engine, Path(f"{path}-writer"))

    def read(self, job: Job[ResultT]) -> ResultT:
        with _answerable(), self.engine.connect() as connection:
            db = transaction_on(connection)
            with connection.begin():
                db.driver.execute("BEGIN")
                result = job(db)
            db.committed()
            return result

    def write(self, job: Job[ResultT], *, single: bool = False) -> ResultT:
        del single  # every write shares a transaction here
        with _answerable():
            return self._writer.write(job)

    @contextmanager
    def alone(self) -> Generator[Connection]:
        with (
            self._migration_lock(),
            _answerable(),
            self.engine.connect() as connection,
        ):
            yield connection

    @contextmanager
    def shut(self) -> Generator[sqlite3.Connection | None]:
        """Keep every process out, for whoever puts another file in this one's place.

        Gives the only connection there is, or None while there is no file. The
        database is a single file meanwhile, all of its log in it. Processes that
        start wait: each begins with a migration or a write. Raises DatabaseRefused
        where one has the file open.
        """
        with self._migration_lock(), self._writer.turn(), self._held() as holder:
            yield holder

    def snapshots(self, folder: Path) -> Snapshots:
        # Hardly ever needed, and cares for other programs too.
        from trackgate_server.store.sqlite_snapshots import (  # noqa: PLC0415
            SqliteSnapshots,
        )

        del folder  # beside the file, as its log
        return SqliteSnapshots(self)

    def close(self) -> None:
        self._writer.close()
        self.engine.dispose()

    @contextmanager
    def _migration_lock(self) -> Generator[None]:
        path = f"{self.path}-migration"
        try:
            file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise DatabaseRefused(
                f"The database {self.path} cannot be opened: {error.strerror}."
            ) from error
        try:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield
        finally:
            os.close(file)

    @contextmanager
    def _held(self) -> Generator[sqlite3.Connection | None]:
        if not self.path.exists():
            yield None
            return
        holder = sqlite3.connect(
            self.path, isolation_level=None, timeout=_SHUT_TIMEOUT_S
        )
        try:
            _hold(holder, self.path)
            yield holder
        finally:
            holder.close()


def _prepare(connection: sqlite3.Connection, _: object) -> None:
    for pragma in (
        "journal_mode=WAL",
        # NORMAL would be faster and could lose the last commits in a power cut.
        "synchronous=FULL",
        "foreign_keys=ON",
        "case_sensitive_like=ON",
        "temp_store=MEMORY",
        f"busy_timeout={_BUSY_TIMEOUT_MS}",
    ):
        connection.execute(f"PRAGMA {pragma}")
    # SQLite's own lower() knows ASCII only.
    connection.create_function("lower", 1, _lower, deterministic=True)


def _hold(holder: sqlite3.Connection, path: Path) -> None:
    """Leave write-ahead logging, which only the last open connection can do."""
    try:
        holder.execute("PRAGMA locking_mode=EXCLUSIVE")
        holder.execute("PRAGMA journal_mode=DELETE")
        # A journal left by a crash here would be taken for the new file's.
        holder.execute("PRAGMA journal_mode=MEMORY")
        holder.execute("BEGIN EXCLUSIVE")
    except sqlite3.DatabaseError as error:
        if "locked" in str(error):
            raise DatabaseRefused(
                f"{path} is in use: stop the server, and every command that reads or"
                " writes it, first."
            ) from error
        raise DatabaseRefused(
            f"{path} cannot be opened ({error}). Move it away, with the -wal and -shm"
            " beside it; then a snapshot can take its place."
        ) from error


def _lower(text: str | None) -> str | None:
    return None if text is None else text.lower()


@contextmanager
def _answerable() -> Generator[None]:
    """Turn the driver's troubles with file and disk into an answer to retry on."""
    try:
        yield
    except (sqlite3.OperationalError, DBAPIError) as error:
        cause = error.orig if isinstance(error, DBAPIError) else error
        if not isinstance(cause, sqlite3.OperationalError):
            raise
        reason = str(cause)
        if not any(sign in reason for sign in ("full", "locked", "disk I/O", "open")):
            raise
        raise TemporarilyUnavailable(
            f"The database cannot take this now ({reason}); nothing was stored."
            " Try again later; an admin should look at the disk's free space."
        ) from error
