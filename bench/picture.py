"""A picture of the ratios: how many times better Trackgate is than each peer."""

# matplotlib's annotations have gaps.
# pyright: reportUnknownMemberType=false

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import StrMethodFormatter

from bench.report import peers_in
from bench.results import FOLDER

_COLOURS = {"mlflow": ("#0a64a4", "#7db4de"), "fasttrackml": ("#b4500f", "#eba676")}
_NAMES = {"mlflow": "MLflow", "fasttrackml": "FastTrackML"}
_DATABASES = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}
_INK, _PAPER = "#1f2328", "#ffffff"
_BAR = 0.19


def draw(contents: Sequence[Mapping[str, Any]], path: Path) -> None:
    """Draw the results of one or both databases into path.svg and path.png.

    Dark on white with a margin, so that it reads on a page of either colour.
    """
    titles = _titles(contents)
    if not titles:
        return
    mpl.rcParams["svg.fonttype"] = "path"
    mpl.rcParams["svg.hashsalt"] = "bench"
    figure = Figure(figsize=(10, 1.6 + 0.62 * len(titles)), facecolor=_PAPER)
    axes: Axes = figure.add_subplot(facecolor=_PAPER)
    _bars(axes, contents, list(titles))
    _dress(axes, list(titles.values()))
    path.parent.mkdir(parents=True, exist_ok=True)
    for kind in ("svg", "png"):
        # Without the date: the same results make the same file.
        figure.savefig(
            path.with_suffix(f".{kind}"), bbox_inches="tight", pad_inches=0.25,
            dpi=130, metadata={"Date": None} if kind == "svg" else None,
        )  # fmt: skip


def _titles(contents: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """Workloads that have a ratio, in their order."""
    return {
        name: workload["title"]
        for content in contents
        for name, workload in content["workloads"].items()
        if workload["ratios"]
    }


def _bars(
    axes: Axes, contents: Sequence[Mapping[str, Any]], order: Sequence[str]
) -> None:
    series = [
        (peer, content) for peer in _NAMES for content in contents
        if peer in peers_in(content)
    ]  # fmt: skip
    for number, (peer, content) in enumerate(series):
        shift = (number - (len(series) - 1) / 2) * _BAR
        shade = 0 if content["backend"] == "sqlite" else 1
        label = f"{_NAMES[peer]}, {_DATABASES[content['backend']]}"
        for name, workload in content["workloads"].items():
            ratio = workload["ratios"].get(peer)
            if ratio is None:
                continue
            place = order.index(name) + shift
            colour = _COLOURS[peer][shade]
            axes.barh(place, ratio - 1, _BAR, left=1, color=colour, label=label)
            label = "_"  # one entry in the legend
            _figures(axes, place, ratio, workload["goals"].get(peer))


def _figures(axes: Axes, place: float, ratio: float, goal: float | None) -> None:
    """The ratio beside its bar, and the goal as a mark across it."""
    text = f"{ratio:.3g}x" if ratio < 100 else f"{ratio:.0f}x"
    # Where the goal's mark would run through the figure, the figure goes behind it.
    edge = goal if goal is not None and ratio < goal < ratio * 1.4 else max(ratio, 1)
    axes.annotate(
        text, (edge, place), (4, 0), textcoords="offset points",
        va="center", fontsize=7, color=_INK,
    )  # fmt: skip
    if goal is not None:
        half = _BAR / 2
        axes.vlines(goal, place - half, place + half, color=_INK, linewidth=2)


def _dress(axes: Axes, titles: Sequence[str]) -> None:
    axes.set_xscale("log")
    axes.set_yticks(range(len(titles)), titles, fontsize=9)
    axes.invert_yaxis()
    axes.axvline(1, color=_INK, linewidth=1)
    axes.xaxis.set_major_formatter(StrMethodFormatter("{x:g}x"))
    axes.set_xlabel("times better than the peer (log scale); black marks: the goals")
    axes.grid(axis="x", color="#d0d7de", linewidth=0.6)
    axes.set_axisbelow(True)
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.tick_params(colors=_INK, left=False)
    axes.legend(loc="upper center", bbox_to_anchor=(0.4, 1.06), ncols=4, frameon=False)
    axes.margins(y=0.01)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("files", nargs="+", type=Path, help="result files (JSON)")
    parser.add_argument("--out", type=Path, default=FOLDER / "ratios")
    options = parser.parse_args()
    draw([json.loads(file.read_text()) for file in options.files], options.out)


if __name__ == "__main__":
    main()
