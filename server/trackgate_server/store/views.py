"""Views of the table of runs that people saved for all."""

from __future__ import annotations

from typing import NamedTuple

from trackgate_server.store.sql import Sql
from trackgate_server.store.transaction import Transaction

_COLUMNS = 'id, experiments, name, query, "user", changed_ms'
_OF = Sql(
    f"SELECT {_COLUMNS} FROM views WHERE experiments IN ('', ?)"
    " ORDER BY name, experiments"
)
_BY_ID = Sql(f"SELECT {_COLUMNS} FROM views WHERE id = ?")
_COUNT = Sql("SELECT count(*) FROM views WHERE experiments = ?")
_INSERT = Sql(
    'INSERT INTO views (experiments, name, query, "user", changed_ms)'
    " VALUES (?, ?, ?, ?, ?) ON CONFLICT (experiments, name) DO NOTHING RETURNING id"
)
_SET_QUERY = Sql('UPDATE views SET query = ?, "user" = ?, changed_ms = ? WHERE id = ?')
_FREE = Sql("SELECT 1 FROM views WHERE experiments = ? AND name = ? AND id <> ?")
_RENAME = Sql('UPDATE views SET name = ?, "user" = ?, changed_ms = ? WHERE id = ?')
_DELETE = Sql("DELETE FROM views WHERE id = ?")


class SavedView(NamedTuple):
    """A named state of the table.

    experiments  ids of the experiments it is for, as in "1,12"; empty for any
    query        what stands behind the question mark
    user         who changed it last
    """

    id: int
    experiments: str
    name: str
    query: str
    user: str
    changed_ms: int


def all_of(db: Transaction, experiments: str) -> list[SavedView]:
    """Views for these experiments and for any, by name. One statement."""
    return [SavedView(*row) for row in db.all(_OF, experiments)]


def find(db: Transaction, view: int) -> SavedView | None:
    """One view, or None. One statement."""
    row = db.one(_BY_ID, view)
    return None if row is None else SavedView(*row)


def count(db: Transaction, experiments: str) -> int:
    """How many views are for exactly these experiments. One statement."""
    row = db.one(_COUNT, experiments)
    return row[0] if row else 0


def insert(
    db: Transaction, experiments: str, name: str, query: str, user: str, now_ms: int
) -> int | None:
    """Save a view and return its number; None where the name is taken."""
    row = db.one(_INSERT, experiments, name, query, user, now_ms)
    return None if row is None else row[0]


def set_query(db: Transaction, view: int, query: str, user: str, now_ms: int) -> None:
    """Have a view show something else. One statement."""
    db.execute(_SET_QUERY, query, user, now_ms, view)


def rename(db: Transaction, view: SavedView, name: str, user: str, now_ms: int) -> bool:
    """Give a view another name; False where another view has it. Two statements."""
    if db.one(_FREE, view.experiments, name, view.id) is not None:
        return False
    db.execute(_RENAME, name, user, now_ms, view.id)
    return True


def delete(db: Transaction, view: int) -> None:
    """Remove a view. One statement."""
    db.execute(_DELETE, view)
