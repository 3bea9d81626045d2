"""Logged models of an experiment as its page lists them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from trackgate_wire.logged_models import (
    LoggedModelOrder,
    LoggedModelRegistration,
    LoggedModelStatus,
)

from trackgate_server import filters
from trackgate_server.filters.logged_models import parse_filter, parse_order
from trackgate_server.operations.scope import Scope
from trackgate_server.operations.tokens import Bookmarks
from trackgate_server.store import (
    experiments,
    logged_model_data,
    logged_model_points,
    runs,
    search_logged_models,
)
from trackgate_server.store.experiments import ExperimentRow
from trackgate_server.store.logged_models import STATUSES, LoggedModelRow
from trackgate_server.store.runs import RunRow
from trackgate_server.store.search_logged_models import LoggedModelQuery


@dataclass(frozen=True, slots=True)
class ListLoggedModels:
    """Which models to list.

    experiment  its id
    name        is part of theirs, as `filters.also_named` has it
    filter      a search expression of logged models; "" for all
    order       the newest come first where it is empty
    token       where to go on, from the list before
    """

    experiment: str
    name: str
    filter: str
    order: list[LoggedModelOrder]
    token: str
    limit: int


class LoggedModelLine(NamedTuple):
    """A model in a list.

    run      that made it; None where there is none any more
    metrics  the newest values by their names, whatever they were measured on
    """

    model: LoggedModelRow
    run: RunRow | None
    params: dict[str, str]
    metrics: dict[str, float]
    registrations: list[LoggedModelRegistration]

    @property
    def status(self) -> LoggedModelStatus:
        return STATUSES[self.model.status]


class LoggedModelLines(NamedTuple):
    """Some models; `token` leads to those behind them, None at the end."""

    lines: list[LoggedModelLine]
    token: str | None


def experiment_of(scope: Scope, experiment_id: str) -> ExperimentRow:
    """An experiment, deleted or not; raises NotFound. One statement."""
    return experiments.get(scope.db, experiment_id)


def listed(scope: Scope, asked: ListLoggedModels) -> LoggedModelLines:
    """Models with what is known of them. Five statements; raises FilterError.

    One more for each name of a metric that is searched for and not known yet.
    """
    order = [[one.field_name, one.ascending] for one in asked.order]
    what = ["model list", asked.experiment, asked.name, asked.filter, order]
    bookmarks = Bookmarks(scope.services.signing_key, what)
    query = LoggedModelQuery(
        experiments=[experiments.parse_id(asked.experiment)],
        filter=filters.also_named(parse_filter(asked.filter or None), asked.name),
        datasets=[],
        order=parse_order(asked.order),
        limit=asked.limit,
        after=bookmarks.read(asked.token),
    )
    found = search_logged_models.search(scope.db, scope.names, query)
    return LoggedModelLines(_lines(scope, found.rows), bookmarks.make(found.next))


def _lines(scope: Scope, models: Sequence[LoggedModelRow]) -> list[LoggedModelLine]:
    if not models:
        return []
    db, keys = scope.db, [model.id for model in models]
    made_by = runs.find_all(db, list({model.source_run for model in models}))
    known = {run.uuid: run for run in made_by}
    params = logged_model_data.params_of(db, keys)
    metrics = _values(scope, keys)
    versions = logged_model_data.registrations_of(db, [model.uuid for model in models])
    return [
        LoggedModelLine(
            model,
            known.get(model.source_run),
            {param.key: param.value for param in params[model.id]},
            metrics[model.id],
            versions[model.uuid],
        )
        for model in models
    ]


def _values(scope: Scope, models: Sequence[int]) -> dict[int, dict[str, float]]:
    """The newest values of each model's metrics, by its key."""
    found: dict[int, dict[str, float]] = {model: {} for model in models}
    points = logged_model_points.newest(scope.db, models)
    for point in sorted(points, key=lambda one: (one.timestamp, one.step)):
        found[point.model][point.metric] = point.value
    return found
