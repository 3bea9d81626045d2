"""Removing for good what was deleted."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from trackgate_wire.server import Purge, Purged

from trackgate_server.operations.artifact_owners import (
    OwnerRef,
    logged_model_folder,
    run_folder,
)
from trackgate_server.operations.scope import Services
from trackgate_server.store import people, purging
from trackgate_server.store.purging import LOGGED_MODELS, RUNS, Doomed, Sort
from trackgate_server.store.transaction import Transaction


class _Doomed(NamedTuple):
    """All that one purge removes."""

    runs: list[Doomed]
    models: list[Doomed]
    experiments: list[int]

    def targets(self) -> Iterable[str]:
        """What the record of changes calls them."""
        yield from (str(OwnerRef("run", run.uuid)) for run in self.runs)
        yield from (str(OwnerRef("logged-model", one.uuid)) for one in self.models)
        yield from (f"experiment/{experiment}" for experiment in self.experiments)

    def folders(self) -> Iterable[tuple[str, ...]]:
        """Where their bytes are."""
        yield from (run_folder(run.experiment, run.uuid) for run in self.runs)
        for model in self.models:
            yield logged_model_folder(model.experiment, model.uuid)


def purge(services: Services, request: Purge, *, by: str, now_ms: int) -> Purged:
    """Remove what was deleted, rows first and then their bytes.

    Where anything is named, only that goes, and what is in the named experiments. A
    crash in between leaves bytes that nothing names any more, never a run whose bytes
    are gone. Raises NotFound for something named that is not deleted,
    TemporarilyUnavailable, with nothing removed, where the bytes are out of reach.
    """
    services.blobs.check()
    before_ms = now_ms - request.older_than_s * 1_000

    def remove(db: Transaction) -> _Doomed:
        doomed = _found(db, request, before_ms)
        purging.remove(db, RUNS, doomed.runs)
        purging.remove(db, LOGGED_MODELS, doomed.models)
        purging.remove_experiments(db, doomed.experiments)
        for target in doomed.targets():
            people.note(db, by, "purge", target, "", now_ms)
        return doomed

    gone = services.database.write(remove)
    for folder in gone.folders():
        services.blobs.remove_area(folder)
    return Purged(
        run_ids=[run.uuid for run in gone.runs],
        experiment_ids=[str(experiment) for experiment in gone.experiments],
        logged_model_ids=[model.uuid for model in gone.models],
    )


def _found(db: Transaction, request: Purge, before_ms: int) -> _Doomed:
    if request.run_ids or request.experiment_ids or request.logged_model_ids:
        experiments = purging.named_experiments(db, request.experiment_ids)
        runs = purging.named(db, RUNS, request.run_ids, before_ms)
        ids = request.logged_model_ids
        models = purging.named(db, LOGGED_MODELS, ids, before_ms)
    else:
        experiments = purging.deleted_experiments(db, before_ms)
        runs = purging.deleted(db, RUNS, before_ms)
        models = purging.deleted(db, LOGGED_MODELS, before_ms)
    return _Doomed(
        _with_those_of(db, RUNS, runs, experiments),
        _with_those_of(db, LOGGED_MODELS, models, experiments),
        experiments,
    )


def _with_those_of(
    db: Transaction, sort: Sort, doomed: list[Doomed], experiments: list[int]
) -> list[Doomed]:
    return list(
        dict.fromkeys([*doomed, *purging.of_experiments(db, sort, experiments)])
    )
