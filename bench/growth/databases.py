"""What a database takes on disk, and whether PostgreSQL has looked at it yet."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

import psycopg

from bench.systems.postgres import PostgresDatabase
from bench.systems.stores import Store

_LOOK_AGAIN_S = 1
# What autovacuum would still do by PostgreSQL's default settings ("Automatic
# Vacuuming" in its manual): 50 rows and a tenth changed, 1,000 and a fifth added.
_STATE = """
    SELECT relname,
           n_mod_since_analyze <= 50 + 0.1 * n_live_tup,
           n_ins_since_vacuum <= 1000 + 0.2 * n_live_tup
    FROM pg_stat_user_tables WHERE n_live_tup > 0
"""


@dataclass(frozen=True)
class Disk:
    """Sizes after data was put in.

    metrics_bytes  the table of points with its index; PostgreSQL only, in SQLite all
                   is one file
    unanalyzed     tables that autovacuum had not analyzed since, so that plans were
                   made by older statistics
    unvacuumed     tables that it had not vacuumed since, so that every row read from
                   an index had to be looked up in the table as well
    """

    total_bytes: int
    metrics_bytes: int | None = None
    unanalyzed: list[str] = field(default_factory=list[str])
    unvacuumed: list[str] = field(default_factory=list[str])


def settled(store: Store, within_s: float) -> Disk:
    """Let autovacuum come round, as long as it needs but not longer than that."""
    if not isinstance(store, PostgresDatabase):
        return Disk(store.size_bytes())
    deadline = time.monotonic() + within_s
    with store.cluster.connect(store.name) as db:
        while True:
            found = _looked_at(store, db)
            done = not found.unanalyzed and not found.unvacuumed
            if done or time.monotonic() > deadline:
                return found
            time.sleep(_LOOK_AGAIN_S)


def _looked_at(
    store: PostgresDatabase, db: psycopg.Connection[tuple[object, ...]]
) -> Disk:
    rows = db.execute(_STATE).fetchall()
    size = db.execute("SELECT pg_total_relation_size('metrics')").fetchone()
    return Disk(
        store.size_bytes(),
        int(str(size[0])) if size else None,
        sorted(str(name) for name, analyzed, _ in rows if not analyzed),
        sorted(str(name) for name, _, vacuumed in rows if not vacuumed),
    )
