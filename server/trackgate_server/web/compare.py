"""Several runs beside each other: what differs first, then plots of all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from trackgate_wire import limits
from trackgate_wire.endpoint import Access
from trackgate_wire.errors import NotFound
from werkzeug.datastructures import MultiDict

from trackgate_server.operations import run_comparison
from trackgate_server.web import compare_choice
from trackgate_server.web.compare_plots import plots_of
from trackgate_server.web.compare_rows import Section, heads_of, sections_of
from trackgate_server.web.page import Answer, Onward, View, Visit, form, page
from trackgate_server.web.sparklines import look_of

# gunicorn takes a request line of 8,190 bytes (its --limit-request-line).
_LONGEST_ADDRESS = 7_900
_MOST_CHARTS = 100
_PLOTS = ("parallel", "scatter", "contour", "boxes")
# Beside the runs, what an address may say: each part's own fields.
_LOOKS = (
    *("find", "x", "log", "smooth", "across", "up", "scatterscale"),
    *("axis", "scale", "from", "to", "colour", "contour", "contourscale"),
    *("box", "by"),
)


@dataclass(frozen=True, slots=True)
class Kept:
    """What forms of the page send along: which runs, and how they are shown."""

    runs: Sequence[tuple[str, str]]
    looks: Sequence[tuple[str, str]]

    @property
    def has_room(self) -> bool:
        """Whether an address has room for all of it."""
        return len(urlencode([*self.runs, *self.looks])) <= _LONGEST_ADDRESS

    @property
    def method(self) -> str:
        """How a form with all of it is sent."""
        return "get" if self.has_room else "post"

    def beside(self, *own: str) -> list[tuple[str, str]]:
        """The hidden fields of a form that has some fields of its own."""
        return [*self.runs, *(one for one in self.looks if one[0] not in own)]

    def query(self) -> Mapping[str, Any]:
        """All of it behind an address's question mark."""
        return MultiDict(self.beside()).to_dict(flat=False)


@page("/compare")
def compare(visit: Visit) -> View:
    return View("compare.html", _given(visit, visit.query))


@form("/compare", access=Access.READ, wants="read")
def compare_chosen(visit: Visit) -> Answer:
    """As the page, for more runs than an address has room for."""
    kept = _kept(visit.form)
    if kept.has_room:
        return Onward(("compare",), kept.query())
    return View("compare.html", _given(visit, visit.form))


@form("/compare/<plot>", access=Access.READ, wants="read")
def plot_anew(visit: Visit, plot: str) -> View:
    """One of the page's plots by itself, as a script asks for it; raises NotFound."""
    if plot not in _PLOTS:
        raise NotFound(f"There is no plot {plot!r}.")
    return View(f"compare_{plot}.html", _given(visit, visit.form))


def _kept(asked: MultiDict[str, str]) -> Kept:
    told = {name: asked.getlist(name) for name in _LOOKS}
    # Fields that go together keep their empty ones.
    looks = [(name, one) for name, these in told.items() if any(these) for one in these]
    return Kept(compare_choice.of_query(asked).fields(), looks)


def _given(visit: Visit, asked: MultiDict[str, str]) -> dict[str, Any]:
    scope, find = visit.scope, asked.get("find", "").strip()
    choice = compare_choice.of_query(asked)
    chosen = compare_choice.find(scope, choice)
    found = run_comparison.compare(scope, chosen.rows)
    heads = heads_of(found, scope.now_ms)
    sections = sections_of(scope, found, find)
    return {
        "choice": choice,
        "chosen": chosen,
        "most": run_comparison.MOST_RUNS,
        "kept": _kept(asked),
        "find": find,
        "heads": heads,
        "several": len(found.experiments) > 1,
        "experiments": list(found.experiments.values()),
        "sections": sections,
        "alike": sum(len(one.alike) + one.more_alike for one in sections),
        **_charts(sections, asked),
        "plots": plots_of(scope, found, sections, heads, asked),
    }


def _charts(
    sections: Sequence[Section], asked: MultiDict[str, str]
) -> Mapping[str, Any]:
    """What the charts of metrics are given."""
    metrics = next(one for one in sections if one.kind == "metrics")
    return {
        "charts": metrics.names[:_MOST_CHARTS],
        "left_out": max(0, len(metrics.names) - _MOST_CHARTS),
        "look": look_of(asked),
        "runs_at_once": limits.BULK_HISTORY_RUNS,
    }
