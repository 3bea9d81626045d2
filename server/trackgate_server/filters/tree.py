"""What a search expression means, whatever way it was written.

`str` of a node is a filter which parses to the same node again.
"""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal

Aggregate = Literal["last", "min", "max"]
Operator = Literal[
    "=",
    "!=",
    ">",
    ">=",
    "<",
    "<=",
    "LIKE",
    "ILIKE",
    "IN",
    "NOT IN",
    "IS NULL",
    "IS NOT NULL",
]
Value = str | float | int | tuple[str, ...] | None


class Kind(StrEnum):
    """What a name in an expression belongs to."""

    ATTRIBUTE = "attribute"
    METRIC = "metric"
    PARAM = "param"
    TAG = "tag"
    DATASET = "dataset"


@dataclass(frozen=True, slots=True)
class Comparison:
    """One thing held against one value.

    key        canonical for attributes and datasets (aliases are resolved), free
               text for metrics, params and tags
    value      float for metrics, int or float for numeric attributes, a tuple with
               at least one text for IN and NOT IN, None for IS NULL and IS NOT NULL,
               else a text
    aggregate  which of a metric's values: the last one, or the least or greatest of
               its whole history; "last" for everything that is no metric
    position   where it began in the text, counted from 1; no part of the meaning
    """

    kind: Kind
    key: str
    operator: Operator
    value: Value
    aggregate: Aggregate = "last"
    position: int = field(default=1, compare=False)

    def __str__(self) -> str:
        """The comparison as a filter would say it."""
        subject = _subject(self.kind, self.key, self.aggregate)
        if self.value is None:
            return f"{subject} {self.operator}"
        return f"{subject} {self.operator} {_literal(self.value)}"


@dataclass(frozen=True, slots=True)
class And:
    """All of the terms hold; there are at least two."""

    terms: tuple["Node", ...]

    def __str__(self) -> str:
        """The terms joined by AND, groups among them in parentheses."""
        return " AND ".join(
            str(term) if isinstance(term, Comparison) else f"({term})"
            for term in self.terms
        )


@dataclass(frozen=True, slots=True)
class Or:
    """At least one of the terms holds; there are at least two."""

    terms: tuple["Node", ...]

    def __str__(self) -> str:
        """The terms joined by OR; AND binds tighter and needs no parentheses."""
        return " OR ".join(
            f"({term})" if isinstance(term, Or) else str(term) for term in self.terms
        )


Node = Comparison | And | Or


@dataclass(frozen=True, slots=True)
class OrderTerm:
    """One thing to sort by; `key` and `aggregate` as in a `Comparison`."""

    kind: Kind
    key: str
    ascending: bool
    aggregate: Aggregate = "last"

    def __str__(self) -> str:
        """The term as an order clause would say it."""
        subject = _subject(self.kind, self.key, self.aggregate)
        return f"{subject} {'ASC' if self.ascending else 'DESC'}"


def _subject(kind: Kind, key: str, aggregate: Aggregate) -> str:
    if kind is Kind.ATTRIBUTE:
        return key
    name = f"{kind}s.{_quoted(key, '`')}"
    return name if aggregate == "last" else f"{aggregate}({name})"


def _literal(value: str | float | tuple[str, ...]) -> str:
    if isinstance(value, str):
        return _quoted(value, "'")
    if isinstance(value, tuple):
        return "(" + ", ".join(_quoted(text, "'") for text in value) + ")"
    # The grammar has no word for infinity; a number beyond the doubles is one.
    return repr(value).replace("inf", "1e999")


def _quoted(text: str, quote: str) -> str:
    return quote + text.replace(quote, quote * 2) + quote


def also_named(node: Node | None, part: str) -> Node | None:
    """What `node` says, and a name that contains `part` in whatever case.

    As in a filter, `%` and `_` in it stand for any letters and any letter. An empty
    part is in every name.
    """
    if not part:
        return node
    named = Comparison(Kind.ATTRIBUTE, "name", "ILIKE", f"%{part}%")
    return named if node is None else And((named, node))
