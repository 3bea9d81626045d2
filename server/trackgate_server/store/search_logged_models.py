"""Search of logged models: a filter's tree, datasets and an order as one SELECT."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, not_, or_, select
from sqlalchemy.sql.base import ReadOnlyColumnCollection
from trackgate_wire.logged_models import DatasetOfSearch, LoggedModelStatus

from trackgate_server.filters import And, Comparison, Kind, Node
from trackgate_server.filters.logged_models import ModelOrderTerm
from trackgate_server.store import keyset
from trackgate_server.store.comparing import (
    any_of,
    is_nan,
    metric_matches,
    number_matches,
    text_matches,
)
from trackgate_server.store.keyset import Page, Place, Term
from trackgate_server.store.lifecycle import ACTIVE
from trackgate_server.store.logged_models import STATUS_NUMBERS, LoggedModelRow
from trackgate_server.store.names import Names
from trackgate_server.store.schema import (
    logged_model_metrics as points,
)
from trackgate_server.store.schema import (
    logged_model_params,
    logged_model_tags,
    logged_models,
    runs,
)
from trackgate_server.store.transaction import Transaction

# The short names that clients show.
_STATUS = case(
    {
        STATUS_NUMBERS[LoggedModelStatus.PENDING]: "PENDING",
        STATUS_NUMBERS[LoggedModelStatus.READY]: "READY",
        STATUS_NUMBERS[LoggedModelStatus.FAILED]: "FAILED",
    },
    value=logged_models.c.status,
)
_TEXTS: dict[str, ColumnElement[Any]] = {
    "name": logged_models.c.name,
    "model_id": logged_models.c.uuid,
    "model_type": logged_models.c.type,
    "source_run_id": logged_models.c.source_run,
    "status": _STATUS,
    "artifact_location": logged_models.c.artifact_uri,
}
_NUMBERS: dict[str, ColumnElement[Any]] = {
    "creation_timestamp": logged_models.c.created_ms,
    "last_updated_timestamp": logged_models.c.updated_ms,
}
# Names of the columns; statuses are sorted as they follow each other.
_SORTED = {
    "name": "name",
    "model_id": "uuid",
    "model_type": "type",
    "source_run_id": "source_run",
    "status": "status",
    "artifact_location": "artifact_uri",
    "creation_timestamp": "created_ms",
    "last_updated_timestamp": "updated_ms",
}
Columns = ReadOnlyColumnCollection[str, Any]

_PAIRS = {Kind.PARAM: logged_model_params, Kind.TAG: logged_model_tags}
_ROW = [logged_models.c[name] for name in LoggedModelRow._fields]


@dataclass(frozen=True, slots=True)
class LoggedModelQuery:
    """What is searched for, in what order, from where on.

    datasets  what the metrics of the filter were measured on; any where empty
    """

    experiments: Sequence[int]
    filter: Node | None
    datasets: Sequence[DatasetOfSearch]
    order: tuple[ModelOrderTerm, ...]
    limit: int
    after: Place | None


def search(
    db: Transaction, names: Names, query: LoggedModelQuery
) -> Page[LoggedModelRow]:
    """Find logged models by one statement (and one for each name not yet known)."""
    builder = _Builder(db, names, query.datasets)
    latest = builder.latest(query.order)
    statement = select(*_ROW, *latest.values()).where(
        logged_models.c.lifecycle == ACTIVE, _in_one_of(query.experiments)
    )
    if query.filter is not None:
        statement = statement.where(builder.condition(query.filter))
    if query.datasets and not _has_metric(query.filter):
        statement = statement.where(builder.measured())
    columns = logged_models.c
    if latest:
        # Or each value would be looked up again wherever the order names it.
        found = statement.cte("found").prefix_with("MATERIALIZED")
        statement, columns = select(found), found.c
    terms = _terms(query.order, columns)
    page = keyset.read_page(db, statement, terms, query.limit, query.after)
    return Page([LoggedModelRow(*row[: len(_ROW)]) for row in page.rows], page.next)


def _terms(order: Sequence[ModelOrderTerm], columns: Columns) -> list[Term]:
    terms = [_term(term, columns) for term in order]
    if not any(_is_creation(term) for term in order):
        terms.append(Term(columns["created_ms"], ascending=False))
    return [*terms, Term(columns["uuid"])]


def _is_creation(term: ModelOrderTerm) -> bool:
    return term.kind is Kind.ATTRIBUTE and term.key == "creation_timestamp"


def _term(term: ModelOrderTerm, columns: Columns) -> Term:
    if term.kind is Kind.ATTRIBUTE:
        return Term(columns[_SORTED[term.key]], term.ascending)
    value = columns[_label(term)]
    rank = case((value.is_(None), 2), (is_nan(value), 1), else_=0)
    number_only = case((is_nan(value), None), else_=value)
    return Term(number_only, term.ascending, rank)


def _label(term: ModelOrderTerm) -> str:
    """What the newest value of a metric is called among the columns."""
    return repr((term.key, term.dataset_name, term.dataset_digest))


def _in_one_of(experiments: Sequence[int]) -> ColumnElement[bool]:
    # One as `=`: then the index gives the rows in the order asked for.
    column = logged_models.c.experiment
    return (
        column == experiments[0] if len(experiments) == 1 else column.in_(experiments)
    )


def _has_metric(node: Node | None) -> bool:
    if node is None or isinstance(node, Comparison):
        return node is not None and node.kind is Kind.METRIC
    return any(_has_metric(term) for term in node.terms)


def _on(name: str, digest: str | None) -> ColumnElement[bool]:
    """Points measured on a dataset; without a digest on any of that name."""
    named = points.c.dataset_name == name
    return and_(named, points.c.dataset_digest == digest) if digest else named


class _Builder:
    """Puts one statement together."""

    def __init__(
        self, db: Transaction, names: Names, datasets: Sequence[DatasetOfSearch]
    ) -> None:
        self._db = db
        self._names = names
        self._datasets = [_on(one.dataset_name, one.dataset_digest) for one in datasets]

    def condition(self, node: Node) -> ColumnElement[bool]:
        if isinstance(node, Comparison):
            return self._comparison(node)
        parts = [self.condition(term) for term in node.terms]
        return and_(*parts) if isinstance(node, And) else or_(*parts)

    def measured(self) -> ColumnElement[bool]:
        """Whether anything was measured on one of the datasets."""
        rows = select(1).where(points.c.model == logged_models.c.id)
        return any_of(rows.where(or_(*self._datasets)), self._db.kind)

    def latest(self, order: Sequence[ModelOrderTerm]) -> dict[str, ColumnElement[Any]]:
        """The newest values of the metrics to order by, by their labels."""
        return {
            _label(term): self._latest(term).label(_label(term))
            for term in order
            if term.kind is Kind.METRIC
        }

    def _comparison(self, node: Comparison) -> ColumnElement[bool]:
        if node.kind is Kind.METRIC:
            return self._metric(node)
        if node.kind is not Kind.ATTRIBUTE:
            return self._pair(node)
        if node.key in _NUMBERS:
            return number_matches(_NUMBERS[node.key], node.operator, node.value)
        column = _TEXTS[node.key]
        return text_matches(column, node.operator, node.value, self._db.kind)

    def _pair(self, node: Comparison) -> ColumnElement[bool]:
        """A parameter or tag; a model without it never matches."""
        table = _PAIRS[node.kind]
        present = select(1).where(
            table.c.model == logged_models.c.id, table.c.key == node.key
        )
        kind = self._db.kind
        if node.operator == "IS NULL":
            return not_(any_of(present, kind))
        if node.operator == "IS NOT NULL":
            return any_of(present, kind)
        met = text_matches(table.c.value, node.operator, node.value, kind)
        return any_of(present.where(met), kind)

    def _metric(self, node: Comparison) -> ColumnElement[bool]:
        """Any point of the metric, or the least or greatest of all."""
        column = points.c.value
        where = self._points(node.key, self._datasets)
        if node.aggregate == "last":
            met = metric_matches(column, node.operator, node.value)
            return any_of(select(1).where(where, met), self._db.kind)
        extreme = func.min if node.aggregate == "min" else func.max
        found = select(extreme(column)).where(where, not_(is_nan(column)))
        return metric_matches(found.scalar_subquery(), node.operator, node.value)

    def _latest(self, term: ModelOrderTerm) -> ColumnElement[Any]:
        name, digest = term.dataset_name, term.dataset_digest
        conditions = [_on(name, digest)] if name else []
        if digest and not name:
            conditions = [points.c.dataset_digest == digest]
        return (
            select(points.c.value)
            .join(runs, runs.c.id == points.c.run)
            .where(self._points(term.key, conditions))
            .order_by(points.c.timestamp.desc(), points.c.step.desc(), runs.c.uuid)
            .limit(1)
            .scalar_subquery()
        )

    def _points(
        self, key: str, datasets: Sequence[ColumnElement[bool]]
    ) -> ColumnElement[bool]:
        """Points of a metric measured with the model, on one of the datasets."""
        name = self._names.find(self._db, key)
        if name is None:
            return keyset.nothing()
        found = and_(points.c.model == logged_models.c.id, points.c.key == name)
        return and_(found, or_(*datasets)) if datasets else found
