"""The two databases behind one door: `read`, `write`, `alone`, `close`."""

from __future__ import annotations

from abc import ABC, abstractmethod
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, inspect, text
from sqlalchemy.engine import URL, Engine, make_url
from sqlalchemy.exc import ArgumentError

from trackgate_server.settings import Settings
from trackgate_server.store.names import Names
from trackgate_server.store.transaction import ItemT, Job, Joint, Kind, ResultT

if TYPE_CHECKING:
    from trackgate_server.store.snapshots import Snapshots


class DatabaseRefused(Exception):
    """The database is left as it was; the message says why and what helps."""


class Database(ABC):
    """Where everything but artifacts' bytes is kept.

    `read` and `write` run a job in a transaction of its own; when `write` returns,
    what the job wrote is on disk, all of it. Both raise TemporarilyUnavailable when
    the database cannot be reached or is full; nothing is then half-written.
    """

    kind: Kind
    engine: Engine
    names: Names

    @abstractmethod
    def read(self, job: Job[ResultT]) -> ResultT:
        """Run a job that changes nothing.

        On SQLite it sees one state; on PostgreSQL each statement sees what was
        committed when it began, so what must fit together is one statement.
        """

    @abstractmethod
    def write(self, job: Job[ResultT], *, single: bool = False) -> ResultT:
        """Run a job that changes something.

        single  the job sends one changing statement that may be sent twice; it then
                needs no transaction around it
        """

    def write_jointly(
        self, joint: Joint[ItemT, ResultT], item: ItemT, alone: Job[ResultT]
    ) -> ResultT:
        """Have `joint` done for an item and for those of others who wait just then.

        alone  does the same for this item only, as a `single` job of `write`: where
               nothing is gained by joining, and where `joint` leaves the item out or
               fails, so that each caller gets its own error
        """
        del joint, item
        return self.write(alone, single=True)

    @abstractmethod
    def alone(self) -> AbstractContextManager[Connection]:
        """A connection while no other process migrates or restores.

        Waits for its turn, however long. Raises DatabaseRefused or
        TemporarilyUnavailable where the database cannot be opened.
        """

    @abstractmethod
    def snapshots(self, folder: Path) -> Snapshots:
        """Its snapshots.

        folder  where those of PostgreSQL are; those of SQLite lie beside its file
        """

    @abstractmethod
    def close(self) -> None:
        """Give all connections back."""


def schema_of(connection: Connection) -> str | None:
    """The migration the database stands at, or None if it is empty."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    found: str | None = connection.execute(
        text("SELECT version_num FROM alembic_version")
    ).scalar()
    return found


def open_for(settings: Settings, *, connections: int) -> Database:
    """Open the database of these settings; errors as `open_database`."""
    return open_database(
        settings.database_uri,
        connections=connections,
        password_file=settings.backend_store_password_file,
    )


def open_database(
    uri: str, *, connections: int = 8, password_file: str = ""
) -> Database:
    """Open the database that a backend store URI names, without touching it yet.

    uri            `sqlite:////path/to/file` or `postgresql://user@host/name`
    connections    how many threads will use it at once
    password_file  holds the password in its first line; for a URI without one

    Raises ValueError, which never shows a password.
    """
    url = _parsed(uri)
    backend = url.get_backend_name()
    if backend == "sqlite":
        return _open_sqlite(url, connections)
    if backend == "postgresql":
        file = Path(password_file) if password_file else None
        return _open_postgresql(url, connections, file)
    raise ValueError(
        f"Backend store {backend!r} is not supported; use sqlite:///… or"
        " postgresql://…."
    )


def _open_sqlite(url: URL, connections: int) -> Database:
    # Only what is needed is imported: the drivers cost memory in every worker.
    from trackgate_server.store.sqlite import SqliteDatabase  # noqa: PLC0415

    if not url.database:
        raise ValueError(
            "A SQLite backend store URI needs a file, as in"
            " sqlite:////var/lib/trackgate/tracking.db."
        )
    return SqliteDatabase(Path(url.database), connections)


def _open_postgresql(url: URL, connections: int, password: Path | None) -> Database:
    from trackgate_server.store.postgresql import PostgresqlDatabase  # noqa: PLC0415

    return PostgresqlDatabase(url, connections, password)


def _parsed(uri: str) -> URL:
    """Raises ValueError without a word of the URI: it may hold a password."""
    try:
        url = make_url(uri)
    except (ArgumentError, ValueError):
        raise ValueError(
            "The backend store URI cannot be understood; it should look like"
            " sqlite:////path/to/file or postgresql://user@host:5432/name."
        ) from None
    if url.host is not None and "@" in url.host:
        raise ValueError(
            "The password in the backend store URI holds an @; write it as %40, or"
            " give the password by --backend-store-password-file."
        )
    return url
