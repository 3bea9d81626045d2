"""An open transaction: what every function of the store takes first."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Sequence
from itertools import chain
from typing import Any, Literal, Protocol, TypeVar, cast

from sqlalchemy import Connection
from sqlalchemy.engine import CursorResult
from sqlalchemy.sql import Executable

from trackgate_server.store.sql import BulkInsert, Sql, array_literal

Kind = Literal["sqlite", "postgresql"]
Row = tuple[Any, ...]
ItemT = TypeVar("ItemT")
ItemT_contra = TypeVar("ItemT_contra", contravariant=True)
ResultT = TypeVar("ResultT")
ResultT_co = TypeVar("ResultT_co", covariant=True)

_NUMERIC = frozenset({"int8", "int2", "float8"})


class Cursor(Protocol):
    """What the drivers' cursors have in common."""

    def fetchone(self) -> Row | None: ...
    def fetchall(self) -> list[Row]: ...
    @property
    def rowcount(self) -> int: ...


class Driver(Protocol):
    """What the drivers' connections have in common, and `binary` of PostgreSQL's."""

    def execute(
        self, query: Any, params: Sequence[Any] = ..., /, *, binary: bool = ...
    ) -> Cursor: ...


class Transaction:
    """One database transaction; begun and ended by `Database`, never in here.

    connection  for statements built with SQLAlchemy Core
    driver      the driver's own connection, for `Sql`, on the hot paths
    """

    __slots__ = ("_after_commit", "connection", "driver", "kind")

    def __init__(self, connection: Connection, driver: Driver, kind: Kind) -> None:
        self.connection = connection
        self.driver = driver
        self.kind: Kind = kind
        self._after_commit: list[Callable[[], None]] = []

    def execute(self, sql: Sql, *values: object) -> Cursor:
        """Run a hot statement."""
        return self.driver.execute(getattr(sql, self.kind), values)

    def one(self, sql: Sql, *values: object) -> Row | None:
        """Its first row, or None."""
        return self.execute(sql, *values).fetchone()

    def all(self, sql: Sql, *values: object) -> list[Row]:
        """All its rows."""
        if self.kind == "sqlite":
            return self.driver.execute(sql.sqlite, values).fetchall()
        # Numbers as they are: reading them as text takes twice as long, on both sides.
        return self.driver.execute(sql.postgresql, values, binary=True).fetchall()

    def core(self, statement: Executable) -> CursorResult[Any]:
        """Run a statement built with SQLAlchemy Core."""
        return self.connection.execute(statement)

    def bulk(self, insert: BulkInsert, columns: Sequence[Sequence[Any]]) -> int:
        """Insert many rows, given column by column, as one statement.

        Returns how many were inserted or changed.
        """
        if not columns[0]:
            return 0
        if self.kind == "sqlite":
            return _in_hundreds(cast(sqlite3.Connection, self.driver), insert, columns)
        arrays = [
            array_literal(column) if kind in _NUMERIC else list(column)
            for kind, column in zip(insert.types, columns, strict=True)
        ]
        return self.driver.execute(insert.postgresql, arrays).rowcount

    def array(self, values: Sequence[int] | Sequence[str]) -> object:
        """A list as one bound value, for `= ANY(?)` of an `Sql`."""
        if self.kind == "sqlite":
            return json.dumps(list(values))
        if values and isinstance(values[0], int):
            return array_literal(cast("Sequence[int]", values))
        return list(values)

    def after_commit(self, action: Callable[[], None]) -> None:
        """Do `action` once what this transaction wrote is on disk."""
        self._after_commit.append(action)

    def mark(self) -> int:
        """How many actions wait for the commit; see `forget`."""
        return len(self._after_commit)

    def forget(self, mark: int) -> None:
        """Drop actions added after `mark`: their part was rolled back."""
        del self._after_commit[mark:]

    def committed(self) -> None:
        """Called by `Database` after the commit."""
        for action in self._after_commit:
            action()


def _in_hundreds(
    driver: sqlite3.Connection, insert: BulkInsert, columns: Sequence[Sequence[Any]]
) -> int:
    rows = list(zip(*columns, strict=True))
    whole = len(rows) - len(rows) % 100
    changed = 0
    for start in range(0, whole, 100):
        values = list(chain.from_iterable(rows[start : start + 100]))
        changed += driver.execute(insert.sqlite_hundred, values).rowcount
    if whole < len(rows):
        changed += driver.executemany(insert.sqlite, rows[whole:]).rowcount
    return changed


class Job(Protocol[ResultT_co]):
    """Work to be done inside a transaction."""

    def __call__(self, db: Transaction, /) -> ResultT_co: ...


class Joint(Protocol[ItemT_contra, ResultT_co]):
    """One statement for the items of many callers; it may be sent twice.

    Answers in the order of the items: None for one that it left out.
    """

    def __call__(
        self, db: Transaction, items: Sequence[ItemT_contra], /
    ) -> Sequence[ResultT_co | None]: ...
