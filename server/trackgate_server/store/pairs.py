"""Keys and texts of a thing, as parameters and tags are kept."""

from __future__ import annotations

from trackgate_server.store import runs
from trackgate_server.store.sql import Sql


def of_all(table: str, owner: str) -> Sql:
    """The statement for rows of (owner, key, value) of many owners, given as an array.

    owner  the column that says whose they are
    """
    head = f"SELECT {owner}, key, value FROM {table} WHERE {owner}"
    return Sql(f"{head} = ANY(?) ORDER BY {owner}, key")


def into_active(table: str, on_conflict: str) -> Sql:
    """Writes what an active run has, and answers its number; no row without such a run.

    For PostgreSQL; it takes the run's id, the keys and the values.
    """
    return Sql(
        "",
        postgresql=f"{runs.FOUND_ACTIVE}, put AS (INSERT INTO {table} (run, key, value)"
        " SELECT found.id, given.* FROM found, unnest(?::int8[], ?::text[]) AS given"
        f" {on_conflict}) SELECT id FROM found",
    )
