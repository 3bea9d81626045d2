"""PostgreSQL through psycopg 3."""

from __future__ import annotations

import os
from collections.abc import Callable, Generator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import psycopg
from psycopg.conninfo import make_conninfo
from psycopg.pq import Conninfo
from sqlalchemy import URL, Connection, create_engine, event, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from trackgate_wire.errors import TemporarilyUnavailable

from trackgate_server.store.database import Database
from trackgate_server.store.gathering import Gathering, Take
from trackgate_server.store.names import Names
from trackgate_server.store.password_file import password_in
from trackgate_server.store.transaction import (
    Driver,
    ItemT,
    Job,
    Joint,
    ResultT,
    Transaction,
)

if TYPE_CHECKING:
    from trackgate_server.store.snapshots import Snapshots

_CONNECT_TIMEOUT_S = 5
_STATEMENT_TIMEOUT_MS = 60_000
# Compiling a search of many comparisons takes a hundred times as long as running it.
_OPTIONS = f"-c statement_timeout={_STATEMENT_TIMEOUT_MS} -c jit=off"
# Any number; all Trackgate servers on a database must use the same.
_ADVISORY_LOCK = 7_204_481_532

# An item, and the job that writes it alone.
_Given = tuple[Any, Job[Any]]


class PostgresqlDatabase(Database):
    """A server; connections are kept, and replaced when it was restarted.

    password_file  read again for every new connection, so that a changed password
                   counts without a restart; ignored where the URL has a password
    """

    kind = "postgresql"

    def __init__(
        self, url: URL, connections: int, password_file: Path | None = None
    ) -> None:
        self.names = Names()
        self._url = _with_password_hidden(url).set(drivername="postgresql+psycopg")
        self._password_file = None if self._url.password else password_file
        self.engine = create_engine(
            self._url,
            pool_size=connections,
            max_overflow=2,
            connect_args={
                "connect_timeout": _CONNECT_TIMEOUT_S,
                "application_name": "trackgate",
                "options": _OPTIONS,
            },
        )
        if self._password_file is not None:
            password_in(self._password_file)  # to be told of a wrong one at once
            event.listen(
                self.engine, "do_connect", _with_password_of(self._password_file)
            )
        self._gatherings: dict[Joint[Any, Any], Gathering[_Given]] = {}
        self._autocommit = self.engine.execution_options(isolation_level="AUTOCOMMIT")

    def read(self, job: Job[ResultT]) -> ResultT:
        return self._with_second_try(lambda: self._unguarded(job))

    def write(self, job: Job[ResultT], *, single: bool = False) -> ResultT:
        if single:
            return self._with_second_try(lambda: self._unguarded(job))
        return self._with_second_try(lambda: self._in_transaction(job))

    def write_jointly(
        self, joint: Joint[ItemT, ResultT], item: ItemT, alone: Job[ResultT]
    ) -> ResultT:
        done = self._gathering(joint).give((item, alone))
        return self.write(alone, single=True) if done is None else done[0]

    @contextmanager
    def alone(self) -> Generator[Connection]:
        try:
            connection = self.engine.connect()
        except DBAPIError as error:
            raise _unavailable(error) from error
        with connection:
            # Not for others afterwards: closing it sets the lock free.
            connection.detach()
            # Both waiting and a migration may take longer than a request's statement.
            connection.execute(text("SET statement_timeout = 0"))
            lock = text("SELECT pg_advisory_lock(:key)")
            connection.execute(lock, {"key": _ADVISORY_LOCK})
            connection.commit()
            yield connection

    def snapshots(self, folder: Path) -> Snapshots:
        # Hardly ever needed, and cares for other programs too.
        from trackgate_server.store.postgresql_snapshots import (  # noqa: PLC0415
            PostgresqlSnapshots,
        )

        return PostgresqlSnapshots(self, folder)

    def close(self) -> None:
        self.engine.dispose()

    def for_programs(self) -> tuple[str, dict[str, str]]:
        """How PostgreSQL's own programs reach it: connection string, environment.

        The password is in the environment only: anybody may read a command line.
        """
        _, given = self.engine.dialect.create_connect_args(self._url)
        password = given.pop("password", None)
        if self._password_file is not None:
            password = password_in(self._password_file)
        environment = {**os.environ, "PGCONNECT_TIMEOUT": str(_CONNECT_TIMEOUT_S)}
        if password:
            environment["PGPASSWORD"] = str(password)
        # Neither what the dialect tells psycopg alone nor what libpq shows as stars.
        open_words = {
            option.keyword.decode()
            for option in Conninfo.get_defaults()
            if option.dispchar != b"*"
        }
        words = {name: value for name, value in given.items() if name in open_words}
        return make_conninfo(**words), environment

    def _gathering(self, joint: Joint[Any, Any]) -> Gathering[_Given]:
        found = self._gatherings.get(joint)
        if found is None:
            work = partial(self._write_group, joint)
            # Of two threads that come first, one's is kept.
            found = self._gatherings.setdefault(joint, Gathering(work))
        return found

    def _write_group(self, joint: Joint[Any, Any], take: Take[_Given]) -> None:
        """Each one's result becomes a tuple of it, or None to be tried alone."""
        group = take()
        if len(group) == 1:
            _, alone = group[0].item
            group[0].result = (self.write(alone, single=True),)
            return
        items = [item for item, _ in (entry.item for entry in group)]
        try:
            results = self.write(lambda db: joint(db, items), single=True)
        except TemporarilyUnavailable:
            raise
        except Exception:
            # One item may be what the database or its driver refuses; which one
            # shows when each is tried alone, and so does every other error.
            return
        for entry, result in zip(group, results, strict=True):
            entry.result = None if result is None else (result,)

    def _unguarded(self, job: Job[ResultT]) -> ResultT:
        with self._autocommit.connect() as connection:
            db = _transaction(connection)
            result = _watched(connection, lambda: job(db))
            db.committed()
            return result

    def _in_transaction(self, job: Job[ResultT]) -> ResultT:
        with self.engine.connect() as connection:
            db = _transaction(connection)
            transaction = connection.begin()
            try:
                result = _watched(connection, lambda: job(db))
            except BaseException:
                if not connection.invalidated:
                    transaction.rollback()
                raise
            try:
                transaction.commit()
            except (psycopg.OperationalError, DBAPIError) as error:
                # Whether it was stored is not known, so it is not tried again here.
                raise _unavailable(error) from error
            db.committed()
            return result

    def _with_second_try(self, attempt: Callable[[], ResultT]) -> ResultT:
        """A kept connection may have died since its last use; a fresh one decides."""
        try:
            return attempt()
        except _ConnectionLost:
            pass
        except (psycopg.OperationalError, DBAPIError, PoolTimeout) as error:
            if not _is_outage(error):
                raise
        try:
            return attempt()
        except _ConnectionLost as error:
            raise _unavailable(error.__cause__ or error) from error
        except (psycopg.OperationalError, DBAPIError, PoolTimeout) as error:
            if not _is_outage(error):
                raise
            raise _unavailable(error) from error


