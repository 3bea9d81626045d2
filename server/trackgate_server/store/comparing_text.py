"""Operators of search expressions as fragments of SQL, alike on both databases.

What `comparing` says in SQLAlchemy's objects, for the searches of runs.
"""

from __future__ import annotations

from typing import cast

from trackgate_wire import limits

from trackgate_server.filters import Operator, Value
from trackgate_server.store.fragments import Fragment, listed
from trackgate_server.store.transaction import Kind


def met_by_text(column: str, sign: Operator, value: Value, kind: Kind) -> Fragment:
    """A text held against one or several.

    LIKE minds the case and ILIKE does not; both know `%` and `_` and no escape.
    """
    if isinstance(value, tuple):
        return listed(column, sign, value)
    text = str(value)
    # PostgreSQL takes a backslash for an escape unless told otherwise.
    like = "LIKE ? ESCAPE ''" if kind == "postgresql" else "LIKE ?"
    if sign == "LIKE":
        return Fragment(f"{column} {like}", (text,))
    if sign == "ILIKE":
        return Fragment(f"{_lower(column, kind)} {like}", (text.lower(),))
    return Fragment(f"{column} {sign} ?", (text,))


def met_by_number(column: str, sign: Operator, value: Value) -> Fragment:
    """A whole-number column held against any number."""
    number = cast(float, value)
    if not limits.INT64_MIN <= number <= limits.INT64_MAX or number != int(number):
        return Fragment(f"{column} {sign} ?", (float(number),))
    return Fragment(f"{column} {sign} ?", (int(number),))


def _lower(column: str, kind: Kind) -> str:
    # The columns' own collation, "C", knows the case of ASCII letters only.
    if kind == "postgresql":
        return f'lower({column} COLLATE "und-x-icu")'
    return f"lower({column})"
