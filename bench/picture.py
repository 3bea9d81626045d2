"""A picture of the ratios: how many times better Trackgate is than each peer."""

# matplotlib's annotations have gaps.
# pyright: reportUnknownMemberType=false

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch
from matplotlib.ticker import StrMethodFormatter

from bench.results import FOLDER

_COLOURS = {
    ("mlflow", "sqlite"): "#0a64a4",
    ("mlflow", "postgresql"): "#7db4de",
    ("fasttrackml", "sqlite"): "#b4500f",
    ("fasttrackml", "postgresql"): "#eba676",
}
_NAMES = {
    "mlflow": "MLflow",
    "fasttrackml": "FastTrackML",
    "sqlite": "SQLite",
    "postgresql": "PostgreSQL",
}
_INK, _PAPER, _BAND = "#1f2328", "#ffffff", "#f3f5f8"
# Heights are counted in bars; between two rows there is room for one.
_BAR_INCHES = 0.135
_AROUND_INCHES = 1.2
# As far right of a bar's end as its figure reaches, as a ratio.
_FIGURE_REACH = 1.8


@dataclass(frozen=True)
class Bar:
    """One ratio: to which peer, on which database, and what we meant it to be."""

    peer: str
    backend: str
    ratio: float
    goal: float | None


Rows = Mapping[str, Sequence[Bar]]
"""The bars of each workload, by its title."""


def draw(contents: Sequence[Mapping[str, Any]], path: Path) -> None:
    """Draw the results of one or both databases into path.svg and path.png.

    Dark on white with a margin, so that it reads on a page of either colour.
    """
    rows = rows_of(contents)
    if not rows:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    with mpl.rc_context({"svg.fonttype": "path", "svg.hashsalt": "bench"}):
        figure = figure_of(rows)
        for kind in ("svg", "png"):
            # Without the date: the same results make the same file.
            figure.savefig(
                path.with_suffix(f".{kind}"), bbox_inches="tight", pad_inches=0.25,
                dpi=130, metadata={"Date": None} if kind == "svg" else None,
            )  # fmt: skip


def rows_of(contents: Sequence[Mapping[str, Any]]) -> Rows:
    """Workloads that have a ratio, in their order; bars in the order of the legend."""
    found: dict[str, list[Bar]] = {}
    for content in contents:
        for workload in content["workloads"].values():
            bars, goals = found.setdefault(workload["title"], []), workload["goals"]
            for peer, ratio in workload["ratios"].items():
                bars.append(Bar(peer, content["backend"], ratio, goals.get(peer)))
    order = list(_COLOURS)
    return {
        title: sorted(bars, key=lambda bar: order.index((bar.peer, bar.backend)))
        for title, bars in found.items()
        if bars
    }


def figure_of(rows: Rows) -> Figure:
    """One group of bars for each row, as high as it has bars."""
    height = sum(len(bars) + 1 for bars in rows.values())
    size = (10, _AROUND_INCHES + _BAR_INCHES * height)
    figure = Figure(figsize=size, facecolor=_PAPER, layout="constrained")
    axes = figure.add_subplot(facecolor=_PAPER)
    _dress(axes, height)
    middles: list[float] = []
    top = 0
    for number, bars in enumerate(rows.values()):
        bottom = top + len(bars) + 1
        if number % 2:
            axes.axhspan(top, bottom, color=_BAND, zorder=0)
        for place, bar in enumerate(bars, start=top + 1):
            _draw_bar(axes, place, bar)
        middles.append((top + bottom) / 2)
        top = bottom
    axes.set_yticks(middles, list(rows), fontsize=9)
    _draw_legend(figure, rows)
    return figure


def _draw_bar(axes: Axes, place: float, bar: Bar) -> None:
    """The bar, the ratio beside it, and the goal as a mark across it."""
    ratio, goal = bar.ratio, bar.goal
    colour = _COLOURS[bar.peer, bar.backend]
    axes.barh(place, ratio - 1, height=1, left=1, color=colour, zorder=2)
    # Where the goal's mark would run through the figure, the figure goes behind it.
    end = max(ratio, 1)
    if goal is not None and end < goal < end * _FIGURE_REACH:
        end = goal
    text = f"{ratio:.3g}x" if ratio < 100 else f"{ratio:,.0f}x"
    axes.annotate(
        text, (end, place), (4, 0), textcoords="offset points",
        va="center_baseline", fontsize=7, color=_INK,
    )  # fmt: skip
    if goal is not None:
        axes.vlines(goal, place - 0.5, place + 0.5, color=_INK, linewidth=2, zorder=3)


def _dress(axes: Axes, height: int) -> None:
    axes.set_xscale("log")
    axes.set_ylim(height, 0)
    axes.axvline(1, color=_INK, linewidth=1, zorder=3)
    axes.xaxis.set_major_formatter(StrMethodFormatter("{x:,g}x"))
    axes.set_xlabel("times better than the peer (log scale); black marks: the goals")
    axes.grid(axis="x", color="#d0d7de", linewidth=0.6, zorder=1)
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.tick_params(colors=_INK, left=False)


def _draw_legend(figure: Figure, rows: Rows) -> None:
    drawn = {(bar.peer, bar.backend) for bars in rows.values() for bar in bars}
    entries = [
        Patch(color=colour, label=f"{_NAMES[peer]}, {_NAMES[backend]}")
        for (peer, backend), colour in _COLOURS.items()
        if (peer, backend) in drawn
    ]
    # Outside, so that it has a place of its own above the bars.
    figure.legend(handles=entries, loc="outside upper center", ncols=4, frameon=False)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("files", nargs="+", type=Path, help="result files (JSON)")
    parser.add_argument("--out", type=Path, default=FOLDER / "ratios")
    options = parser.parse_args()
    draw([json.loads(file.read_text()) for file in options.files], options.out)


if __name__ == "__main__":
    main()
