"""Counting, measuring and purging: what admins do."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from trackgate_wire.errors import NotFound

from trackgate_server.store.experiments import parse_id
from trackgate_server.store.lifecycle import DELETED
from trackgate_server.store.sql import Sql
from trackgate_server.store.transaction import Transaction

_COUNTS = Sql("SELECT (SELECT count(*) FROM experiments), (SELECT count(*) FROM runs)")
_SIZE = Sql(
    "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()",
    postgresql="SELECT pg_database_size(current_database())",
)
_DELETED_RUNS = Sql(
    "SELECT id, uuid, experiment FROM runs WHERE lifecycle = 1 AND deleted_ms <= ?"
)
_RUNS_BY_UUID = Sql(
    "SELECT id, uuid, experiment, lifecycle, deleted_ms FROM runs"
    " WHERE uuid IN (SELECT value FROM json_each(?))",
    postgresql="SELECT id, uuid, experiment, lifecycle, deleted_ms FROM runs"
    " WHERE uuid = ANY(?)",
)
_RUNS_OF_EXPERIMENT = Sql("SELECT id, uuid, experiment FROM runs WHERE experiment = ?")
_DELETED_EXPERIMENTS = Sql(
    "SELECT id FROM experiments WHERE lifecycle = 1 AND updated_ms <= ?"
)
_EXPERIMENT = Sql("SELECT lifecycle FROM experiments WHERE id = ?")
_REMOVE_EXPERIMENT = (
    Sql("DELETE FROM datasets WHERE experiment = ?"),
    Sql("DELETE FROM experiment_tags WHERE experiment = ?"),
    Sql("DELETE FROM experiments WHERE id = ?"),
)


def _of_runs(table: str, column: str) -> Sql:
    head = f"DELETE FROM {table} WHERE {column}"
    return Sql(
        f"{head} IN (SELECT value FROM json_each(?))", postgresql=f"{head} = ANY(?)"
    )


_REMOVE_RUNS = (
    *(
        _of_runs(table, "run")
        for table in (
            "metrics",
            "latest_metrics",
            "params",
            "tags",
            "input_tags",
            "inputs",
            "run_models",
        )
    ),
    _of_runs("runs", "id"),
)


class Counts(NamedTuple):
    """How much there is, deleted things included."""

    experiments: int
    runs: int


class DeletedRun(NamedTuple):
    """A run that is going to be removed."""

    id: int
    uuid: str
    experiment: int


def counts(db: Transaction) -> Counts:
    """How many experiments and runs there are."""
    row = db.one(_COUNTS)
    return Counts(*row) if row else Counts(0, 0)


def size_bytes(db: Transaction) -> int:
    """What the database takes on disk, without its write-ahead log."""
    row = db.one(_SIZE)
    return row[0] if row else 0


def deleted_runs(
    db: Transaction,
    run_ids: Sequence[str],
    experiment_ids: Sequence[str],
    before_ms: int,
) -> list[DeletedRun]:
    """Runs to purge: those named, those of named experiments, or all deleted ones.

    Raises NotFound naming a run that does not exist or is not deleted.
    """
    if not run_ids and not experiment_ids:
        return [DeletedRun(*row) for row in db.all(_DELETED_RUNS, before_ms)]
    found: list[DeletedRun] = []
    rows = {row[1]: row for row in db.all(_RUNS_BY_UUID, db.array(run_ids))}
    for run_id in run_ids:
        row = rows.get(run_id)
        if row is None or row[3] != DELETED:
            raise NotFound(f"No deleted run with id={run_id}; delete it first.")
        if row[4] <= before_ms:
            found.append(DeletedRun(*row[:3]))
    for experiment_id in experiment_ids:
        rows_of = db.all(_RUNS_OF_EXPERIMENT, parse_id(experiment_id))
        found += [DeletedRun(*row) for row in rows_of]
    return found


def remove_runs(db: Transaction, runs: Sequence[int]) -> None:
    """Remove all rows of the runs. Eight statements, however many runs."""
    if runs:
        for statement in _REMOVE_RUNS:
            db.execute(statement, db.array(runs))


def remove_experiments(
    db: Transaction, experiment_ids: Sequence[str], before_ms: int
) -> list[int]:
    """Remove deleted experiments, those named or all, with what runs they still have.

    Raises NotFound naming one that does not exist or is not deleted.
    """
    if experiment_ids:
        gone = [parse_id(experiment_id) for experiment_id in experiment_ids]
        for experiment in gone:
            row = db.one(_EXPERIMENT, experiment)
            if row is None or row[0] != DELETED:
                raise NotFound(
                    f"No deleted Experiment with id={experiment}; delete it first."
                )
    else:
        gone = [row[0] for row in db.all(_DELETED_EXPERIMENTS, before_ms)]
    for experiment in gone:
        left = [row[0] for row in db.all(_RUNS_OF_EXPERIMENT, experiment)]
        remove_runs(db, left)
        for statement in _REMOVE_EXPERIMENT:
            db.execute(statement, experiment)
    return gone
