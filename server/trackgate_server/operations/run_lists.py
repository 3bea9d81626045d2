"""A run's metrics, parameters and tags as pages show them: by name, page by page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, Literal, TypeVar

from trackgate_server.operations.scope import Scope
from trackgate_server.operations.tokens import Bookmarks
from trackgate_server.store import outlines, run_lists
from trackgate_server.store.outlines import Outline
from trackgate_server.store.run_lists import Counts, MetricLine, Pair, Wanted
from trackgate_server.store.runs import RunKey

EntryT = TypeVar("EntryT", MetricLine, Pair)

# Names that clients use for what they measure of the machine, and for themselves.
SYSTEM_METRICS = "system/"
SYSTEM_TAGS = "mlflow."


@dataclass(frozen=True, slots=True)
class Asked:
    """Which part of a list.

    find    what an entry contains; all where it is ""
    system  those of clients and machines, or those of people; None is both
    page    the token that the page before gave
    """

    limit: int
    find: str = ""
    system: bool | None = None
    page: str = ""


@dataclass(frozen=True, slots=True)
class Listed(Generic[EntryT]):
    """Some entries; `next_page` is None behind the last."""

    entries: list[EntryT]
    next_page: str | None


def counts(scope: Scope, run: RunKey) -> Counts:
    """How many of each the run has. One statement."""
    return run_lists.counts(scope.db, run, SYSTEM_METRICS, SYSTEM_TAGS)


def metrics(scope: Scope, run: RunKey, asked: Asked) -> Listed[MetricLine]:
    """Metrics with their extremes. One statement."""
    bookmarks = _bookmarks(scope, run, "metrics", asked)
    wanted = _wanted(asked, SYSTEM_METRICS, bookmarks)
    return _listed(run_lists.metrics(scope.db, run, wanted), asked, bookmarks)


def metric(scope: Scope, run: RunKey, name: str) -> MetricLine | None:
    """One metric; None where the run has none of that name. One statement."""
    return run_lists.metric(scope.db, run, name)


def pairs(
    scope: Scope, run: RunKey, kind: Literal["params", "tags"], asked: Asked
) -> Listed[Pair]:
    """Parameters or tags. One statement."""
    bookmarks = _bookmarks(scope, run, kind, asked)
    wanted = _wanted(asked, SYSTEM_TAGS, bookmarks)
    return _listed(run_lists.pairs(scope.db, run, kind, wanted), asked, bookmarks)


def outlined(
    scope: Scope, run: RunKey, lines: Sequence[MetricLine], most: int
) -> dict[int, Outline]:
    """About `most` points of each of the metrics, by key. One statement."""
    return outlines.of(scope.db, run, lines, most)


def _bookmarks(scope: Scope, run: RunKey, kind: str, asked: Asked) -> Bookmarks:
    what = ["list of a run", run, kind, asked.find, asked.system]
    return Bookmarks(scope.services.signing_key, what)


def _wanted(asked: Asked, prefix: str, bookmarks: Bookmarks) -> Wanted:
    after = bookmarks.read(asked.page) or ""
    limit = asked.limit + 1
    if asked.system is None:
        return Wanted(limit, find=asked.find, after=after)
    return Wanted(limit, prefix, asked.system, asked.find, after)


def _listed(found: list[EntryT], asked: Asked, bookmarks: Bookmarks) -> Listed[EntryT]:
    shown = found[: asked.limit]
    more = len(found) > asked.limit
    return Listed(shown, bookmarks.make(shown[-1].name) if more else None)
