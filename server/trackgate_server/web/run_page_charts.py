"""Charts of a run's metrics, and the points they are made of."""

from __future__ import annotations

from trackgate_wire.errors import NotFound
from trackgate_wire.metrics import GetMetricHistory
from trackgate_wire.rules import shown

from trackgate_server.operations import metric_history, run_lists, run_overview
from trackgate_server.operations.run_lists import Asked
from trackgate_server.operations.run_overview import RunHead
from trackgate_server.store.run_lists import MetricLine
from trackgate_server.web.page import View, Visit, page
from trackgate_server.web.run_page_rows import rows_of
from trackgate_server.web.sparklines import LARGE, look_of

_CHARTS_PAGE = 40
_POINTS_PAGE = 500


@page("/runs/<run_id>/charts")
def charts(visit: Visit, run_id: str) -> View:
    query, look = visit.query, look_of(visit.query)
    run = run_overview.head(visit.scope, run_id)
    kind, find = query.get("of", ""), query.get("find", "")
    asked = Asked(_CHARTS_PAGE, find, kind == "system", query.get("page", ""))
    listed = run_lists.metrics(visit.scope, run.key, asked)
    return View(
        "run_charts.html",
        {
            "run": run,
            "rows": rows_of(visit.scope, run.key, listed.entries, LARGE, look),
            "next_page": listed.next_page,
            "find": find,
            "of": kind,
            "look": look,
            "kept": {name: query.get(name) for name in ("x", "log", "smooth")},
        },
    )


@page("/runs/<run_id>/points")
def points(visit: Visit, run_id: str) -> View:
    """A metric's points as a table, in the order of their times."""
    name = visit.query.get("metric", "")
    run = run_overview.head(visit.scope, run_id)
    line = _line(visit, run, name)
    asked = GetMetricHistory(
        run_id=run_id,
        metric_key=name,
        max_results=_POINTS_PAGE,
        page_token=visit.query.get("page"),
    )
    found = metric_history.get_history(visit.scope, asked)
    (row,) = rows_of(visit.scope, run.key, [line], LARGE)
    return View(
        "run_points.html",
        {
            "run": run,
            "name": name,
            "line": line,
            "drawing": row.drawing,
            "points": found.metrics,
            "next_page": found.next_page_token,
        },
    )


def _line(visit: Visit, run: RunHead, name: str) -> MetricLine:
    line = run_lists.metric(visit.scope, run.key, name)
    if line is None:
        raise NotFound(f"The run {run.uuid} has no metric {shown(name)}.")
    return line
