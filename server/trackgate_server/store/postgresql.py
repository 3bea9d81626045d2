"""PostgreSQL through psycopg 3."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

import psycopg
from sqlalchemy import URL, Connection, create_engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from trackgate_wire.errors import TemporarilyUnavailable

from trackgate_server.store.database import Database
from trackgate_server.store.names import Names
from trackgate_server.store.transaction import Driver, Job, ResultT, Transaction

_CONNECT_TIMEOUT_S = 5
_STATEMENT_TIMEOUT_MS = 60_000
# Compiling a search of many comparisons takes a hundred times as long as running it.
_OPTIONS = f"-c statement_timeout={_STATEMENT_TIMEOUT_MS} -c jit=off"


class PostgresqlDatabase(Database):
    """A server; connections are kept, and replaced when it was restarted."""

    kind = "postgresql"

    def __init__(self, url: URL, connections: int) -> None:
        self.names = Names()
        self.engine = create_engine(
            url.set(drivername="postgresql+psycopg"),
            pool_size=connections,
            max_overflow=2,
            connect_args={
                "connect_timeout": _CONNECT_TIMEOUT_S,
                "application_name": "trackgate",
                "options": _OPTIONS,
            },
        )
        self._autocommit = self.engine.execution_options(isolation_level="AUTOCOMMIT")

    def read(self, job: Job[ResultT]) -> ResultT:
        return self._with_second_try(lambda: self._unguarded(job))

    def write(self, job: Job[ResultT], *, single: bool = False) -> ResultT:
        if single:
            return self._with_second_try(lambda: self._unguarded(job))
        return self._with_second_try(lambda: self._in_transaction(job))

    def close(self) -> None:
        self.engine.dispose()

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


class _ConnectionLost(Exception):
    """The connection broke before its transaction was committed."""


def _watched(connection: Connection, work: Callable[[], ResultT]) -> ResultT:
    try:
        return work()
    except (psycopg.OperationalError, psycopg.InterfaceError, DBAPIError) as error:
        driver = cast(psycopg.Connection, connection.connection.driver_connection)
        if connection.invalidated or driver.closed:
            if not connection.invalidated:
                connection.invalidate()
            raise _ConnectionLost from error
        raise


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
