"""What pages show of the registry beyond the answers of the API."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from trackgate_wire import limits
from trackgate_wire.model_versions import ModelVersion
from trackgate_wire.registry_rules import check_model_name

from trackgate_server.operations.scope import Scope
from trackgate_server.operations.tokens import Bookmarks
from trackgate_server.store import (
    model_versions,
    registered_models,
    registry_views,
    runs,
)
from trackgate_server.store.lifecycle import ACTIVE
from trackgate_server.store.transaction import Transaction

_VERSIONS_SHOWN = 50


class SourceRun(NamedTuple):
    """The run that a version was made from, as far as it is still known."""

    name: str
    active: bool


class VersionList(NamedTuple):
    """Some of a model's versions.

    runs             their runs by id; purged ones are missing
    next_page_token  None on the last page
    """

    versions: list[ModelVersion]
    runs: dict[str, SourceRun]
    next_page_token: str | None


def versions_of(scope: Scope, name: str, page_token: str | None) -> VersionList:
    """A model's versions, the newest first. Five statements, however many."""
    check_model_name(name)
    model = registered_models.get(scope.db, name)
    bookmarks = Bookmarks(scope.services.signing_key, ["versions of", model.id])
    place = bookmarks.read(page_token)
    below = limits.INT64_MAX if place is None else place
    rows = model_versions.page(scope.db, model.id, below, _VERSIONS_SHOWN + 1)
    shown = rows[:_VERSIONS_SHOWN]
    more = len(rows) > len(shown)
    return VersionList(
        registry_views.of_versions(scope.db, shown),
        source_runs(scope.db, (row.run_id for row in shown)),
        bookmarks.make(shown[-1].version if more else None),
    )


def count_versions(scope: Scope, name: str) -> int:
    """How many versions a model has. Two statements."""
    check_model_name(name)
    model = registered_models.get(scope.db, name)
    return model_versions.count(scope.db, model.id)


def source_runs(db: Transaction, run_ids: Iterable[str]) -> dict[str, SourceRun]:
    """Those of the runs that exist, by id. One statement, none without ids."""
    wanted = sorted({one for one in run_ids if one})
    found = runs.find_all(db, wanted) if wanted else []
    return {row.uuid: SourceRun(row.name, row.lifecycle == ACTIVE) for row in found}
