"""Filters of registered models and of their versions as SQL."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import (
    ColumnElement,
    Select,
    Table,
    and_,
    not_,
    or_,
    select,
    true,
    tuple_,
)

from trackgate_server.filters import And, Comparison, Kind, Node
from trackgate_server.store.comparing import any_of, number_matches, text_matches
from trackgate_server.store.schema import registered_model_tags
from trackgate_server.store.transaction import Kind as DatabaseKind

# The peer keeps prompts in the registry under this tag; only who asks sees them.
PROMPT_TAG = "mlflow.prompt.is_prompt"
_PROMPTS = select(registered_model_tags.c.model).where(
    registered_model_tags.c.key == PROMPT_TAG,
    registered_model_tags.c.value == "true",
)


@dataclass(frozen=True, slots=True)
class Searched:
    """What a search looks at.

    model    the column with the model's number
    key      columns that tell its rows apart
    texts    columns by the names that filters use
    numbers  likewise
    tags     the table with their tags, which has columns named as those of `key`
    """

    model: ColumnElement[int]
    key: Mapping[str, ColumnElement[Any]]
    texts: Mapping[str, ColumnElement[Any]]
    numbers: Mapping[str, ColumnElement[Any]]
    tags: Table

    def tagged(self, key: str) -> Select[Any]:
        """The tags of the outer row that have a key."""
        of_row = (self.tags.c[name] == column for name, column in self.key.items())
        return select(1).where(*of_row, self.tags.c.key == key)

    def having(self, key: str, value: str) -> Select[Any]:
        """Rows with a tag, by their keys; the same for every outer row."""
        columns = [self.tags.c[name] for name in self.key]
        return select(*columns).where(
            self.tags.c.key == key, self.tags.c.value == value
        )


def condition(
    searched: Searched, node: Node | None, kind: DatabaseKind
) -> ColumnElement[bool]:
    """Rows that meet the filter; prompts only where it asks for them."""
    if node is None:
        return searched.model.not_in(_PROMPTS)
    met = _Builder(searched, kind).condition(node)
    if any(_prompts_meant(one) == "prompts" for one in _comparisons(node)):
        return met
    return and_(met, searched.model.not_in(_PROMPTS))


class _Builder:
    """Puts the condition of one statement together."""

    def __init__(self, searched: Searched, kind: DatabaseKind) -> None:
        self._searched = searched
        self._kind: DatabaseKind = kind

    def condition(self, node: Node) -> ColumnElement[bool]:
        if isinstance(node, Comparison):
            return self._comparison(node)
        parts = [self.condition(term) for term in node.terms]
        return and_(*parts) if isinstance(node, And) else or_(*parts)

    def _comparison(self, node: Comparison) -> ColumnElement[bool]:
        searched = self._searched
        if node.kind is Kind.TAG:
            return self._tag(node)
        if node.key in searched.numbers:
            column = searched.numbers[node.key]
            return number_matches(column, node.operator, node.value)
        return text_matches(
            searched.texts[node.key], node.operator, node.value, self._kind
        )

    def _tag(self, node: Comparison) -> ColumnElement[bool]:
        searched, kind = self._searched, self._kind
        about = _prompts_meant(node)
        if about is not None:
            prompt = _unjoined(searched.model.in_(_PROMPTS), kind)
            return prompt if about == "prompts" else not_(prompt)
        if node.operator == "=":
            return self._equal(node.key, str(node.value))
        present = searched.tagged(node.key)
        if node.operator == "IS NULL":
            return not_(any_of(present, kind))
        if node.operator == "IS NOT NULL":
            return any_of(present, kind)
        column = searched.tags.c.value
        met = text_matches(column, node.operator, node.value, kind)
        return any_of(present.where(met), kind)

    def _equal(self, key: str, value: str) -> ColumnElement[bool]:
        """One look at all tags costs less than one at each row's, if few match."""
        columns = self._searched.key.values()
        having = self._searched.having(key, value)
        return _unjoined(tuple_(*columns).in_(having), self._kind)


def _unjoined(found: ColumnElement[bool], kind: DatabaseKind) -> ColumnElement[bool]:
    """As it is, but no join to PostgreSQL, for the reason that `any_of` has."""
    return found.is_(true()) if kind == "postgresql" else found


def _comparisons(node: Node) -> Iterator[Comparison]:
    if isinstance(node, Comparison):
        yield node
        return
    for term in node.terms:
        yield from _comparisons(term)


def _prompts_meant(node: Comparison) -> Literal["prompts", "models"] | None:
    """Whether a comparison tells prompts from models, and which it wants."""
    if node.kind is not Kind.TAG or node.key != PROMPT_TAG:
        return None
    value = str(node.value).lower()
    if node.operator not in ("=", "!=") or value not in ("true", "false"):
        return None
    return "prompts" if (node.operator == "=") == (value == "true") else "models"
