"""The page of one run: what it is, what it measured, its lists, and what is new."""

from __future__ import annotations

from collections.abc import Mapping

from trackgate_wire import limits

from trackgate_server.operations import run_lists, run_overview
from trackgate_server.operations.run_lists import Asked
from trackgate_server.operations.run_overview import CHILDREN_SHOWN, RunHead
from trackgate_server.web import run_page_datasets, run_source
from trackgate_server.web.page import View, Visit, page
from trackgate_server.web.run_page_rows import mark_of, marks_in, rows_of

METRICS_SHOWN = 50
_PAIRS_SHOWN = 100
_LIST_PAGE = 200
# Their marks stand in an address, which has some 4,000 characters at most.
_MOST_WATCHED = 500
_SYSTEM = {"own": False, "system": True}


@page("/runs/<run_id>")
def overview(visit: Visit, run_id: str) -> View:
    return view_of(visit, run_id)


def view_of(visit: Visit, run_id: str, preview: str | None = None) -> View:
    """The page of a run.

    preview  a note that is being written and not kept yet
    """
    found = run_overview.describe(visit.scope, run_id)
    return View(
        "run_overview.html",
        {
            "run": found.head,
            "overview": found,
            "counts": run_lists.counts(visit.scope, found.head.key),
            "source": run_source.lines(found.said),
            "preview": preview,
            "note_length": limits.RUN_TAG_VALUE_LENGTH,
            "children_shown": CHILDREN_SHOWN,
            "datasets": run_page_datasets.shown(found.inputs.dataset_inputs),
            **_metrics(visit, found.head),
            **_pairs(visit, found.head),
        },
    )


@page("/runs/<run_id>/metrics")
def metrics(visit: Visit, run_id: str) -> View:
    run = run_overview.head(visit.scope, run_id)
    listed = run_lists.metrics(visit.scope, run.key, _asked(visit))
    entries = rows_of(visit.scope, run.key, listed.entries)
    return _list_page(visit, run, "metrics", entries, listed.next_page)


@page("/runs/<run_id>/params")
def params(visit: Visit, run_id: str) -> View:
    run = run_overview.head(visit.scope, run_id)
    listed = run_lists.pairs(visit.scope, run.key, "params", _asked(visit))
    return _list_page(visit, run, "params", listed.entries, listed.next_page)


@page("/runs/<run_id>/tags")
def tags(visit: Visit, run_id: str) -> View:
    run = run_overview.head(visit.scope, run_id)
    listed = run_lists.pairs(visit.scope, run.key, "tags", _asked(visit))
    shown = run_source.without_logins(listed.entries)
    return _list_page(visit, run, "tags", shown, listed.next_page)


@page("/runs/<run_id>/news")
def news(visit: Visit, run_id: str) -> View:
    """What is other than on a page that shows some metrics: a fragment.

    The query says how many metrics are shown, of which list, and their marks, so that
    rows which did not change are neither drawn nor sent.
    """
    run = run_overview.head(visit.scope, run_id)
    count = visit.query.get("count", 0, type=int)
    watched = min(max(count, METRICS_SHOWN), _MOST_WATCHED)
    listed = run_lists.metrics(visit.scope, run.key, _asked(visit, watched))
    known = marks_in(visit.query.get("seen", ""))
    changed = [line for line in listed.entries if mark_of(line) not in known]
    return View(
        "run_news.html",
        {
            "run": run,
            "rows": rows_of(visit.scope, run.key, changed),
            "counts": run_lists.counts(visit.scope, run.key),
        },
    )


def _metrics(visit: Visit, run: RunHead) -> Mapping[str, object]:
    own = run_lists.metrics(visit.scope, run.key, Asked(METRICS_SHOWN, system=False))
    return {
        "metrics": rows_of(visit.scope, run.key, own.entries),
        "next_metrics": own.next_page,
    }


def _pairs(visit: Visit, run: RunHead) -> Mapping[str, object]:
    scope, key = visit.scope, run.key
    given = run_lists.pairs(scope, key, "params", Asked(_PAIRS_SHOWN))
    own = run_lists.pairs(scope, key, "tags", Asked(_PAIRS_SHOWN, system=False))
    system = run_lists.pairs(scope, key, "tags", Asked(_PAIRS_SHOWN, system=True))
    return {
        "params": given.entries,
        "next_params": given.next_page,
        "tags": own.entries,
        "next_tags": own.next_page,
        "system_tags": run_source.without_logins(system.entries),
        "next_system_tags": system.next_page,
    }


def _asked(visit: Visit, limit: int = _LIST_PAGE) -> Asked:
    """The part of a list that an address names."""
    query = visit.query
    system = _SYSTEM.get(query.get("of", ""))
    return Asked(limit, query.get("find", ""), system, query.get("page", ""))


def _list_page(
    visit: Visit, run: RunHead, kind: str, entries: object, next_page: str | None
) -> View:
    return View(
        "run_list.html",
        {
            "run": run,
            "kind": kind,
            "entries": entries,
            "next_page": next_page,
            "find": visit.query.get("find", ""),
            "of": visit.query.get("of", ""),
        },
    )
