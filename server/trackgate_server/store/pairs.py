"""Keys and texts of a thing, as parameters and tags are kept."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import groupby
from operator import itemgetter
from typing import TypeVar

from trackgate_server.store.names import Names
from trackgate_server.store.sql import Sql
from trackgate_server.store.transaction import Transaction

PairT = TypeVar("PairT")

_OWNER, _KEY = itemgetter(0), itemgetter(1)


def of_all(table: str, owner: str) -> Sql:
    """The statement for rows of (owner, key, value) of many owners, given as an array.

    owner  the column that says whose they are
    """
    head = f"SELECT {owner}, key, value FROM {table} WHERE {owner}"
    return Sql(
        f"{head} IN (SELECT value FROM json_each(?)) ORDER BY {owner}, key",
        postgresql=f"{head} = ANY(?) ORDER BY {owner}, key",
    )


def read(
    db: Transaction,
    names: Names,
    statement: Sql,
    run_keys: Sequence[int],
    pair: Callable[[str, str], PairT],
) -> dict[int, list[PairT]]:
    """What the runs have, by run, each made by `pair`; runs without any are left out.

    statement  of `of_all`, where keys are numbers of names

    One or two statements.
    """
    rows = db.all(statement, db.array(run_keys))
    texts = names.texts(db, map(_KEY, rows))
    return {
        run: [pair(texts[key], value) for _, key, value in found]
        for run, found in groupby(rows, _OWNER)
    }
