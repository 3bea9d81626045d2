"""Pages by key: a page begins after the last row of the one before.

Offsets shift when rows are added and cost what they skip; a place in the order does
neither. Each term of an order has a rank that keeps its direction, so that NaN and
missing values come last whether ascending or descending, as in the peer.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from sqlalchemy import ColumnElement, Row, Select, and_, false, literal, or_

from trackgate_server.store.transaction import Transaction

RowT = TypeVar("RowT")

Place = list[tuple[int, Any]]
"""Of each term its rank and value in the last row of a page."""


@dataclass(frozen=True, slots=True)
class Term:
    """One thing to order by.

    value      None in every row whose rank is not 0
    rank       0 for rows with a value; None where every row has one
    """

    value: ColumnElement[Any]
    ascending: bool = True
    rank: ColumnElement[int] | None = None


@dataclass(frozen=True, slots=True)
class Page(Generic[RowT]):
    """Some rows; `next` is where the page behind them begins, None on the last."""

    rows: list[RowT]
    next: Place | None


def read_page(
    db: Transaction,
    statement: Select[Any],
    terms: Sequence[Term],
    limit: int,
    place: Place | None,
) -> Page[Row[Any]]:
    """Up to `limit` rows of `statement` behind `place`. One statement.

    The last of `terms` must tell any two rows apart. Each row has the columns of
    `selected` behind its own.
    """
    statement = (
        statement.add_columns(*selected(terms))
        .order_by(*order_by(terms))
        .limit(limit + 1)
    )
    if place is not None:
        statement = statement.where(after(terms, place))
    found = db.core(statement).fetchall()
    more = len(found) > limit
    return Page(
        list(found[:limit]), place_of(found[limit - 1], terms) if more else None
    )


def selected(terms: Sequence[Term]) -> list[ColumnElement[Any]]:
    """Columns that `place_of` needs in the result."""
    columns: list[ColumnElement[Any]] = []
    for number, term in enumerate(terms):
        rank = literal(0) if term.rank is None else term.rank
        columns += [rank.label(f"rank_{number}"), term.value.label(f"value_{number}")]
    return columns


def place_of(row: Row[Any], terms: Sequence[Term]) -> Place:
    """Where a row stands; the columns of `selected` are its last ones."""
    cells = list(row)[-2 * len(terms) :]
    return list(zip(cells[::2], cells[1::2], strict=True))


def order_by(terms: Sequence[Term]) -> list[ColumnElement[Any]]:
    """The order as SQL."""
    clauses: list[ColumnElement[Any]] = []
    for term in terms:
        if term.rank is not None:
            clauses.append(term.rank.asc())
        clauses.append(term.value.asc() if term.ascending else term.value.desc())
    return clauses


def after(terms: Sequence[Term], place: Place) -> ColumnElement[bool]:
    """Rows behind `place`."""
    alternatives: list[ColumnElement[bool]] = []
    equal: list[ColumnElement[bool]] = []
    for term, (rank, value) in zip(terms, place, strict=True):
        alternatives.append(and_(*equal, _behind(term, rank, value)))
        equal.append(_level(term, rank, value))
    behind = or_(*alternatives)
    first = terms[0]
    if first.rank is None:
        # Says the same as the first alternatives together, in a form an index takes.
        start = place[0][1]
        bound = first.value >= start if first.ascending else first.value <= start
        return and_(bound, behind)
    return behind


def _behind(term: Term, rank: int, value: object) -> ColumnElement[bool]:
    if term.rank is not None and rank != 0:
        return term.rank > rank
    further = term.value > value if term.ascending else term.value < value
    if term.rank is None:
        return further
    return or_(term.rank > rank, and_(term.rank == 0, further))


def _level(term: Term, rank: int, value: object) -> ColumnElement[bool]:
    if term.rank is None:
        return term.value == value
    if rank != 0:
        return term.rank == rank
    return and_(term.rank == 0, term.value == value)


def nothing() -> ColumnElement[bool]:
    """A condition no row meets."""
    return false()
