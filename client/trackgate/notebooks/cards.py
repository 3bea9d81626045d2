"""What all displays share: a heading, tables, and how many rows they have."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TypeVar

from trackgate.notebooks import words
from trackgate.notebooks.elements import Html, element, joined, link, table
from trackgate.notebooks.sparklines import Spot, sparkline

# Rows of a table; there are pages for more.
MOST_ROWS = 12
_FAINT = "opacity: 0.7"

ItemT = TypeVar("ItemT")
History = Callable[[str], Sequence[Spot]]


def card(
    kind: str, name: str, address: str | None, facts: Iterable[str], *parts: Html | None
) -> str:
    """A thing: what it is, its name that leads to its page, facts, tables."""
    said = " · ".join(fact for fact in facts if fact)
    heading = element(
        "div",
        *(kind, " ", element("b", link(name, address)), " "),
        element("span", said, style=_FAINT),
    )
    return element("div", heading, *parts)


def metrics_table(metrics: Mapping[str, float], history: History) -> Html | None:
    """Metrics with their newest values and how they went."""
    shown, left = first_rows(sorted(metrics.items()))
    rows = [
        (words.text(key), words.number(value), sparkline(history(key), key))
        for key, value in shown
    ]
    return with_rest(table(("Metric", "Newest", ""), rows), left)


def pairs_table(title: str, pairs: Mapping[str, str]) -> Html | None:
    """Parameters, or whatever has a name and a text."""
    shown, left = first_rows(sorted(pairs.items()))
    rows = [(words.text(key), words.text(value)) for key, value in shown]
    return with_rest(table((title, "Value"), rows), left)


def first_rows(items: Sequence[ItemT]) -> tuple[Sequence[ItemT], int]:
    """As many as a table shows, and how many are left."""
    return items[:MOST_ROWS], max(0, len(items) - MOST_ROWS)


def with_rest(shown: Html | None, left: int) -> Html | None:
    """A table, and how many more there are."""
    if shown is None or not left:
        return shown
    return joined(shown, element("div", f"and {left} more", style=_FAINT))
