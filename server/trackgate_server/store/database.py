"""The two databases behind one door: `read`, `write`, `close`."""

from __future__ import annotations

from abc import ABC, abstractmethod
from pathlib import Path

from sqlalchemy.engine import Engine, make_url

from trackgate_server.store.names import Names
from trackgate_server.store.transaction import Job, Kind, ResultT


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

    @abstractmethod
    def close(self) -> None:
        """Give all connections back."""


def open_database(uri: str, *, connections: int = 8) -> Database:
    """Open the database that a backend store URI names, without touching it yet.

    uri          `sqlite:////path/to/file` or `postgresql://user@host/name`
    connections  how many threads will use it at once
    """
    url = make_url(uri)
    backend = url.get_backend_name()
    # Only what is needed is imported: the drivers cost memory in every worker.
    if backend == "sqlite":
        from trackgate_server.store.sqlite import SqliteDatabase  # noqa: PLC0415

        if not url.database:
            raise ValueError(
                "A SQLite backend store URI needs a file, as in"
                " sqlite:////var/lib/trackgate/tracking.db."
            )
        return SqliteDatabase(Path(url.database), connections)
    if backend == "postgresql":
        from trackgate_server.store.postgresql import (  # noqa: PLC0415
            PostgresqlDatabase,
        )

        return PostgresqlDatabase(url, connections)
    raise ValueError(
        f"Backend store {backend!r} is not supported; use sqlite:///… or"
        " postgresql://…."
    )
