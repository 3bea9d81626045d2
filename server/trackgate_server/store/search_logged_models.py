"""Search of logged models: a filter's tree, datasets and an order as one SELECT."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, not_, or_, select
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
# Statuses are sorted as they follow each other.
_ORDERS = {**_TEXTS, **_NUMBERS, "status": logged_models.c.status}
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
    statement = select(*_ROW).where(
        logged_models.c.lifecycle == ACTIVE, _in_one_of(query.experiments)
    )
    if query.filter is not None:
        statement = statement.where(builder.condition(query.filter))
    if query.datasets and not _has_metric(query.filter):
        statement = statement.where(builder.measured())
    terms = builder.terms(query.order)
    page = keyset.read_page(db, statement, terms, query.limit, query.after)
    return Page([LoggedModelRow(*row[: len(_ROW)]) for row in page.rows], page.next)


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

    def terms(self, order: Sequence[ModelOrderTerm]) -> list[Term]:
        terms = [self._term(term) for term in order]
        named = {term.key for term in order if term.kind is Kind.ATTRIBUTE}
        if "creation_timestamp" not in named:
            terms.append(Term(logged_models.c.created_ms, ascending=False))
        return [*terms, Term(logged_models.c.uuid)]

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

    def _term(self, term: ModelOrderTerm) -> Term:
        if term.kind is Kind.ATTRIBUTE:
            return Term(_ORDERS[term.key], term.ascending)
        name, digest = term.dataset_name, term.dataset_digest
        conditions = [_on(name, digest)] if name else []
        if digest and not name:
            conditions = [points.c.dataset_digest == digest]
        latest = (
            select(points.c.value)
            .join(runs, runs.c.id == points.c.run)
            .where(self._points(term.key, conditions))
            .order_by(points.c.timestamp.desc(), points.c.step.desc(), runs.c.uuid)
            .limit(1)
            .scalar_subquery()
        )
        rank = case((latest.is_(None), 2), (is_nan(latest), 1), else_=0)
        number_only = case((is_nan(latest), None), else_=latest)
        return Term(number_only, term.ascending, rank)

    def _points(
        self, key: str, datasets: Sequence[ColumnElement[bool]]
    ) -> ColumnElement[bool]:
        """Points of a metric measured with the model, on one of the datasets."""
        name = self._names.find(self._db, key)
        if name is None:
            return keyset.nothing()
        found = and_(points.c.model == logged_models.c.id, points.c.key == name)
        return and_(found, or_(*datasets)) if datasets else found
