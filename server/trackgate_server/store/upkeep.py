"""Counting and measuring: what admins want to know."""

from __future__ import annotations

from typing import NamedTuple

from trackgate_server.store.sql import Sql
from trackgate_server.store.transaction import Transaction

_COUNTS = Sql(
    "SELECT (SELECT count(*) FROM experiments), (SELECT count(*) FROM runs),"
    " (SELECT count(*) FROM logged_models)"
)
_SIZE = Sql(
    "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()",
    postgresql="SELECT pg_database_size(current_database())",
)


class Counts(NamedTuple):
    """How much there is, deleted things included."""

    experiments: int
    runs: int
    logged_models: int


def counts(db: Transaction) -> Counts:
    """How many experiments, runs and logged models there are."""
    row = db.one(_COUNTS)
    return Counts(*row) if row else Counts(0, 0, 0)


def size_bytes(db: Transaction) -> int:
    """What the database takes on disk, without its write-ahead log."""
    row = db.one(_SIZE)
    return row[0] if row else 0
