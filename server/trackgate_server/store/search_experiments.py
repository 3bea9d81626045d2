"""Search of experiments."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, not_, or_, select

from trackgate_server.filters import And, Comparison, Kind, Node, OrderTerm, Value
from trackgate_server.store import keyset
from trackgate_server.store.comparing import any_of, number_matches, text_matches
from trackgate_server.store.experiments import ExperimentRow
from trackgate_server.store.keyset import Page, Place, Term
from trackgate_server.store.schema import experiment_tags, experiments
from trackgate_server.store.transaction import Kind as DatabaseKind
from trackgate_server.store.transaction import Transaction

_COLUMNS: dict[str, ColumnElement[Any]] = {
    "name": experiments.c.name,
    "experiment_id": experiments.c.id,
    "creation_time": experiments.c.created_ms,
    "last_update_time": experiments.c.updated_ms,
}
_ROW = [
    experiments.c[name]
    for name in (
        "id",
        "name",
        "artifact_location",
        "lifecycle",
        "created_ms",
        "updated_ms",
    )
]


@dataclass(frozen=True, slots=True)
class ExperimentQuery:
    """What is searched for, in what order, from where on."""

    stages: tuple[int, ...]
    filter: Node | None
    order: tuple[OrderTerm, ...]
    limit: int
    after: Place | None


def search(db: Transaction, query: ExperimentQuery) -> Page[ExperimentRow]:
    """Find experiments by one statement."""
    statement = select(*_ROW).where(experiments.c.lifecycle.in_(query.stages))
    if query.filter is not None:
        statement = statement.where(_condition(query.filter, db.kind))
    terms = _terms(query.order)
    page = keyset.read_page(db, statement, terms, query.limit, query.after)
    return Page([ExperimentRow(*row[: len(_ROW)]) for row in page.rows], page.next)


def _terms(order: Sequence[OrderTerm]) -> list[Term]:
    if not order:
        return [Term(experiments.c.created_ms, ascending=False), Term(experiments.c.id)]
    # A name given twice orders nothing the second time.
    directions: dict[str, bool] = {}
    for term in order:
        directions.setdefault(term.key, term.ascending)
    terms = [Term(_COLUMNS[key], ascending) for key, ascending in directions.items()]
    if "experiment_id" not in directions:
        terms.append(Term(experiments.c.id, ascending=False))
    return terms


def _condition(node: Node, kind: DatabaseKind) -> ColumnElement[bool]:
    if isinstance(node, Comparison):
        return _comparison(node, kind)
    parts = [_condition(term, kind) for term in node.terms]
    return and_(*parts) if isinstance(node, And) else or_(*parts)


def _comparison(node: Comparison, kind: DatabaseKind) -> ColumnElement[bool]:
    if node.kind is Kind.TAG:
        return _tag(node, kind)
    column = _COLUMNS[node.key]
    if node.key == "name":
        return text_matches(column, node.operator, node.value, kind)
    if node.key == "experiment_id":
        return _id_matches(node, node.value)
    return number_matches(column, node.operator, node.value)


def _id_matches(node: Comparison, value: Value) -> ColumnElement[bool]:
    """Ids are texts on the wire and numbers here."""
    if isinstance(value, tuple):
        ids = [int(text) for text in value]
        found = experiments.c.id.in_(ids)
        return found if node.operator == "IN" else not_(found)
    return number_matches(experiments.c.id, node.operator, int(str(value)))


def _tag(node: Comparison, kind: DatabaseKind) -> ColumnElement[bool]:
    present = select(1).where(
        experiment_tags.c.experiment == experiments.c.id,
        experiment_tags.c.key == node.key,
    )
    if node.operator == "IS NULL":
        return not_(any_of(present, kind))
    if node.operator == "IS NOT NULL":
        return any_of(present, kind)
    met = text_matches(experiment_tags.c.value, node.operator, node.value, kind)
    return any_of(present.where(met), kind)
