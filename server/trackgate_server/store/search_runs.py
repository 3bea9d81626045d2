"""Search of runs: a filter's tree and an order as one SELECT."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

from sqlalchemy import ColumnElement, Select, and_, case, not_, or_, select
from sqlalchemy.sql import FromClause

from trackgate_server.filters import And, Comparison, Kind, Node, OrderTerm
from trackgate_server.store import keyset
from trackgate_server.store.comparing import (
    any_of,
    is_nan,
    metric_matches,
    number_matches,
    text_matches,
)
from trackgate_server.store.keyset import Page, Place, Term
from trackgate_server.store.lifecycle import STATUSES
from trackgate_server.store.names import Names
from trackgate_server.store.runs import RunRow
from trackgate_server.store.schema import (
    datasets,
    input_tags,
    inputs,
    latest_metrics,
    params,
    runs,
    tags,
)
from trackgate_server.store.transaction import Transaction

_STATUS = case(
    {number: status.value for number, status in enumerate(STATUSES)},
    value=runs.c.status,
)
_TEXTS: dict[str, ColumnElement[Any]] = {
    "run_id": runs.c.uuid,
    "run_name": runs.c.name,
    "status": _STATUS,
    "user_id": runs.c.user,
    "artifact_uri": runs.c.artifact_uri,
}
_NUMBERS: dict[str, ColumnElement[Any]] = {
    "start_time": runs.c.started_ms,
    "end_time": runs.c.ended_ms,
}
_ROW = [
    runs.c[name]
    for name in (
        "id",
        "uuid",
        "experiment",
        "name",
        "user",
        "status",
        "lifecycle",
        "started_ms",
        "ended_ms",
        "artifact_uri",
    )
]


@dataclass(frozen=True, slots=True)
class RunQuery:
    """What is searched for, in what order, from where on."""

    experiments: Sequence[int]
    stages: tuple[int, ...]
    filter: Node | None
    order: tuple[OrderTerm, ...]
    limit: int
    after: Place | None


def search(db: Transaction, names: Names, query: RunQuery) -> Page[RunRow]:
    """Find runs by one statement (and one for each name not yet known)."""
    builder = _Builder(db, names)
    terms = builder.terms(query.order)
    statement = (
        select(*_ROW)
        .select_from(builder.source)
        .where(
            _one_of(runs.c.experiment, query.experiments),
            _one_of(runs.c.lifecycle, query.stages),
        )
    )
    if query.filter is not None:
        statement = statement.where(builder.condition(query.filter))
    page = keyset.read_page(db, statement, terms, query.limit, query.after)
    return Page([RunRow(*row[: len(_ROW)]) for row in page.rows], page.next)


def _one_of(column: ColumnElement[int], values: Sequence[int]) -> ColumnElement[bool]:
    # One value as `=`: then the index gives the rows in the order asked for.
    return column == values[0] if len(values) == 1 else column.in_(values)


class _Builder:
    """Puts one statement together; `source` grows by a join for each order term."""

    def __init__(self, db: Transaction, names: Names) -> None:
        self._db = db
        self._names = names
        self.source: FromClause = runs

    def condition(self, node: Node) -> ColumnElement[bool]:
        if isinstance(node, Comparison):
            return self._comparison(node)
        parts = [self.condition(term) for term in node.terms]
        return and_(*parts) if isinstance(node, And) else or_(*parts)

    def terms(self, order: Sequence[OrderTerm]) -> list[Term]:
        terms = [self._term(number, term) for number, term in enumerate(order)]
        if not any(
            term.kind is Kind.ATTRIBUTE and term.key == "start_time" for term in order
        ):
            terms.append(Term(runs.c.started_ms, ascending=False))
        return [*terms, Term(runs.c.uuid)]

    def _comparison(self, node: Comparison) -> ColumnElement[bool]:
        if node.kind is Kind.ATTRIBUTE:
            return self._attribute(node)
        if node.kind is Kind.DATASET:
            return self._dataset(node)
        return self._keyed(node)

    def _attribute(self, node: Comparison) -> ColumnElement[bool]:
        if node.key in _NUMBERS:
            return number_matches(_NUMBERS[node.key], node.operator, node.value)
        column = _TEXTS[node.key]
        return text_matches(column, node.operator, node.value, self._db.kind)

    def _dataset(self, node: Comparison) -> ColumnElement[bool]:
        if node.key == "context":
            column: ColumnElement[Any] = input_tags.c.value
            rows = select(1).where(
                input_tags.c.run == runs.c.id,
                input_tags.c.key == "mlflow.data.context",
            )
        else:
            column = datasets.c[node.key]
            rows = select(1).where(
                inputs.c.run == runs.c.id, inputs.c.dataset == datasets.c.id
            )
        met = text_matches(column, node.operator, node.value, self._db.kind)
        return any_of(cast("Select[Any]", rows.where(met)), self._db.kind)

    def _keyed(self, node: Comparison) -> ColumnElement[bool]:
        """A metric, parameter or tag; a run without it never matches."""
        table = _TABLES[node.kind]
        key = self._names.find(self._db, node.key)
        present = select(1).where(table.c.run == runs.c.id, table.c.key == key)
        kind = self._db.kind
        if node.operator == "IS NULL":
            return (
                runs.c.id == runs.c.id if key is None else not_(any_of(present, kind))
            )
        if key is None:
            return keyset.nothing()
        if node.operator == "IS NOT NULL":
            return any_of(present, kind)
        column = table.c[_VALUE[node.aggregate]]
        if node.kind is Kind.METRIC:
            met = metric_matches(column, node.operator, node.value)
        else:
            met = text_matches(column, node.operator, node.value, kind)
        return any_of(present.where(met), kind)

    def _term(self, number: int, term: OrderTerm) -> Term:
        if term.kind is Kind.ATTRIBUTE:
            return _attribute_term(term)
        key = self._names.find(self._db, term.key)
        table = _TABLES[term.kind].alias(f"order_{number}")
        self.source = self.source.outerjoin(
            table, and_(table.c.run == runs.c.id, table.c.key == (key or 0))
        )
        column = table.c[_VALUE[term.aggregate]]
        if term.kind is Kind.METRIC:
            rank = case((column.is_(None), 2), (is_nan(column), 1), else_=0)
            number_only = case((is_nan(column), None), else_=column)
            return Term(number_only, term.ascending, rank)
        return Term(column, term.ascending, case((column.is_(None), 1), else_=0))


_TABLES = {Kind.METRIC: latest_metrics, Kind.PARAM: params, Kind.TAG: tags}
_VALUE = {"last": "value", "min": "min", "max": "max"}


def _attribute_term(term: OrderTerm) -> Term:
    column = _NUMBERS.get(term.key)
    if column is None:
        return Term(_TEXTS[term.key], term.ascending)
    if term.key == "start_time":
        return Term(column, term.ascending)
    return Term(column, term.ascending, case((column.is_(None), 1), else_=0))
