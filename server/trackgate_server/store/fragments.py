"""Pieces of SQL put together at run time: text, with the values bound in it.

A search is several statements, of another shape for nearly every filter. Building
one of SQLAlchemy's objects, and finding what it compiled to, costs more than running
it; text costs a tenth of that and says in which order the tables are read.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple, cast

from trackgate_server.store.sql import Sql
from trackgate_server.store.transaction import Row, Transaction


class Fragment(NamedTuple):
    """SQL with a `?` for each of `values`, in their order."""

    text: str
    values: tuple[object, ...] = ()

    def renamed(self, old: str, new: str) -> Fragment:
        """The same with `new` wherever `old` stands."""
        return Fragment(self.text.replace(old, new), self.values)


def joined(glue: str, parts: Iterable[Fragment]) -> Fragment:
    """The parts in turn, `glue` between any two."""
    texts: list[str] = []
    values: list[object] = []
    for part in parts:
        texts.append(part.text)
        values += part.values
    return Fragment(glue.join(texts), tuple(values))


def all_of(conditions: Iterable[Fragment]) -> Fragment:
    """Every one of at least one condition."""
    return joined(" AND ", conditions)


def listed(column: str, sign: str, values: Iterable[object]) -> Fragment:
    """A column held against several values; `sign` is IN or NOT IN."""
    given = tuple(values)
    return Fragment(f"{column} {sign} ({', '.join('?' for _ in given)})", given)


def fetch(db: Transaction, statement: Fragment) -> list[Row]:
    """All rows of a statement."""
    sql = Sql(statement.text)
    if db.kind == "sqlite":
        return db.all(sql, *statement.values)
    # Planned anew each time: the plan for any value is a wrong one for most values.
    driver: Any = db.driver
    cursor = driver.execute(
        sql.postgresql, statement.values, prepare=False, binary=True
    )
    return cast("list[Row]", cursor.fetchall())
