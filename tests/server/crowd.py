"""Many runs in one experiment, written past the server: for searches among many."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from trackgate_server import filters
from trackgate_server.store import search_runs
from trackgate_server.store.database import Database
from trackgate_server.store.keyset import Page, Place
from trackgate_server.store.runs import RunRow
from trackgate_server.store.schema import to_sqlite
from trackgate_server.store.search_runs import RunQuery
from trackgate_server.store.sql import BulkInsert
from trackgate_server.store.transaction import Transaction

_TABLES = {
    "names": {"id": "int8", "name": "text"},
    "runs": {
        "id": "int8",
        "uuid": "text",
        "experiment": "int8",
        "name": "text",
        "user": "text",
        "status": "int2",
        "lifecycle": "int2",
        "started_ms": "int8",
        "artifact_uri": "text",
    },
    "latest_metrics": {
        "run": "int8",
        "key": "int8",
        "value": "float8",
        "step": "int8",
        "timestamp": "int8",
        "first_step": "int8",
        "first_timestamp": "int8",
        "ordered": "int2",
    },
    "params": {"run": "int8", "key": "int8", "value": "text"},
    "tags": {"run": "int8", "key": "int8", "value": "text"},
}
_KEYS = {"metrics": 1, "params": 2, "tags": 3}


@dataclass(frozen=True)
class Member:
    """One run, known by its number, which also says when it started."""

    number: int
    metric: float | None = None
    param: str | None = None
    tag: str | None = None


class Crowd:
    """The runs in a database: `metrics.m`, `params.p` and `tags.t` of each."""

    def __init__(
        self, db: Database, members: Sequence[Member], *, analyzed: bool = True
    ) -> None:
        self._db = db
        db.write(lambda open_db: _store(open_db, members))
        if db.kind == "postgresql" and analyzed:
            # As the database does by itself within a minute.
            db.write(lambda open_db: open_db.driver.execute("ANALYZE"))

    def search(self, text: str = "", *order: str, **given: Any) -> Page[RunRow]:
        query = _query(text, order, **given)
        return self._db.read(lambda db: search_runs.search(db, self._db.names, query))

    def numbers(self, text: str, *order: str, limit: int) -> list[int]:
        """The members found, page by page."""
        found: list[int] = []
        place: Place | None = None
        while True:
            page = self.search(text, *order, limit=limit, after=place)
            found += [int(row.name) for row in page.rows]
            if page.next is None:
                return found
            place = page.next

    def effort(self, text: str, *order: str, after: Place | None = None) -> int:
        """What a search costs: rows read on PostgreSQL, instructions run on SQLite."""
        query = _query(text, order, after=after)

        def measured(db: Transaction) -> int:
            count = _counter(db)
            search_runs.search(db, self._db.names, query)
            return count()

        self._db.write(measured)
        return self._db.write(measured)


def _query(
    text: str, order: Sequence[str], limit: int = 100, after: Place | None = None
) -> RunQuery:
    tree = filters.parse_runs_filter(text or None)
    terms = filters.parse_runs_order(list(order))
    return RunQuery([0], (0,), tree, terms, limit, after)


def _store(db: Transaction, members: Sequence[Member]) -> None:
    def insert(table: str, rows: Sequence[Sequence[Any]]) -> None:
        columns = _TABLES[table]
        bulk = BulkInsert(table, tuple(columns), tuple(columns.values()), "")
        db.bulk(bulk, list(zip(*rows, strict=True)))

    insert("names", [(key, table[0]) for table, key in _KEYS.items()])
    insert("runs", [_run(one.number) for one in members])
    insert(
        "latest_metrics",
        [
            (one.number, _KEYS["metrics"], _kept(db, one.metric), 0, 0, 0, 0, 0)
            for one in members
            if one.metric is not None
        ],
    )
    for table, value in _texts():
        found = [(one.number, _KEYS[table], value(one)) for one in members]
        insert(table, [row for row in found if row[-1] is not None])


def _run(number: int) -> tuple[Any, ...]:
    return (number, f"{number:032x}", 0, str(number), "ada", 2, 0, number, "")


def _texts() -> Iterator[tuple[str, Callable[[Member], str | None]]]:
    yield "params", lambda one: one.param
    yield "tags", lambda one: one.tag


def _kept(db: Transaction, value: float) -> object:
    return to_sqlite(value) if db.kind == "sqlite" else value


def _counter(db: Transaction) -> Callable[[], int]:
    """Begins to count; what it gives says how far it is."""
    driver: Any = db.driver
    if db.kind == "sqlite":
        steps = [0]

        def step() -> None:
            steps[0] += 1

        driver.set_progress_handler(step, 100)
        return lambda: steps[0]
    read = (
        "SELECT sum(seq_tup_read + coalesce(idx_tup_fetch, 0))::int8"
        " FROM pg_stat_xact_user_tables"
    )
    # Those of earlier transactions may still be among them.
    before = driver.execute(read).fetchone()[0]
    return lambda: driver.execute(read).fetchone()[0] - before
