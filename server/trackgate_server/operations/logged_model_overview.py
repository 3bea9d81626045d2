"""What the page of one logged model shows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from trackgate_wire.logged_models import (
    LoggedModelRegistration,
    LoggedModelStatus,
    LoggedModelTag,
)

from trackgate_server.operations.run_lists import SYSTEM_TAGS
from trackgate_server.operations.scope import Scope
from trackgate_server.operations.tags import NOTE_TAG
from trackgate_server.store import (
    experiments,
    logged_model_data,
    logged_model_points,
    logged_models,
    runs,
)
from trackgate_server.store.experiments import ExperimentRow
from trackgate_server.store.lifecycle import ACTIVE
from trackgate_server.store.logged_model_points import NewestPoint
from trackgate_server.store.logged_models import STATUSES, LoggedModelRow
from trackgate_server.store.run_lists import Pair
from trackgate_server.store.runs import RunRow


class LoggedModelHead(NamedTuple):
    """What stands above everything about a logged model."""

    model: LoggedModelRow
    experiment: ExperimentRow

    @property
    def status(self) -> LoggedModelStatus:
        return STATUSES[self.model.status]

    @property
    def deleted(self) -> bool:
        return self.model.lifecycle != ACTIVE


@dataclass(frozen=True, slots=True)
class LoggedModelOverview:
    """A logged model with all that is known of it, except its files.

    points  the newest of each metric and dataset
    runs    that made or measured it, of those that there are, by their ids
    """

    head: LoggedModelHead
    params: list[Pair]
    all_tags: list[LoggedModelTag]
    points: list[NewestPoint]
    runs: dict[str, RunRow]
    registrations: list[LoggedModelRegistration]

    @property
    def note(self) -> str:
        """In Markdown; "" without one."""
        return next((tag.value for tag in self.all_tags if tag.key == NOTE_TAG), "")

    @property
    def client_tags(self) -> list[Pair]:
        """Those that clients and the server set for themselves."""
        return [
            Pair(tag.key, tag.value)
            for tag in self.all_tags
            if tag.key.startswith(SYSTEM_TAGS)
        ]

    @property
    def tags(self) -> list[LoggedModelTag]:
        """Those that people set, not clients for themselves."""
        return [tag for tag in self.all_tags if not tag.key.startswith(SYSTEM_TAGS)]


def head(scope: Scope, model_id: str) -> LoggedModelHead:
    """A logged model, deleted or not; raises NotFound. Two statements."""
    model = logged_models.get(scope.db, model_id)
    return LoggedModelHead(model, experiments.get(scope.db, str(model.experiment)))


def describe(scope: Scope, model_id: str) -> LoggedModelOverview:
    """A logged model and what it is linked with; raises NotFound. Seven statements."""
    found = head(scope, model_id)
    db, key = scope.db, found.model.id
    points = logged_model_points.newest(db, [key])
    params = logged_model_data.params_of(db, [key])[key]
    known = runs.find_all(db, [found.model.source_run, *(p.run_id for p in points)])
    return LoggedModelOverview(
        head=found,
        params=[Pair(one.key, one.value) for one in params],
        all_tags=logged_model_data.tags_of(db, [key])[key],
        points=points,
        runs={run.uuid: run for run in known},
        registrations=logged_model_data.registrations_of(db, [model_id])[model_id],
    )
