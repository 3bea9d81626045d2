"""Operators of search expressions as SQL, alike on both databases."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any, cast

from sqlalchemy import (
    ColumnElement,
    Double,
    Select,
    and_,
    collate,
    exists,
    func,
    literal,
    not_,
)
from trackgate_wire import limits

from trackgate_server.filters import Operator, Value
from trackgate_server.store.transaction import Kind

_COMPARE: dict[str, Callable[[Any, Any], Any]] = {
    "=": operator.eq,
    "!=": operator.ne,
    ">": operator.gt,
    ">=": operator.ge,
    "<": operator.lt,
    "<=": operator.le,
}
_INFINITY = float("inf")


def text_matches(
    column: ColumnElement[Any], sign: Operator, value: Value, kind: Kind
) -> ColumnElement[bool]:
    """A text held against one or several.

    LIKE minds the case and ILIKE does not; both know `%` and `_` and no escape.
    """
    if isinstance(value, tuple):
        return column.in_(value) if sign == "IN" else not_(column.in_(value))
    text = str(value)
    if sign == "LIKE":
        return _like(column, text, kind)
    if sign == "ILIKE":
        return _like(_lower(column, kind), text.lower(), kind)
    return _COMPARE[sign](column, text)


def number_matches(
    column: ColumnElement[Any], sign: Operator, value: Value
) -> ColumnElement[bool]:
    """A whole-number column held against any number."""
    number = cast(float, value)
    if not limits.INT64_MIN <= number <= limits.INT64_MAX or number != int(number):
        return _COMPARE[sign](column, literal(float(number), Double))
    return _COMPARE[sign](column, int(number))


def metric_matches(
    column: ColumnElement[Any], sign: Operator, value: Value
) -> ColumnElement[bool]:
    """A metric's value held against a number; NaN is unequal to all, and no more."""
    met = cast(ColumnElement[bool], _COMPARE[sign](column, value))
    # Both databases sort NaN above every number.
    return and_(met, column <= _INFINITY) if sign in (">", ">=") else met


def any_of(rows: Select[Any], kind: Kind) -> ColumnElement[bool]:
    """Whether a subquery that names the outer row finds anything.

    PostgreSQL would turn each into a join and then weigh the orders of all of them:
    100 comparisons took it 12 s to plan. An offset keeps it from doing so.
    """
    return exists(rows.offset(0) if kind == "postgresql" else rows)


def is_nan(column: ColumnElement[Any]) -> ColumnElement[bool]:
    """Whether a metric's value is NaN."""
    return column > _INFINITY


def _like(column: ColumnElement[Any], pattern: str, kind: Kind) -> ColumnElement[bool]:
    # PostgreSQL takes a backslash for an escape unless told otherwise.
    return column.like(pattern, escape="" if kind == "postgresql" else None)


def _lower(column: ColumnElement[Any], kind: Kind) -> ColumnElement[Any]:
    # The columns' own collation, "C", knows the case of ASCII letters only.
    if kind == "postgresql":
        return func.lower(collate(column, "und-x-icu"))
    return func.lower(column)
