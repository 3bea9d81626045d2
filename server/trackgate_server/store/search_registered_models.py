"""Search of registered models."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, select

from trackgate_server.filters import Node, OrderTerm
from trackgate_server.store import keyset
from trackgate_server.store.keyset import Page, Place, Term
from trackgate_server.store.registered_models import ModelRow
from trackgate_server.store.registry_filters import Searched, condition
from trackgate_server.store.schema import registered_model_tags, registered_models
from trackgate_server.store.transaction import Transaction

_ORDERED: dict[str, ColumnElement[Any]] = {
    "name": registered_models.c.name,
    "last_updated_timestamp": registered_models.c.updated_ms,
}
_ROW = [
    registered_models.c[name]
    for name in ("id", "name", "user", "description", "created_ms", "updated_ms")
]


@dataclass(frozen=True, slots=True)
class RegistryQuery:
    """What is searched for, in what order, from where on."""

    filter: Node | None
    order: tuple[OrderTerm, ...]
    limit: int
    after: Place | None


def search(db: Transaction, query: RegistryQuery) -> Page[ModelRow]:
    """Find registered models by one statement."""
    statement = select(*_ROW).where(condition(_SEARCHED, query.filter, db.kind))
    terms = _terms(query.order)
    page = keyset.read_page(db, statement, terms, query.limit, query.after)
    return Page([ModelRow(*row[: len(_ROW)]) for row in page.rows], page.next)


_SEARCHED = Searched(
    model=registered_models.c.id,
    key={"model": registered_models.c.id},
    texts={"name": registered_models.c.name},
    numbers={},
    tags=registered_model_tags,
)


def _terms(order: Sequence[OrderTerm]) -> list[Term]:
    terms = [Term(_ORDERED[term.key], term.ascending) for term in order]
    if not any(term.key == "name" for term in order):
        terms.append(Term(registered_models.c.name))
    return terms
