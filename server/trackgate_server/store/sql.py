"""Statements for the hot paths, sent to the driver as they are.

SQLAlchemy's compiled statements cost some 20 to 100 µs each; log-metric has no
more than that in all. These are plain text, written with `?` and turned once, at
import, into each driver's own form.
"""

from __future__ import annotations

from collections.abc import Sequence

_ANY = "= ANY(?)"
# SQLite has no arrays; it reads one from JSON, as `Transaction.array` makes it.
_ANY_OF_JSON = "IN (SELECT value FROM json_each(?))"


class Sql:
    """One statement, in the form each driver takes.

    `= ANY(?)` stands for "one of these", whose value is a `Transaction.array`.

    postgresql  the statement there, where it is another one
    """

    __slots__ = ("postgresql", "sqlite")

    def __init__(self, text: str, postgresql: str | None = None) -> None:
        self.sqlite = text.replace(_ANY, _ANY_OF_JSON)
        own = text if postgresql is None else postgresql
        self.postgresql = own.replace("%", "%%").replace("?", "%s")


class BulkInsert:
    """Many rows into one table by one statement.

    PostgreSQL gets one array for each column, as a literal: for 1,000 rows that costs
    1 ms where a list of dicts costs 30. SQLite gets a hundred rows at a time, and what
    is left of them one by one: a third less than one by one throughout, and the
    driver lets other threads interrupt it between statements only.
    """

    __slots__ = ("postgresql", "sqlite", "sqlite_hundred", "types")

    def __init__(
        self,
        table: str,
        columns: tuple[str, ...],
        types: tuple[str, ...],
        on_conflict: str,
    ) -> None:
        names = ", ".join(f'"{column}"' for column in columns)
        head = f"INSERT INTO {table} ({names})"
        marks = f"({', '.join('?' for _ in columns)})"
        arrays = ", ".join(f"%s::{kind}[]" for kind in types)
        self.types = types
        self.sqlite = f"{head} VALUES {marks} {on_conflict}"
        self.sqlite_hundred = f"{head} VALUES {', '.join([marks] * 100)} {on_conflict}"
        self.postgresql = f"{head} SELECT * FROM unnest({arrays}) {on_conflict}"


def array_literal(values: Sequence[float | None]) -> str:
    """Numbers as PostgreSQL reads an array of them; repr keeps every bit."""
    return "{" + ",".join(map(repr, values)).replace("None", "NULL") + "}"
