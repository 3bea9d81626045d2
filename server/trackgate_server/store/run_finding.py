"""The way to the first runs of an order that meet some conditions.

There are three: along the order itself, testing each run; from the rarest condition,
sorting what it leads to; through all runs of the experiments. Which is the shortest is
counted, up to a bound. While nothing is small enough to be sorted, the order is
followed for a stride, and then for one several times as long: so no search costs
much more than by its best way, and none visits runs it has no need to.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from trackgate_server.store.fragments import Fragment, fetch
from trackgate_server.store.keyset import Place
from trackgate_server.store.run_conditions import NEVER, Condition, Conditions, Span
from trackgate_server.store.run_order import NAN, PRESENT, STARTED, Term
from trackgate_server.store.run_statements import (
    Scope,
    Wanted,
    direction,
    in_scope,
    in_span,
    listing,
    nth_entry,
    nth_start,
    survey,
)
from trackgate_server.store.run_values import Stretch, Valued
from trackgate_server.store.runs import RunRow
from trackgate_server.store.transaction import Row, Transaction

ROW_LENGTH = len(RunRow._fields)

# Rows an order is followed for at first. As many are rather sorted.
_FIRST_STRIDE = 1_024
_LONGER = 8
# To follow runs by their start costs less for each than to look runs up and sort them,
# and ends with the page.
_CHEAPER = 4
# Runs that meet the conditions are never spread evenly.
_MARGIN = 1.5
# More subqueries are not worth their planning.
_MOST_PARTS = 100


def place_of(row: Row, terms: Sequence[Term]) -> Place:
    """Where a run that was found stands in the order."""
    cells = row[ROW_LENGTH:]
    return [term.place_of(cell) for term, cell in zip(terms, cells, strict=True)]


@dataclass(frozen=True, slots=True)
class _Survey:
    """What is known before rows are read.

    few    so few are to be read that the order need not be followed
    span   leads to those; None where they are all the runs searched
    ends   what was asked for besides
    """

    few: bool
    span: Span | None
    ends: Sequence[Any]


class Finder:
    """Answers one search; a row found is a run's and its value for each term."""

    def __init__(self, db: Transaction, makers: Conditions, scope: Scope) -> None:
        self._db = db
        self._makers = makers
        self._scope = scope

    def find(self, wanted: Wanted) -> list[Row]:
        """The runs wanted, in order."""
        if NEVER in wanted.conditions:
            return []
        if any(one.unique for one in wanted.conditions):
            return self._read(wanted, self._scope)
        term = wanted.order[0]
        if term.values is not None and term.values.indexed:
            return self._by_value(wanted, term, term.values)
        if term.column == STARTED and len(self._scope.parts) <= _MOST_PARTS:
            return self._by_start(wanted, term)
        return self._unordered(wanted)

    def _by_value(self, wanted: Wanted, term: Term, values: Valued) -> list[Row]:
        """Runs with a number or text, then those with NaN, then those without any."""
        rank, value = wanted.start or (PRESENT, None)
        rows: list[Row] = []
        if rank == PRESENT:
            stretch = Stretch(values, term.ascending).starting(value)
            rows, complete = self._along(wanted, stretch)
            if complete:
                return rows
        for block, condition in self._blocks(term, values):
            if len(rows) < wanted.limit and rank <= block:
                tied = wanted.tied(condition, goes_on=rank == block)
                rows += self.find(tied.less(len(rows)))
        return rows

    def _blocks(self, term: Term, values: Valued) -> Iterator[tuple[int, Condition]]:
        if values.metric:
            yield NAN, self._makers.not_a_number(values)
        yield term.missing, self._makers.missing(values)

    def _along(self, wanted: Wanted, stretch: Stretch) -> tuple[list[Row], bool]:
        """Runs with a value; and whether no others are to follow them."""
        rows: list[Row] = []
        stride = _first_stride(wanted)
        while True:
            ends = [nth_entry(stretch, stride), nth_entry(stretch, 2 * stride)]
            seen = self._survey(wanted, self._scope, stride, ends)
            if seen.few:
                return rows + self._rest(wanted, rows, seen.span), True
            end, second = seen.ends
            left = wanted.less(len(rows))
            if end is None:
                rows += self._on(left, stretch)
                return rows, len(rows) >= wanted.limit
            if end == second and stretch.values.whole(end):
                rows += self._up_to_tie(left, stretch, end)
            else:
                rows += self._on(left, stretch.up_to(end))
            if len(rows) >= wanted.limit:
                return rows, True
            stretch = stretch.behind(end)
            stride = _next_stride(stride, left, wanted.less(len(rows)))

    def _up_to_tie(self, wanted: Wanted, stretch: Stretch, value: Any) -> list[Row]:
        """A long tie is a search of its own, by the terms behind."""
        rows = self._on(wanted, stretch.before(value))
        if len(rows) < wanted.limit:
            condition = self._makers.equal(stretch.values, value)
            tied = wanted.tied(condition, goes_on=wanted.start == (PRESENT, value))
            rows += self.find(tied.less(len(rows)))
        return rows

    def _on(self, wanted: Wanted, stretch: Stretch) -> list[Row]:
        if stretch.empty:
            return []
        bounds, follows = stretch.bounds("picked"), direction(stretch.ascending)
        span = Span(stretch.values, bounds, follows=follows)
        return self._read(wanted, self._scope, span)

    def _by_start(self, wanted: Wanted, term: Term) -> list[Row]:
        scope = self._scope
        if wanted.start is not None:
            scope = scope.starting(">=" if term.ascending else "<=", wanted.start[1])
        if len(scope.parts) == 1 and not _spans(wanted):
            # There is no other way, and the database stops by itself.
            return self._read(wanted, scope)
        rows: list[Row] = []
        up_to, behind = ("<=", ">") if term.ascending else (">=", "<")
        stride = _first_stride(wanted)
        while True:
            ends = [nth_start(part, term.ascending, stride) for part in scope.parts]
            seen = self._survey(wanted, scope, stride // _CHEAPER, ends)
            if seen.few:
                return rows + self._rest(wanted, rows, seen.span)
            reached = [end for end in seen.ends if end is not None]
            left = wanted.less(len(rows))
            if not reached:
                return rows + self._read(left, scope)
            end = min(reached) if term.ascending else max(reached)
            rows += self._read(left, scope.starting(up_to, end))
            if len(rows) >= wanted.limit:
                return rows
            scope = scope.starting(behind, end)
            stride = _next_stride(stride, left, wanted.less(len(rows)))

    def _unordered(self, wanted: Wanted) -> list[Row]:
        """No index has this order."""
        stride = _first_stride(wanted)
        while _spans(wanted):
            seen = self._survey(wanted, self._scope, stride)
            if seen.few:
                return self._read(wanted, self._scope, seen.span)
            stride *= _LONGER
        return self._read(wanted, self._scope)

    def _survey(
        self,
        wanted: Wanted,
        scope: Scope,
        bound: int,
        ends: Sequence[Fragment] = (),
    ) -> _Survey:
        """Count what leads to the runs wanted. One statement."""
        # Texts are mostly asked for by one value, numbers by a range: the former lead
        # to fewer runs, and what is counted behind them needs no more than that.
        spans = sorted(_spans(wanted), key=lambda span: span.values.metric)
        rows = [*map(in_span, spans), in_scope(scope)]
        (found,) = fetch(self._db, survey(rows, bound, ends))
        counts = found[: len(rows)]
        shortest = counts.index(min(counts))
        return _Survey(
            counts[shortest] <= bound,
            spans[shortest] if shortest < len(spans) else None,
            found[len(rows) :],
        )

    def _rest(
        self, wanted: Wanted, rows: Sequence[Row], span: Span | None
    ) -> list[Row]:
        """All that is wanted behind what was found already."""
        left = wanted.less(len(rows))
        if rows:
            left = replace(left, place=place_of(rows[-1], wanted.terms))
        return self._read(left, self._scope, span)

    def _read(
        self, wanted: Wanted, scope: Scope, span: Span | None = None
    ) -> list[Row]:
        return fetch(self._db, listing(self._db.kind, scope, wanted, span))


def _spans(wanted: Wanted) -> list[Span]:
    return [one.span for one in wanted.conditions if one.span is not None]


def _first_stride(wanted: Wanted) -> int:
    return max(_FIRST_STRIDE, 2 * wanted.limit)


def _next_stride(stride: int, before: Wanted, after: Wanted) -> int:
    """How far to go next, by what the last stride brought."""
    found = before.limit - after.limit
    longest = stride * _LONGER
    if found * _LONGER <= after.limit:
        return longest
    return min(longest, max(_FIRST_STRIDE, int(stride * _MARGIN * after.limit / found)))