def _with_password_of(file: Path) -> Callable[..., None]:
    """A listener of SQLAlchemy's event "do_connect", which opens a connection."""

    def add(dialect: object, record: object, words: object, given: Any) -> None:
        del dialect, record, words
        try:
            given["password"] = password_in(file)
        except ValueError as error:
            # As if the server had refused, which it would without a password.
            raise psycopg.OperationalError(str(error)) from error

    return add


def _with_password_hidden(url: URL) -> URL:
    """A password among the parameters, put where no text of the URL shows it."""
    password = url.query.get("password")
    if not isinstance(password, str):
        return url
    return url.difference_update_query(["password"]).set(password=password)


class _ConnectionLost(Exception):
    """The connection broke before its transaction was committed."""


def _watched(connection: Connection, work: Callable[[], ResultT]) -> ResultT:
    try:
        return work()
    except (psycopg.OperationalError, psycopg.InterfaceError, DBAPIError) as error:
        # SQLAlchemy hands out no driver's connection that it has found lost itself.
        if not connection.invalidated:
            driver = cast(psycopg.Connection, connection.connection.driver_connection)
            if not driver.closed:
                raise
            connection.invalidate()
        raise _ConnectionLost from error


def _is_outage(error: BaseException) -> bool:
    """Whether no connection could be had, rather than a statement refused."""
    if isinstance(error, PoolTimeout):
        return True
    cause = error.orig if isinstance(error, DBAPIError) else error
    return isinstance(cause, psycopg.OperationalError) and (
        cause.sqlstate is None or cause.sqlstate[:2] in {"08", "53", "57", "40"}
    )


def _unavailable(error: BaseException) -> TemporarilyUnavailable:
    reason = str(error).strip().splitlines()[0] if str(error).strip() else "no answer"
    return TemporarilyUnavailable(
        f"The database cannot be used now ({reason}). Try again in a moment."
    )


def _transaction(connection: Connection) -> Transaction:
    driver = cast(Driver, connection.connection.driver_connection)
    return Transaction(connection, driver, "postgresql")
