"""Runs grouped by a parameter or tag: how many, and the spread of their metrics."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from trackgate_server.filters import Aggregate, Kind, Node
from trackgate_server.store.fragments import Fragment, all_of, fetch, joined
from trackgate_server.store.names import Names
from trackgate_server.store.run_conditions import RUN, Conditions
from trackgate_server.store.run_statements import Scope
from trackgate_server.store.run_values import COLUMNS, TABLES
from trackgate_server.store.transaction import Transaction

LARGEST = 1e150
"""Values beyond are left out, as NaN is: their squares are no doubles any more."""


class MetricColumn(NamedTuple):
    """One value of each run."""

    key: str
    aggregate: Aggregate


@dataclass(frozen=True, slots=True)
class GroupQuery:
    """Which runs are grouped, and by what.

    kind, key  a parameter's or tag's
    most       groups at most, the largest first
    """

    experiments: Sequence[int]
    stages: Sequence[int]
    filter: Node | None
    kind: Kind
    key: str
    metrics: Sequence[MetricColumn]
    most: int


class Spread(NamedTuple):
    """What the runs of a group have of one metric.

    runs       that have it
    deviation  of a sample; None of a single run
    """

    runs: int
    mean: float
    deviation: float | None
    min: float
    max: float


class Group(NamedTuple):
    """Runs with one value; None are those that have none.

    spreads  one for each metric asked for; None where no run has it
    """

    value: str | None
    runs: int
    spreads: list[Spread | None]


def read(db: Transaction, names: Names, query: GroupQuery) -> list[Group]:
    """The groups, the largest first. Two statements, and one for names not yet known.

    Visits all runs of the experiments.
    """
    matching = _matching(db, names, query)
    counted = fetch(
        db,
        joined(
            "",
            [
                matching,
                Fragment(
                    " SELECT value, count(*) FROM matching GROUP BY value"
                    " ORDER BY 2 DESC, value IS NULL, value LIMIT ?",
                    (query.most,),
                ),
            ],
        ),
    )
    spreads = _spreads(db, names, query, matching)
    size = range(len(query.metrics))
    return [
        Group(value, count, [spreads.get((value, number)) for number in size])
        for value, count in counted
    ]


def _matching(db: Transaction, names: Names, query: GroupQuery) -> Fragment:
    """Numbers of the runs, each with the value it is grouped by."""
    # No name has the number 0: every run lacks what was never logged.
    key = names.find(db, query.key) or 0
    conditions = Conditions(db, names).of(query.filter)
    tests = [
        Scope(query.experiments, query.stages).where,
        *(one.met.renamed(RUN, "runs.id") for one in conditions),
    ]
    head = (
        "WITH matching AS MATERIALIZED (SELECT runs.id AS run, grouped.value AS value"
        f" FROM runs LEFT JOIN {TABLES[query.kind]} AS grouped"
        " ON grouped.run = runs.id AND grouped.key = ? WHERE "
    )
    return joined("", [Fragment(head, (key,)), all_of(tests), Fragment(")")])


def _spreads(
    db: Transaction, names: Names, query: GroupQuery, matching: Fragment
) -> dict[tuple[str | None, int], Spread]:
    if not query.metrics:
        return {}
    keys = names.find_all(db, [metric.key for metric in query.metrics])
    cells = joined(
        " UNION ALL ",
        [
            _cells(number, metric, keys.get(metric.key, 0))
            for number, metric in enumerate(query.metrics)
        ],
    )
    # Squares of what differs from the mean: those of the values themselves would leave
    # nothing of a small spread around a large mean.
    rows = fetch(
        db,
        joined(
            "",
            [
                matching,
                Fragment(", cells AS ("),
                cells,
                Fragment(
                    "), apart AS (SELECT number, value, x,"
                    " x - avg(x) OVER (PARTITION BY number, value) AS d FROM cells)"
                    " SELECT value, number, count(*), avg(x), sum(d * d), min(x),"
                    " max(x) FROM apart GROUP BY value, number"
                ),
            ],
        ),
    )
    return {(value, number): _spread(*found) for value, number, *found in rows}


def _cells(number: int, metric: MetricColumn, key: int) -> Fragment:
    column = f"t.{COLUMNS[metric.aggregate]}"
    # Both databases sort NaN above every number.
    head = (
        f"SELECT {number} AS number, matching.value AS value, {column} AS x"
        " FROM matching CROSS JOIN latest_metrics AS t"
    )
    numbers = f"t.run = matching.run AND t.key = ? AND {column} BETWEEN ? AND ?"
    return Fragment(f"{head} WHERE {numbers}", (key, -LARGEST, LARGEST))


def _spread(
    count: int, mean: float, squares: float, least: float, most: float
) -> Spread:
    deviation = math.sqrt(squares / (count - 1)) if count > 1 else None
    return Spread(count, mean, deviation, least, most)
