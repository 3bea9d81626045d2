"""Several runs beside each other: what differs first, then charts of all."""

from __future__ import annotations

import re
from collections.abc import Sequence

from trackgate_wire import limits
from trackgate_wire.endpoint import Access
from werkzeug.datastructures import MultiDict

from trackgate_server.operations import run_comparison
from trackgate_server.web.compare_rows import heads_of, sections_of
from trackgate_server.web.compare_scatter import scatter_of
from trackgate_server.web.page import Answer, Onward, View, Visit, form, page
from trackgate_server.web.sparklines import look_of

# Neither is part of a run's id. Browsers quote a comma, which makes three of it.
_BETWEEN = re.compile(r"[.,\s]+")
# gunicorn takes a request line of 8,190 bytes (its --limit-request-line).
_LONGEST_ADDRESS = 7_900
_MOST_CHARTS = 100
# Beside the runs, what an address may say.
_KEPT = ("find", "x", "log", "smooth", "across", "up")


@page("/compare")
def compare(visit: Visit) -> View:
    return _view(visit, visit.query)


@form("/compare", access=Access.READ, wants="read")
def compare_chosen(visit: Visit) -> Answer:
    """As the page, for more runs than an address has room for."""
    joined = _joined(_chosen(visit.form))
    if len(joined) > _LONGEST_ADDRESS:
        return _view(visit, visit.form)
    kept = {name: visit.form.get(name) for name in _KEPT}
    return Onward(("compare",), {"runs": joined, **kept})


def _view(visit: Visit, asked: MultiDict[str, str]) -> View:
    find = asked.get("find", "").strip()
    found = run_comparison.compare(visit.scope, _chosen(asked))
    sections = sections_of(visit.scope, found, find)
    metrics = next(one for one in sections if one.kind == "metrics")
    chosen = _joined([row.uuid for row in found.rows])
    return View(
        "compare.html",
        {
            "heads": heads_of(found, visit.scope.now_ms),
            "several": len(found.experiments) > 1,
            "sections": sections,
            "alike": sum(len(one.alike) + one.more_alike for one in sections),
            "charts": metrics.names[:_MOST_CHARTS],
            "left_out": max(0, len(metrics.names) - _MOST_CHARTS),
            "chosen": chosen,
            "method": "post" if len(chosen) > _LONGEST_ADDRESS else "get",
            "find": find,
            "look": look_of(asked),
            "scatter": scatter_of(visit.scope, found, sections, asked),
            "runs_at_once": limits.BULK_HISTORY_RUNS,
        },
    )


def _chosen(asked: MultiDict[str, str]) -> list[str]:
    """The ids asked for: `run=` for each, or all in `runs=`, each once.

    without  one of them that is to be left out
    """
    listed = [*asked.getlist("run"), *_BETWEEN.split(asked.get("runs", ""))]
    without = asked.get("without")
    return [one for one in dict.fromkeys(listed) if one and one != without]


def _joined(run_ids: Sequence[str]) -> str:
    return ".".join(run_ids)
