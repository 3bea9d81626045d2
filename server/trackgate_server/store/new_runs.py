"""Beginning runs: a run and its first tags, in an experiment that is active."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from trackgate_wire.scalars import RunStatus

from trackgate_server.store import tags
from trackgate_server.store.database import Database
from trackgate_server.store.lifecycle import ACTIVE, STATUS_NUMBERS
from trackgate_server.store.names import Names
from trackgate_server.store.runs import RunRow
from trackgate_server.store.sql import Sql, array_literal
from trackgate_server.store.transaction import Transaction

_INTO_RUNS = (
    'INSERT INTO runs (uuid, experiment, name, "user", started_ms, status, lifecycle,'
    " artifact_uri)"
)
_URI = "rtrim(artifact_location, '/') || '/' || {} || '/artifacts'"
_INSERT = Sql(
    f"{_INTO_RUNS} SELECT ?, id, ?, ?, ?, 0, 0, {_URI.format('?')} FROM experiments"
    " WHERE id = ? AND lifecycle = 0 RETURNING id, artifact_uri"
)
# Sent a second time it finds the runs that it made the first time.
_INSERT_TOGETHER = Sql(
    "",
    postgresql=f"WITH made AS ({_INTO_RUNS} SELECT given.uuid, id, given.name,"
    f' given."user", given.started_ms, 0, 0, {_URI.format("given.uuid")} FROM'
    " unnest(?::text[], ?::int8[], ?::text[], ?::text[], ?::int8[])"
    ' AS given (uuid, experiment, name, "user", started_ms)'
    " JOIN experiments ON id = given.experiment AND lifecycle = 0"
    " ON CONFLICT (uuid) DO UPDATE SET name = excluded.name"
    " RETURNING uuid, id, artifact_uri),"
    " labels AS (INSERT INTO tags (run, key, value) SELECT id, key, value"
    " FROM unnest(?::text[], ?::int8[], ?::text[]) AS given (uuid, key, value)"
    " JOIN made USING (uuid)"
    " ON CONFLICT (run, key) DO UPDATE SET value = excluded.value)"
    " SELECT uuid, id, artifact_uri FROM made",
)


@dataclass(frozen=True, slots=True)
class NewRun:
    """A run that is to begin."""

    run_id: str
    experiment: int
    name: str
    user: str
    started_ms: int
    tags: Mapping[str, str]

    def row(self, key: int, artifact_uri: str) -> RunRow:
        """The run's row, once it has a key."""
        return RunRow(
            key,
            self.run_id,
            self.experiment,
            self.name,
            self.user,
            STATUS_NUMBERS[RunStatus.RUNNING],
            ACTIVE,
            self.started_ms,
            None,
            artifact_uri,
        )


class _Labelled(NamedTuple):
    run: NewRun
    keys: Sequence[int]


def begin(database: Database, new: NewRun) -> RunRow | None:
    """Create a run that is running, with its tags, in a transaction of its own.

    One statement on PostgreSQL, which callers who wait just then share; two on
    SQLite. None where no active experiment has that number.
    """

    def alone(db: Transaction) -> RunRow | None:
        return insert(db, database.names, new)

    keys = database.names.known(new.tags)
    if keys is None:
        return database.write(alone, single=True)
    return database.write_jointly(_insert_together, _Labelled(new, keys), alone)


def insert(db: Transaction, names: Names, new: NewRun) -> RunRow | None:
    """As `begin`, in a transaction that is open."""
    if db.kind == "postgresql":
        keys = names.ensure(db, list(new.tags))
        return _insert_together(db, [_Labelled(new, keys)])[0]
    what = (new.run_id, new.name, new.user, new.started_ms, new.run_id)
    found = db.one(_INSERT, *what, new.experiment)
    if found is None:
        return None
    row = new.row(*found)
    tags.put(db, names, row.key, new.tags)
    return row


def _insert_together(
    db: Transaction, given: Sequence[_Labelled]
) -> list[RunRow | None]:
    runs = [labelled.run for labelled in given]
    labels = [
        (run.run_id, key, value)
        for run, keys in given
        for key, value in zip(keys, run.tags.values(), strict=True)
    ]
    rows = db.all(
        _INSERT_TOGETHER,
        [run.run_id for run in runs],
        array_literal([run.experiment for run in runs]),
        [run.name for run in runs],
        [run.user for run in runs],
        array_literal([run.started_ms for run in runs]),
        [run_id for run_id, _, _ in labels],
        array_literal([key for _, key, _ in labels]),
        [value for _, _, value in labels],
    )
    made = {run_id: (key, uri) for run_id, key, uri in rows}
    return [run.row(*made[run.run_id]) if run.run_id in made else None for run in runs]
