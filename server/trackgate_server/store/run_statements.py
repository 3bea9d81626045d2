"""The statements of a search of runs, each reading its tables in the order told.

Neither database is left to choose: SQLite keeps no statistics, and those of
PostgreSQL do not know how values are spread within one key.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from trackgate_server.store.fragments import Fragment, all_of, joined, listed
from trackgate_server.store.keyset import Place
from trackgate_server.store.run_conditions import RUN, Condition, Span
from trackgate_server.store.run_order import STARTED, Term, behind, order_by
from trackgate_server.store.run_values import Stretch, Valued
from trackgate_server.store.transaction import Kind

ROW = ", ".join(
    f"runs.{name}"
    for name in (
        *("id", "uuid", "experiment", "name", '"user"', "status", "lifecycle"),
        *("started_ms", "ended_ms", "artifact_uri"),
    )
)
Bound = tuple[str, float]

_WHERE = Fragment(" WHERE ")


@dataclass(frozen=True, slots=True)
class Scope:
    """Which runs are searched at all.

    since, until  when they must have started: an operator and milliseconds
    """

    experiments: Sequence[int]
    stages: Sequence[int]
    since: Bound | None = None
    until: Bound | None = None

    @property
    def where(self) -> Fragment:
        """As a condition on `runs`."""
        # Never two bounds of the same side: SQLite might follow the wider one.
        bounds = [one for one in (self.since, self.until) if one is not None]
        return all_of(
            [
                _one_of("runs.experiment", self.experiments),
                _one_of("runs.lifecycle", self.stages),
                *(Fragment(f"{STARTED} {sign} ?", (time,)) for sign, time in bounds),
            ]
        )

    @property
    def parts(self) -> list[Fragment]:
        """As conditions that each leave the order of the index `runs_newest`."""
        return [
            replace(self, experiments=[experiment], stages=[stage]).where
            for experiment in self.experiments
            for stage in self.stages
        ]

    def starting(self, sign: str, time: float) -> Scope:
        """Only those of them that started so; `sign` is <, <=, > or >=."""
        if sign in (">", ">="):
            since = self.since
            if since is None or (time, sign == ">") > (since[1], since[0] == ">"):
                return replace(self, since=(sign, time))
        else:
            until = self.until
            if until is None or (time, sign == "<=") < (until[1], until[0] == "<="):
                return replace(self, until=(sign, time))
        return self


@dataclass(frozen=True, slots=True)
class Wanted:
    """Runs wanted: the first so many behind a place that meet all conditions.

    depth  by how many terms of the order they are all equal
    """

    conditions: Sequence[Condition]
    terms: Sequence[Term]
    place: Place | None
    limit: int
    depth: int = 0

    @property
    def order(self) -> Sequence[Term]:
        """The terms they are not all equal by."""
        return self.terms[self.depth :]

    @property
    def start(self) -> tuple[int, Any] | None:
        """Rank and value of the place, by the first of these terms."""
        return None if self.place is None else self.place[self.depth]

    def less(self, found: int) -> Wanted:
        """The same where so many were found already."""
        return replace(self, limit=self.limit - found)

    def tied(self, condition: Condition, *, goes_on: bool) -> Wanted:
        """Those of them which a condition makes equal by the first of these terms.

        goes_on  the place is among them
        """
        return replace(
            self,
            conditions=[*self.conditions, condition],
            place=self.place if goes_on else None,
            depth=self.depth + 1,
        )


def listing(kind: Kind, scope: Scope, wanted: Wanted, span: Span | None) -> Fragment:
    """The runs, each with its value for every term, found by way of a span.

    Without one by way of `runs`.
    """
    terms = [_near(term, span) for term in wanted.terms]
    conditions = [one for one in wanted.conditions if span is None or one.span != span]
    order = terms[wanted.depth :]
    tests = [one.met.renamed(RUN, "runs.id") for one in conditions if one.of_row]
    others = [one.met for one in conditions if not one.of_row]
    if span is None:
        tests = [scope.where, *tests, *(one.renamed(RUN, "runs.id") for one in others)]
        source = Fragment("runs")
    else:
        there = all_of(
            [
                span.bounds,
                span.rest,
                *(one.renamed(RUN, "picked.run") for one in others),
            ]
        )
        if kind == "sqlite":
            source = Fragment(f"{span.values.table} AS picked CROSS JOIN runs")
            tests = [there, Fragment("runs.id = picked.run"), scope.where, *tests]
        else:
            source = _lateral(span, there)
            tests = [scope.where, *tests]
    if wanted.place is not None:
        tests.append(behind(order, wanted.place[wanted.depth :]))
    columns = ", ".join([ROW, *(term.column for term in terms)])
    return joined(
        "",
        [
            Fragment(f"SELECT {columns} FROM "),
            source,
            *(
                _join(term, term.values, kind)
                for term in terms
                if term.values and term.alias
            ),
            *([_WHERE, all_of(tests)] if tests else []),
            Fragment(f" ORDER BY {order_by(order)} LIMIT {wanted.limit}"),
        ],
    )


def in_scope(scope: Scope) -> Fragment:
    """The runs searched, to be counted."""
    rows = joined("", [Fragment("runs WHERE "), scope.where])
    # Makes PostgreSQL take the index even if it has never looked at the table.
    order = f" ORDER BY {STARTED} DESC" if len(scope.parts) == 1 else ""
    return Fragment(rows.text + order, rows.values)


def in_span(span: Span) -> Fragment:
    """The rows of a span, to be counted by the index alone."""
    return Fragment(
        f"{span.values.table} AS picked WHERE {span.bounds.text}"
        f" ORDER BY {span.values.entry('picked')}",
        span.bounds.values,
    )


def nth_entry(stretch: Stretch, n: int) -> Fragment:
    """What the index has of the n-th value of a stretch of it, counted from 1."""
    entry, rows = stretch.values.entry("picked"), stretch.bounds("picked")
    return Fragment(
        f"(SELECT {entry} FROM {stretch.values.table} AS picked WHERE {rows.text}"
        f" ORDER BY {entry} {direction(stretch.ascending)} LIMIT 1 OFFSET {n - 1})",
        rows.values,
    )


def nth_start(part: Fragment, ascending: bool, n: int) -> Fragment:
    """When the n-th run of a part of the scope started."""
    return Fragment(
        f"(SELECT {STARTED} FROM runs WHERE {part.text}"
        f" ORDER BY {STARTED} {direction(ascending)} LIMIT 1 OFFSET {n - 1})",
        part.values,
    )


def direction(ascending: bool) -> str:
    """As SQL has it."""
    return "ASC" if ascending else "DESC"


def survey(rows: Sequence[Fragment], bound: int, ends: Sequence[Fragment]) -> Fragment:
    """How many of each rows there are, as one row, and the ends behind them.

    The first are counted up to one more than the bound, and the others up to the count
    before: so counts never rise, and the first of the least counts is that of the
    fewest rows. The ends are NULL unless the least count is beyond the bound.
    """
    # Read one by one: neither database joins as many as a filter may have.
    counts = [f"(SELECT n FROM c{number})" for number in range(len(rows))]
    limits = [str(bound + 1), *counts]
    counted = [
        Fragment(
            f"c{number} AS MATERIALIZED (SELECT count(*) AS n FROM"
            f" (SELECT 1 FROM {one.text} LIMIT {limits[number]}) AS counted)",
            one.values,
        )
        for number, one in enumerate(rows)
    ]
    many = f"{counts[-1]} > {bound}"
    cells = [
        Fragment(f"CASE WHEN {many} THEN {end.text} END", end.values) for end in ends
    ]
    return joined(
        "",
        [
            Fragment("WITH "),
            joined(", ", counted),
            Fragment(" SELECT "),
            joined(", ", [*map(Fragment, counts), *cells]),
        ],
    )


def _lateral(span: Span, there: Fragment) -> Fragment:
    # Either keeps PostgreSQL from choosing another way through the tables.
    end = "OFFSET 0"
    if span.follows and span.values.metric:
        end = f"ORDER BY picked.value {span.follows}"
    picked = Fragment(f"(SELECT picked.* FROM {span.values.table} AS picked WHERE ")
    # By the id alone: a database that has not looked at its tables yet might take the
    # experiment's index instead and pass over all its runs, for each one.
    row = Fragment(
        f" {end}) AS picked CROSS JOIN LATERAL (SELECT {ROW} FROM runs"
        " WHERE runs.id = picked.run OFFSET 0) AS runs"
    )
    return joined("", [picked, there, row])


def _join(term: Term, values: Valued, kind: Kind) -> Fragment:
    if kind == "sqlite":
        return Fragment(
            f" LEFT JOIN {values.table} AS {term.alias} ON {term.alias}.run = runs.id"
            f" AND {term.alias}.key = ?",
            (values.key,),
        )
    return Fragment(
        f" LEFT JOIN LATERAL (SELECT t.{values.column} FROM {values.table} AS t"
        f" WHERE t.run = runs.id AND t.key = ? OFFSET 0) AS {term.alias} ON TRUE",
        (values.key,),
    )


def _near(term: Term, span: Span | None) -> Term:
    """A term's value is at hand where the span is of the same key."""
    if span is None or term.values is None or not term.values.same_rows(span.values):
        return term
    near = term.read_from("picked", term.values)
    # Whoever follows an order has left runs without a value behind: so the database
    # can follow it too, and stop.
    return replace(near, nullable=False) if span.follows else near


def _one_of(column: str, values: Sequence[int]) -> Fragment:
    # One value as `=`: then the index gives the rows in the order asked for.
    if len(values) == 1:
        return Fragment(f"{column} = ?", (values[0],))
    return listed(column, "IN", values)
