"""The table of runs: which are found, in which order, and what is shown of each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from trackgate_wire import rules

from trackgate_server import filters
from trackgate_server.filters import Comparison, Kind
from trackgate_server.operations.scope import Scope
from trackgate_server.operations.tags import PARENT_TAG
from trackgate_server.operations.tokens import Bookmarks
from trackgate_server.store import (
    experiments,
    run_cells,
    run_keys,
    runs,
    search_runs,
)
from trackgate_server.store.experiment_activity import COUNTED_AT_MOST
from trackgate_server.store.keyset import Page, Place
from trackgate_server.store.lifecycle import ACTIVE, DELETED
from trackgate_server.store.run_cells import CellKeys, Cells
from trackgate_server.store.run_keys import Keys
from trackgate_server.store.runs import RunRow
from trackgate_server.store.search_runs import RunQuery

MOST_EXPERIMENTS = 100
MOST_NEWER = 100

MOST_OPENED = 20
"""Parents whose nested runs are shown at once: each is a search of its own."""
MOST_CHILDREN = 100


@dataclass(frozen=True, slots=True)
class Selection:
    """Which runs are asked for; `filter` and `order` as in docs/search.md.

    folded  runs whose parent is searched too are left out
    """

    experiments: tuple[str, ...]
    deleted: bool = False
    filter: str = ""
    order: tuple[str, ...] = ()
    folded: bool = False

    @property
    def lifecycle(self) -> int:
        """The stage the tables know it by."""
        return DELETED if self.deleted else ACTIVE

    def where(self) -> list[int]:
        """The experiments' numbers; raises InvalidParameterValue."""
        rules.check_count("experiments", len(self.experiments), MOST_EXPERIMENTS)
        return sorted({experiments.parse_id(text) for text in self.experiments})


class Found(NamedTuple):
    """Some of the runs; `next` is a token for those behind them, None at the end."""

    rows: list[RunRow]
    next: str | None


def find(scope: Scope, asked: Selection, limit: int, token: str | None) -> Found:
    """The first runs behind a token, at most `limit`.

    Raises FilterError, and InvalidParameterValue for a token of another selection.
    """
    what = ["run table", asked.where(), asked.lifecycle, asked.filter]
    what += [list(asked.order), asked.folded]
    bookmarks = Bookmarks(scope.services.signing_key, what)
    page = _search(scope, _query(asked, limit, bookmarks.read(token)))
    return Found(page.rows, bookmarks.make(page.next))


def children(scope: Scope, asked: Selection, parent: str) -> list[RunRow]:
    """The runs nested in one, at most 100, in the order asked for, whatever the filter.

    Statements as a search.
    """
    query = _query(replace(asked, filter="", folded=False), MOST_CHILDREN, None)
    named = Comparison(Kind.TAG, PARENT_TAG, "=", parent)
    found = _search(scope, replace(query, filter=named)).rows
    return [row for row in found if row.uuid != parent]


def count_children(
    scope: Scope, asked: Selection, rows: Sequence[RunRow]
) -> dict[str, int]:
    """How many runs are nested in each; those with none are left out."""
    run_ids = [row.uuid for row in rows]
    return run_cells.count_children(
        scope.db, scope.names, PARENT_TAG, run_ids, asked.where(), asked.lifecycle
    )


def cells(scope: Scope, rows: Sequence[RunRow], wanted: CellKeys) -> Cells:
    """What is wanted of the runs. At most six statements, however many runs."""
    return run_cells.of_runs(scope.db, scope.names, [row.id for row in rows], wanted)


def news(scope: Scope, rows: Sequence[RunRow]) -> dict[int, int]:
    """When runs measured something last, by their number. One statement."""
    return run_cells.news_of(scope.db, [row.id for row in rows])


def names_of(scope: Scope, asked: Selection) -> dict[str, str]:
    """The experiments' names by their ids; without those that do not exist."""
    found = experiments.names_of(scope.db, asked.where())
    return {str(number): name for number, name in found.items()}


def keys(scope: Scope, asked: Selection) -> Keys:
    """What the newest runs of the experiments log. Five statements at most."""
    where = asked.where()
    return run_keys.of_experiments(scope.db, scope.names, where, asked.lifecycle)


def count(scope: Scope, asked: Selection) -> int:
    """How many runs the experiments have, whatever the filter.

    More than COUNTED_AT_MOST stand for any number above it.
    """
    most = COUNTED_AT_MOST + 1
    return run_keys.count(scope.db, asked.where(), asked.lifecycle, most)


def newest_start(scope: Scope, asked: Selection) -> int | None:
    """When the experiments' newest active run started. One statement."""
    return run_keys.newest_start(scope.db, asked.where())


def count_newer(scope: Scope, asked: Selection, since_ms: int) -> int:
    """How many active runs started after a moment, up to 100. One statement."""
    return run_keys.count_newer(scope.db, asked.where(), since_ms, MOST_NEWER)


def rows_of(scope: Scope, run_ids: Sequence[str]) -> list[RunRow]:
    """Those of the runs that exist, in no order. One statement."""
    return runs.find_all(scope.db, run_ids) if run_ids else []


def _query(asked: Selection, limit: int, after: Place | None) -> RunQuery:
    return RunQuery(
        asked.where(),
        (asked.lifecycle,),
        filters.parse_runs_filter(asked.filter),
        filters.parse_runs_order(asked.order),
        limit,
        after,
        PARENT_TAG if asked.folded else None,
    )


def _search(scope: Scope, query: RunQuery) -> Page[RunRow]:
    if not query.experiments:
        return Page([], None)
    return search_runs.search(scope.db, scope.names, query)
