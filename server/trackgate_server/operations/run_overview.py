"""What the page of one run shows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from trackgate_wire.datasets import RunInputs
from trackgate_wire.scalars import RunStatus

from trackgate_server.operations.run_status import STALE, status_word
from trackgate_server.operations.scope import Scope
from trackgate_server.operations.tags import NOTE_TAG, PARENT_TAG
from trackgate_server.store import (
    datasets,
    experiments,
    logged_models,
    run_cells,
    run_lists,
    run_relatives,
    runs,
)
from trackgate_server.store.lifecycle import DELETED, STATUSES
from trackgate_server.store.logged_models import LoggedModelRow
from trackgate_server.store.model_stages import STAGES
from trackgate_server.store.run_relatives import Child
from trackgate_server.store.runs import RunKey, RunRow

SOURCE_TAGS = (
    *("mlflow.source.name", "mlflow.source.type", "mlflow.source.git.commit"),
    *("mlflow.source.git.branch", "mlflow.source.git.repoURL"),
    *("mlflow.project.entryPoint", "mlflow.docker.image.name"),
)
CHILDREN_SHOWN = 20
_VERSIONS_SHOWN = 50


@dataclass(frozen=True, slots=True)
class RunHead:
    """What stands above everything about a run.

    key   the number that tables know it by
    word  the status as pages say it
    """

    key: RunKey
    uuid: str
    name: str
    user: str
    status: RunStatus
    word: str
    started_ms: int
    ended_ms: int | None
    deleted: bool
    artifact_uri: str
    experiment: int
    experiment_name: str

    @property
    def going_on(self) -> bool:
        """Whether more is likely to come of it."""
        under_way = self.status in (RunStatus.RUNNING, RunStatus.SCHEDULED)
        return under_way and self.word != STALE


class Relative(NamedTuple):
    """A run above or below another."""

    uuid: str
    name: str
    status: RunStatus
    started_ms: int
    ended_ms: int | None


class LinkedModel(NamedTuple):
    """A logged model that a run made or read.

    model  None where there is no such model any more
    """

    model_id: str
    step: int | None
    model: LoggedModelRow | None


class Registered(NamedTuple):
    """A version of a registered model."""

    name: str
    version: int
    stage: str


@dataclass(frozen=True, slots=True)
class RunOverview:
    """A run with everything but its metrics, parameters and tags.

    said      tags that say where it comes from, its parent and its note, by name
    children  one more than `CHILDREN_SHOWN` where there are more
    """

    head: RunHead
    said: dict[str, str]
    parent: Relative | None
    children: list[Relative]
    inputs: RunInputs
    made: list[LinkedModel]
    read: list[LinkedModel]
    registered: list[Registered]

    @property
    def note(self) -> str:
        """In Markdown; "" without one."""
        return self.said.get(NOTE_TAG, "")


def head(scope: Scope, run_id: str) -> RunHead:
    """A run and its experiment's name; raises NotFound. Three statements."""
    row = runs.get(scope.db, run_id)
    experiment = experiments.get(scope.db, str(row.experiment))
    status = STATUSES[row.status]
    heard_ms = run_cells.news_of(scope.db, [row.key]).get(row.key)
    return RunHead(
        key=row.key,
        uuid=row.uuid,
        name=row.name,
        user=row.user,
        status=status,
        word=status_word(status, row.started_ms, heard_ms, scope.now_ms),
        started_ms=row.started_ms,
        ended_ms=row.ended_ms,
        deleted=row.lifecycle == DELETED,
        artifact_uri=row.artifact_uri,
        experiment=row.experiment,
        experiment_name=experiment.name,
    )


def describe(scope: Scope, run_id: str) -> RunOverview:
    """A run and what it is linked with. At most eleven statements."""
    run = head(scope, run_id)
    wanted = [NOTE_TAG, PARENT_TAG, *SOURCE_TAGS]
    said = run_lists.tags_named(scope.db, run.key, wanted)
    links = datasets.links_of(scope.db, [run.key]).get(run.key, datasets.NO_LINKS)
    made = {model.model_id: model.step for model in links.outputs.model_outputs}
    read = [model.model_id for model in links.inputs.model_inputs]
    models = _models(scope, [*made, *read])
    return RunOverview(
        head=run,
        said=said,
        parent=_parent(scope, said.get(PARENT_TAG)),
        children=_children(scope, run),
        inputs=links.inputs,
        made=[LinkedModel(one, step, models.get(one)) for one, step in made.items()],
        read=[LinkedModel(one, None, models.get(one)) for one in read],
        registered=_registered(scope, run),
    )


def _parent(scope: Scope, run_id: str | None) -> Relative | None:
    found = runs.find_all(scope.db, [run_id]) if run_id else []
    return _relative(found[0]) if found else None


def _children(scope: Scope, run: RunHead) -> list[Relative]:
    key = scope.names.find(scope.db, PARENT_TAG)
    if key is None:
        return []
    found = run_relatives.children(scope.db, key, run.uuid, CHILDREN_SHOWN + 1)
    return [_relative(child) for child in found]


def _relative(row: RunRow | Child) -> Relative:
    status = STATUSES[row.status]
    return Relative(row.uuid, row.name, status, row.started_ms, row.ended_ms)


def _models(scope: Scope, model_ids: list[str]) -> dict[str, LoggedModelRow]:
    if not model_ids:
        return {}
    return {row.uuid: row for row in logged_models.find_all(scope.db, model_ids)}


def _registered(scope: Scope, run: RunHead) -> list[Registered]:
    found = run_relatives.versions(scope.db, run.uuid, _VERSIONS_SHOWN)
    return [Registered(one.name, one.version, STAGES[one.stage]) for one in found]
