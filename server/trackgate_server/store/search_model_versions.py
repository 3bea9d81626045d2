"""Search of model versions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, select, type_coerce

from trackgate_server.filters import OrderTerm
from trackgate_server.store import keyset
from trackgate_server.store.keyset import Page, Term
from trackgate_server.store.model_versions import VersionRow
from trackgate_server.store.registry_filters import Searched, condition
from trackgate_server.store.schema import (
    model_version_tags,
    model_versions,
    registered_models,
)
from trackgate_server.store.search_registered_models import RegistryQuery
from trackgate_server.store.transaction import Transaction

_ORDERED: dict[str, ColumnElement[Any]] = {
    "name": registered_models.c.name,
    "version_number": model_versions.c.version,
    "creation_timestamp": model_versions.c.created_ms,
    "last_updated_timestamp": model_versions.c.updated_ms,
}
_BEHIND_NAME = (
    *("version", "user", "description", "source", "location", "run_id", "run_link"),
    *("model_id", "stage", "created_ms", "updated_ms"),
)
_ROW = [
    model_versions.c.model,
    registered_models.c.name,
    *(model_versions.c[name] for name in _BEHIND_NAME),
]


def search(db: Transaction, query: RegistryQuery) -> Page[VersionRow]:
    """Find versions by one statement."""
    statement = (
        select(*_ROW)
        .join_from(model_versions, registered_models)
        .where(condition(_SEARCHED, query.filter, db.kind))
    )
    terms = _terms(query.order)
    page = keyset.read_page(db, statement, terms, query.limit, query.after)
    return Page([VersionRow(*row[: len(_ROW)]) for row in page.rows], page.next)


_SEARCHED = Searched(
    model=model_versions.c.model,
    key={"model": model_versions.c.model, "version": model_versions.c.version},
    texts={
        "name": registered_models.c.name,
        "run_id": model_versions.c.run_id,
        "source_path": model_versions.c.source,
    },
    # A filter may name numbers that no version can have.
    numbers={"version_number": type_coerce(model_versions.c.version, BigInteger)},
    tags=model_version_tags,
)


def _terms(order: Sequence[OrderTerm]) -> list[Term]:
    """The order asked for, or the newest first; then by name, then by version."""
    terms = [Term(_ORDERED[term.key], term.ascending) for term in order]
    if not order:
        terms.append(Term(model_versions.c.updated_ms, ascending=False))
    named = {term.key for term in order}
    if "name" not in named:
        terms.append(Term(registered_models.c.name))
    if "version_number" not in named:
        terms.append(Term(model_versions.c.version, ascending=False))
    return terms
