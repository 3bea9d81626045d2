"""One visit to a page, and what the browser said it took."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

# Of these the server makes the answers; styles, scripts and images are files.
_ANSWERS = frozenset({"navigation", "fetch", "xmlhttprequest"})

Span = tuple[float, float]


@dataclass(frozen=True)
class Visit:
    """What one visit took, in milliseconds from its begin.

    server    how long at least one answer of the server's was waited for: the document
              and, until the page was shown, all that its scripts asked the API for
    first     the first text or picture was painted ("first contentful paint")
    largest   the largest was ("largest contentful paint")
    shown     what people came for was painted
    requests  until then, files from the cache among them
    kib       came over the network for them
    """

    server: float
    first: float
    largest: float
    shown: float
    requests: int
    kib: float


MEASURES = {
    "server": "server, ms",
    "first": "first paint, ms",
    "largest": "largest paint, ms",
    "shown": "shown, ms",
    "requests": "requests",
    "kib": "KiB received",
}


def visit_of(told: Mapping[str, Any]) -> Visit:
    """A visit, as `watch.js` tells of it."""
    shown = float(told["shown"])
    entries: Sequence[Mapping[str, Any]] = [
        one for one in told["entries"] if one["requestStart"] < shown
    ]
    answers = [
        (one["requestStart"], min(one["responseEnd"], shown))
        for one in entries
        if one["initiatorType"] in _ANSWERS
    ]
    received, first = sum(one["transferSize"] for one in entries), float(told["first"])
    return Visit(
        server=busy(answers),
        first=first,
        largest=float(told["largest"]),
        # The browser says later when a frame came to the screen than scripts can.
        shown=max(shown, first),
        requests=len(entries),
        kib=received / 1024,
    )


def busy(spans: Iterable[Span]) -> float:
    """How long at least one of them lasted; those at the same time count once."""
    total, until = 0.0, float("-inf")
    for begin, end in sorted(spans):
        total += max(0.0, end - max(begin, until))
        until = max(until, end)
    return total
