"""Counting and measuring: what admins want to know."""

from __future__ import annotations

import time
from typing import NamedTuple

from trackgate_wire.limits import INT64_MAX

from trackgate_server.store import people
from trackgate_server.store.database import Database
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


_VERSION = Sql(
    "SELECT sqlite_version()",
    postgresql="SELECT current_setting('server_version')",
)


# What the change log has a copy of the database under.
DATABASE = "database"


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


def version(db: Transaction) -> str:
    """Which version of SQLite or PostgreSQL it is."""
    row = db.one(_VERSION)
    return row[0] if row else ""


def note_backup(database: Database, name: str) -> None:
    """Keep in the change log that the database was copied, to a file of that name."""
    now_ms = time.time_ns() // 1_000_000
    by = "(command line)"
    database.write(lambda db: people.note(db, by, "back up", DATABASE, name, now_ms))


def last_backup_ms(db: Transaction) -> int | None:
    """When that was done last; None where it never was. One statement."""
    rows = people.changes(db, DATABASE, INT64_MAX, 1)
    return rows[0].at_ms if rows else None
