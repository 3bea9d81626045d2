"""What a run must meet: a filter's tree as SQL, and which index leads to such runs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple, cast

from trackgate_server.filters import And, Comparison, Node
from trackgate_server.filters import Kind as Subject
from trackgate_server.store.comparing_text import met_by_number, met_by_text
from trackgate_server.store.fragments import Fragment, all_of, joined, listed
from trackgate_server.store.lifecycle import STATUSES
from trackgate_server.store.names import Names
from trackgate_server.store.run_values import COLUMNS, TABLES, Valued
from trackgate_server.store.transaction import Transaction

RUN = "<run>"
"""Stands for the run's number in a condition; each statement has it elsewhere."""

STATUS = (
    "CASE runs.status "
    + " ".join(f"WHEN {number} THEN '{one}'" for number, one in enumerate(STATUSES))
    + " END"
)
TEXTS = {
    "run_id": "runs.uuid",
    "run_name": "runs.name",
    "status": STATUS,
    "user_id": 'runs."user"',
    "artifact_uri": "runs.artifact_uri",
}
NUMBERS = {
    "start_time": "runs.started_ms",
    "end_time": "runs.ended_ms",
    # Clients choose both times, so that their difference may be no 64-bit number.
    "duration": "(CAST(runs.ended_ms AS DOUBLE PRECISION) - runs.started_ms)",
}


class Span(NamedTuple):
    """Part of an index by key and value; the table is called `picked` there.

    values   what the index is of
    bounds   what the index alone decides
    rest     what else its rows must meet, TRUE for nothing
    follows  ASC or DESC where it is read to follow an order, else empty
    """

    values: Valued
    bounds: Fragment
    rest: Fragment = Fragment("TRUE")
    follows: str = ""


@dataclass(frozen=True, slots=True)
class Condition:
    """Something a run must meet.

    met      tells it of the run that `RUN` stands for
    of_row   it reads columns of `runs`
    span     leads to all runs that meet it and to no others; None without an index
    started  says the same as a bound of the run's start
    unique   it names runs by their ids, which the database finds by itself
    """

    met: Fragment
    of_row: bool = False
    span: Span | None = None
    started: tuple[str, float] | None = None
    unique: bool = False


NEVER = Condition(Fragment("FALSE"))
_ALWAYS = Condition(Fragment("TRUE"))


class Conditions:
    """Makes the conditions of one search."""

    def __init__(self, db: Transaction, names: Names) -> None:
        self._db = db
        self._names = names
        # PostgreSQL would turn each EXISTS into a join and weigh the orders of all:
        # 100 comparisons took it 12 s to plan. An offset keeps it from doing so.
        self._apart = " OFFSET 0" if db.kind == "postgresql" else ""

    def of(self, node: Node | None) -> list[Condition]:
        """Conditions that together say what the tree says."""
        if node is None:
            return []
        if isinstance(node, Comparison):
            return [self._comparison(node)]
        terms = [self.of(term) for term in node.terms]
        if isinstance(node, And):
            return [one for term in terms for one in term]
        either = joined(" OR ", (all_of(one.met for one in term) for term in terms))
        of_row = any(one.of_row for term in terms for one in term)
        return [Condition(Fragment(f"({either.text})", either.values), of_row)]

    def equal(self, values: Valued, value: object) -> Condition:
        """The run's value is this one; the index must have all of it."""
        return self._spanned(values, values.compared("picked", "=", value))

    def not_a_number(self, metric: Valued) -> Condition:
        """The metric's latest value is NaN."""
        return self._spanned(metric, metric.beyond_numbers("picked"))

    def missing(self, values: Valued) -> Condition:
        """The run has nothing of that key."""
        there = self._exists(values.table, values.of_key("t")).met
        return Condition(Fragment(f"NOT {there.text}", there.values))

    def outermost(
        self, parent_tag: str, experiments: Sequence[int], stages: Sequence[int]
    ) -> Condition:
        """No other run of these experiments and stages is named as the run's parent."""
        key = self._names.find(self._db, parent_tag)
        if key is None:
            return _ALWAYS
        parent = all_of(
            [
                Fragment("t.key = ? AND parent.uuid = t.value", (key,)),
                Fragment("parent.id <> t.run"),
                listed("parent.experiment", "IN", experiments),
                listed("parent.lifecycle", "IN", stages),
            ]
        )
        there = self._exists("tags AS t CROSS JOIN runs AS parent", parent).met
        return Condition(Fragment(f"NOT {there.text}", there.values))

    def _spanned(self, values: Valued, bounds: Fragment) -> Condition:
        return self._holds(
            values, bounds.renamed("picked.", "t."), Span(values, bounds)
        )

    def _comparison(self, node: Comparison) -> Condition:
        if node.kind is Subject.DATASET:
            return self._dataset(node)
        if node.kind is not Subject.ATTRIBUTE:
            return self._keyed(node)
        if node.key in NUMBERS:
            return _numeric(node)
        kind = self._db.kind
        met = met_by_text(TEXTS[node.key], node.operator, node.value, kind)
        unique = node.key == "run_id" and node.operator in ("=", "IN")
        return Condition(met, of_row=True, unique=unique)

    def _dataset(self, node: Comparison) -> Condition:
        kind = self._db.kind
        if node.key == "context":
            met = met_by_text("t.value", node.operator, node.value, kind)
            named = Fragment("t.key = 'mlflow.data.context'")
            return self._exists("input_tags", all_of([named, met]))
        column = f"datasets.{node.key}"
        met = met_by_text(column, node.operator, node.value, kind)
        source = "inputs AS t JOIN datasets ON datasets.id = t.dataset"
        return self._exists(source, met)

    def _keyed(self, node: Comparison) -> Condition:
        """A metric, parameter or tag; a run without it never matches."""
        key = self._names.find(self._db, node.key)
        absent = node.operator == "IS NULL"
        if key is None:
            return _ALWAYS if absent else NEVER
        values = Valued(TABLES[node.kind], key, self._db.kind, COLUMNS[node.aggregate])
        if absent:
            return self.missing(values)
        bounds, rest = values.bounded("picked", node.operator, node.value)
        there = values.met("t", node.operator, node.value)
        return self._holds(values, there, Span(values, bounds, rest))

    def _holds(self, values: Valued, rows: Fragment, span: Span) -> Condition:
        """The run's row of that key is one of these; it is called `t` there."""
        if self._db.kind == "postgresql":
            # Looked up by run and key. A database that has not looked at its tables
            # yet would go through all rows with such a value instead, for each run.
            tested = Fragment(f"({rows.text}) IS TRUE", rows.values)
            rows = all_of([values.of_key("t"), tested])
        return self._exists(values.table, rows, span)

    def _exists(
        self, source: str, rows: Fragment, span: Span | None = None
    ) -> Condition:
        """The run has such a row in a table, which is called `t` there."""
        text = source if " AS " in source else f"{source} AS t"
        met = (
            f"EXISTS (SELECT 1 FROM {text} WHERE t.run = {RUN} AND {rows.text}"
            f"{self._apart})"
        )
        return Condition(Fragment(met, rows.values), span=span)


def _numeric(node: Comparison) -> Condition:
    met = met_by_number(NUMBERS[node.key], node.operator, node.value)
    bounds = node.key == "start_time" and node.operator in ("<", "<=", ">", ">=")
    started = (node.operator, cast(float, met.values[0])) if bounds else None
    return Condition(met, of_row=True, started=started)
