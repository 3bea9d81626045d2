"""Runs grouped by a parameter or tag, in place of the table of runs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Any

from markupsafe import Markup

from trackgate_server.filters import Kind
from trackgate_server.operations import run_groups
from trackgate_server.operations.run_groups import MOST_METRICS
from trackgate_server.operations.scope import Scope
from trackgate_server.store.run_groups import Group, MetricColumn, Spread
from trackgate_server.web import shown
from trackgate_server.web.run_columns import Column
from trackgate_server.web.run_table_state import TableState


@dataclass(frozen=True, slots=True)
class GroupLine:
    """One group; `spreads` has mean, deviation and range of each metric."""

    value: str | None
    runs: int
    spreads: list[Spread | None]
    query: dict[str, object]


def given(
    scope: Scope, state: TableState, column: Column, columns: Sequence[Column]
) -> dict[str, Any]:
    """What the template is given: the groups, sorted as the address says."""
    metrics = [one for one in columns if one.kind is Kind.METRIC][:MOST_METRICS]
    wanted = [MetricColumn(one.key, one.aggregate) for one in metrics]
    found = run_groups.read(scope, state.selection, column.kind, column.key, wanted)
    groups = _sorted(found.groups, state, column, metrics)
    return {
        "group": column,
        "metrics": metrics,
        "groups": [
            GroupLine(
                one.value, one.runs, one.spreads, state.narrowed(column, one.value)
            )
            for one in groups
        ],
        "cut": found.cut,
        "spread_of": spread_of,
    }


def spread_of(spread: Spread | None) -> Markup | str:
    """Mean and deviation, as "0.91 ± 0.02"."""
    if spread is None:
        return shown.NOTHING
    mean = shown.number(spread.mean)
    if spread.deviation is None:
        return mean
    return Markup("{} <small>± {}</small>").format(mean, f"{spread.deviation:.2g}")


def _sorted(
    groups: Sequence[Group],
    state: TableState,
    column: Column,
    metrics: Sequence[Column],
) -> list[Group]:
    """By the metric's mean or the group's value; by size, as they come, otherwise."""
    if direction := state.direction(column):
        present = [one for one in groups if one.value is not None]
        absent = [one for one in groups if one.value is None]
        down = direction == "DESC"
        return [*sorted(present, key=attrgetter("value"), reverse=down), *absent]
    for number, metric in enumerate(metrics):
        if direction := state.direction(metric):
            return _by_mean(groups, number, down=direction == "DESC")
    return list(groups)


def _by_mean(groups: Sequence[Group], number: int, *, down: bool) -> list[Group]:
    def mean(group: Group) -> tuple[bool, float]:
        spread = group.spreads[number]
        if spread is None:
            return True, 0.0
        return False, -spread.mean if down else spread.mean

    return sorted(groups, key=mean)
