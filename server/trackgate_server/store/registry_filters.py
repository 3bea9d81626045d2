"""Filters of registered models and of their versions as SQL."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import ColumnElement, Select, and_, not_, or_, true

from trackgate_server.filters import And, Comparison, Kind, Node
from trackgate_server.store.comparing import any_of, number_matches, text_matches
from trackgate_server.store.transaction import Kind as DatabaseKind

# The peer keeps prompts in the registry under this tag; only who asks sees them.
PROMPT_TAG = "mlflow.prompt.is_prompt"


@dataclass(frozen=True, slots=True)
class Searched:
    """What a search looks at.

    texts      columns by the names that filters use
    numbers    likewise
    tag_value  the column with a tag's value
    tagged     the tags of the outer row that have a key, as a subquery
    """

    texts: Mapping[str, ColumnElement[Any]]
    numbers: Mapping[str, ColumnElement[Any]]
    tag_value: ColumnElement[Any]
    tagged: Callable[[str], Select[Any]]


def condition(
    searched: Searched, node: Node | None, kind: DatabaseKind
) -> ColumnElement[bool]:
    """Rows that meet the filter; prompts only where it asks for them."""
    met = true() if node is None else _condition(searched, node, kind)
    if node is not None and _asks_for_prompts(node):
        return met
    return and_(met, not_(_is_prompt(searched, kind)))


def _condition(
    searched: Searched, node: Node, kind: DatabaseKind
) -> ColumnElement[bool]:
    if isinstance(node, Comparison):
        return _comparison(searched, node, kind)
    parts = [_condition(searched, term, kind) for term in node.terms]
    return and_(*parts) if isinstance(node, And) else or_(*parts)


def _comparison(
    searched: Searched, node: Comparison, kind: DatabaseKind
) -> ColumnElement[bool]:
    if node.kind is Kind.TAG:
        return _tag(searched, node, kind)
    if node.key in searched.numbers:
        return number_matches(searched.numbers[node.key], node.operator, node.value)
    return text_matches(searched.texts[node.key], node.operator, node.value, kind)


def _tag(
    searched: Searched, node: Comparison, kind: DatabaseKind
) -> ColumnElement[bool]:
    about = _prompts_meant(node)
    if about is not None:
        prompt = _is_prompt(searched, kind)
        return prompt if about == "prompts" else not_(prompt)
    present = searched.tagged(node.key)
    if node.operator == "IS NULL":
        return not_(any_of(present, kind))
    if node.operator == "IS NOT NULL":
        return any_of(present, kind)
    met = text_matches(searched.tag_value, node.operator, node.value, kind)
    return any_of(present.where(met), kind)


def _is_prompt(searched: Searched, kind: DatabaseKind) -> ColumnElement[bool]:
    marked = searched.tagged(PROMPT_TAG).where(searched.tag_value == "true")
    return any_of(marked, kind)


def _asks_for_prompts(node: Node) -> bool:
    if isinstance(node, Comparison):
        return _prompts_meant(node) == "prompts"
    return any(_asks_for_prompts(term) for term in node.terms)


def _prompts_meant(node: Comparison) -> Literal["prompts", "models"] | None:
    """Whether a comparison tells prompts from models, and which it wants."""
    if node.kind is not Kind.TAG or node.key != PROMPT_TAG:
        return None
    value = str(node.value).lower()
    if node.operator not in ("=", "!=") or value not in ("true", "false"):
        return None
    return "prompts" if (node.operator == "=") == (value == "true") else "models"
