"""What is known of a registered version, and the small files that describe it."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from typing import NamedTuple

from trackgate_wire.errors import InvalidParameterValue, NotFound
from trackgate_wire.model_versions import ModelVersion, ModelVersionRef
from trackgate_wire.rules import shown
from trackgate_wire.run_ref import RunRef
from trackgate_wire.runs import Run

from trackgate_server.operations import model_versions, runs
from trackgate_server.operations.scope import Scope
from trackgate_server.operations.version_artifacts import readable_of_version
from trackgate_server.store import model_versions as version_rows
from trackgate_server.store import registered_models
from trackgate_server.store.transaction import Transaction


class VersionFacts(NamedTuple):
    """A version, and the run it was made from; None where that is not there."""

    version: ModelVersion
    run: Run | None


def get_all(scope: Scope, name: str, numbers: list[str]) -> list[VersionFacts]:
    """Facts of some of a model's versions, from one state; raises NotFound."""

    def read(db: Transaction) -> list[VersionFacts]:
        within = replace(scope, transaction=db)
        return [_facts(within, ModelVersionRef(name, number)) for number in numbers]

    return scope.services.database.read(read)


def get(scope: Scope, name: str, number: str) -> VersionFacts:
    """Facts of one version; raises NotFound."""
    (facts,) = get_all(scope, name, [number])
    return facts


def number_before(scope: Scope, version: ModelVersion) -> str:
    """The next lower number that the model has; "" for none. Two statements."""

    def read(db: Transaction) -> str:
        model = registered_models.get(db, version.name)
        rows = version_rows.page(db, model.id, int(version.version), 1)
        return str(rows[0].version) if rows else ""

    return scope.services.database.read(read)


def text_of(scope: Scope, name: str, number: str, path: str, most_bytes: int) -> str:
    """A small file of a version, as text.

    Raises NotFound where there is none, InvalidParameterValue where the server does
    not open it: it is elsewhere, or too large.
    """
    found = readable_of_version(scope, name, number, path)
    blob = scope.services.blobs.open(found.place)
    with closing(blob.file) as file:
        if blob.size_bytes > most_bytes:
            raise InvalidParameterValue(
                f"{shown(path)} has {blob.size_bytes:,} bytes; at most"
                f" {most_bytes:,} are read."
            )
        return file.read(most_bytes).decode(errors="replace")


def _facts(scope: Scope, ref: ModelVersionRef) -> VersionFacts:
    version = model_versions.get(scope, ref).model_version
    return VersionFacts(version, _run(scope, version.run_id))


def _run(scope: Scope, run_id: str) -> Run | None:
    if not run_id:
        return None
    try:
        return runs.get(scope, RunRef(run_id=run_id)).run
    except NotFound:
        return None
