"""Removing for good what was deleted."""

from __future__ import annotations

from contextlib import suppress

from trackgate_wire.errors import NotFound
from trackgate_wire.server import Purge, Purged

from trackgate_server.blobs.place import Place
from trackgate_server.operations.scope import Services
from trackgate_server.store import people, upkeep
from trackgate_server.store.transaction import Transaction
from trackgate_server.store.upkeep import DeletedRun


def purge(services: Services, request: Purge, *, by: str, now_ms: int) -> Purged:
    """Remove deleted runs and experiments, rows first and then their bytes.

    A crash in between leaves bytes that nothing names any more, never a run whose
    bytes are gone. Raises NotFound for a named run or experiment that is not deleted.
    """
    before_ms = now_ms - request.older_than_s * 1_000

    def remove(db: Transaction) -> tuple[list[DeletedRun], list[int]]:
        found = upkeep.deleted_runs(
            db, request.run_ids, request.experiment_ids, before_ms
        )
        upkeep.remove_runs(db, [run.id for run in found])
        gone = (
            []
            if request.run_ids and not request.experiment_ids
            else upkeep.remove_experiments(db, request.experiment_ids, before_ms)
        )
        for run in found:
            people.note(db, by, "purge", f"run/{run.uuid}", "", now_ms)
        for experiment in gone:
            people.note(db, by, "purge", f"experiment/{experiment}", "", now_ms)
        return found, gone

    runs, experiments = services.database.write(remove)
    for run in runs:
        # A run that never had an artifact has no folder.
        with suppress(NotFound):
            services.blobs.delete(Place((str(run.experiment),), (run.uuid,)))
    return Purged(
        run_ids=[run.uuid for run in runs],
        experiment_ids=[str(experiment) for experiment in experiments],
    )
