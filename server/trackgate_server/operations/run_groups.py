"""Runs grouped by a parameter or tag: the rules."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from trackgate_server import filters
from trackgate_server.filters import Kind
from trackgate_server.operations.run_table import Selection
from trackgate_server.operations.scope import Scope
from trackgate_server.store import run_groups
from trackgate_server.store.run_groups import Group, GroupQuery, MetricColumn

MOST_GROUPS = 500
MOST_METRICS = 12
"""Further ones are left out: each visits all runs."""


class Grouped(NamedTuple):
    """The largest groups, and whether there are smaller ones that were left out."""

    groups: list[Group]
    cut: bool


def read(
    scope: Scope,
    asked: Selection,
    kind: Kind,
    key: str,
    metrics: Sequence[MetricColumn],
) -> Grouped:
    """All runs that match, nested ones too, as groups; the largest first.

    kind, key  a parameter's or tag's

    Raises FilterError.
    """
    query = GroupQuery(
        asked.where(),
        (asked.lifecycle,),
        filters.parse_runs_filter(asked.filter),
        kind,
        key,
        metrics[:MOST_METRICS],
        MOST_GROUPS + 1,
    )
    if not query.experiments:
        return Grouped([], cut=False)
    found = run_groups.read(scope.db, scope.names, query)
    return Grouped(found[:MOST_GROUPS], len(found) > MOST_GROUPS)
