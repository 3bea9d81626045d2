"""Experiments as pages list them: with what happened in each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from trackgate_wire.experiments import Experiment

from trackgate_server import filters
from trackgate_server.operations.scope import Scope
from trackgate_server.operations.tokens import Bookmarks
from trackgate_server.store import experiment_activity, experiments, search_experiments
from trackgate_server.store.experiment_activity import Activity
from trackgate_server.store.lifecycle import ACTIVE, DELETED
from trackgate_server.store.search_experiments import ExperimentQuery


@dataclass(frozen=True, slots=True)
class ListExperiments:
    """Which experiments to list.

    name      is part of theirs, as `filters.also_named` has it
    filter    a search expression of experiments; "" for all
    order     a clause such as "name DESC"; "" for the newest first
    deleted   those that were deleted, instead of those that were not
    token     where to go on, from the list before
    """

    name: str
    filter: str
    order: str
    deleted: bool
    token: str
    limit: int


class ExperimentLine(NamedTuple):
    experiment: Experiment
    activity: Activity


class ExperimentLines(NamedTuple):
    """Some experiments; `token` leads to those behind them, None at the end."""

    lines: list[ExperimentLine]
    token: str | None


def listed(scope: Scope, asked: ListExperiments) -> ExperimentLines:
    """Experiments with their activity. Three statements; raises FilterError."""
    what = ["experiment list", asked.name, asked.filter, asked.order, asked.deleted]
    bookmarks = Bookmarks(scope.services.signing_key, what)
    wanted = filters.parse_experiments_filter(asked.filter or None)
    query = ExperimentQuery(
        stages=(DELETED if asked.deleted else ACTIVE,),
        filter=filters.also_named(wanted, asked.name),
        order=filters.parse_experiments_order([asked.order] if asked.order else []),
        limit=asked.limit,
        after=bookmarks.read(asked.token),
    )
    found = search_experiments.search(scope.db, query)
    activity = experiment_activity.of_experiments(
        scope.db, [row.id for row in found.rows]
    )
    shown = experiments.described(scope.db, found.rows)
    lines = [
        ExperimentLine(experiment, activity[row.id])
        for row, experiment in zip(found.rows, shown, strict=True)
    ]
    return ExperimentLines(lines, bookmarks.make(found.next))


def activity_of(scope: Scope, experiment: Experiment) -> Activity:
    """What happened in one. One statement."""
    number = int(experiment.experiment_id)
    return experiment_activity.of_experiments(scope.db, [number])[number]
