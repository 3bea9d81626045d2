"""The picture: one small field a call, time against size, and how log n would grow."""

# matplotlib's annotations have gaps.
# pyright: reportUnknownMemberType=false

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import LogLocator, NullFormatter, NullLocator, StrMethodFormatter

from bench.growth.axes import AxisName
from bench.growth.report import Row
from bench.systems.stores import Backend

_COLUMNS = 5
# Both stand out on white as well as on black, as does the grey.
_COLOURS: dict[Backend, str] = {"sqlite": "#1f8fd6", "postgresql": "#e0702c"}
_NAMES: dict[Backend, str] = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}
_GREY = "#808890"
_THOUSAND, _MILLION = 1_000, 1_000_000
# At least so many decades high, so that noise does not look like growth.
_DECADES = 1.6

Key = tuple[AxisName, str]


def draw(rows: Mapping[Backend, Sequence[Row]], folder: Path) -> None:
    """`growth.svg` and `growth.png`, with nothing behind the lines."""
    fields = _fields(rows)
    height = math.ceil(len(fields) / _COLUMNS)
    with mpl.rc_context(rc=_STYLE):
        figure = Figure(figsize=(2.5 * _COLUMNS, 2.1 * height + 0.6))
        grid = list(figure.subplots(height, _COLUMNS, squeeze=False).flat)
        for place, (key, lines) in zip(grid, fields.items(), strict=False):
            _draw_field(place, key, lines)
        for place in grid[len(fields) :]:
            place.set_axis_off()
        _draw_legend(figure)
        figure.tight_layout(rect=(0, 0, 1, 1 - 0.5 / (2.1 * height + 0.6)))
        for kind in ("svg", "png"):
            # A date in it would make every drawing differ.
            about = {"Date": None} if kind == "svg" else None
            file = folder / f"growth.{kind}"
            figure.savefig(file, transparent=True, dpi=160, metadata=about)


def _fields(rows: Mapping[Backend, Sequence[Row]]) -> dict[Key, dict[Backend, Row]]:
    found: dict[Key, dict[Backend, Row]] = {}
    for backend, several in rows.items():
        for row in several:
            found.setdefault((row.axis, row.name), {})[backend] = row
    return found


def _draw_field(place: Axes, key: Key, lines: Mapping[Backend, Row]) -> None:
    axis, name = key
    sizes = sorted({size for row in lines.values() for size in row.costs})
    place.set_title(name)
    place.set_xlabel(f"{axis} stored", labelpad=1)
    for backend, row in lines.items():
        times = [row.costs[size].p50_ms for size in sizes if size in row.costs]
        colour = _COLOURS[backend]
        place.plot(sizes, times, color=colour, marker="o", markersize=4)
        place.plot(sizes, _as_log_n(sizes, times[0]), color=colour, linestyle=":")
    _say_last(place, sizes[-1], lines)
    _scale(place, sizes, lines)


def _say_last(place: Axes, size: int, lines: Mapping[Backend, Row]) -> None:
    """Each line's end in milliseconds, the higher one's above the lower one's."""
    ends: dict[Backend, float] = {
        line: row.costs[size].p50_ms for line, row in lines.items()
    }
    for backend, time_ms in ends.items():
        place.annotate(
            f"{time_ms:.2g} ms" if time_ms < 10 else f"{time_ms:.0f} ms",
            (size, time_ms),
            (5, 0),
            textcoords="offset points",
            va="bottom" if time_ms == max(ends.values()) else "top",
            color=_COLOURS[backend],
        )


def _as_log_n(sizes: Sequence[int], first: float) -> list[float]:
    return [first * math.log(size) / math.log(sizes[0]) for size in sizes]


def _scale(place: Axes, sizes: Sequence[int], lines: Mapping[Backend, Row]) -> None:
    place.set_xscale("log")
    place.set_yscale("log")
    times = [cost.p50_ms for row in lines.values() for cost in row.costs.values()]
    middle = (math.log10(min(times)) + math.log10(max(times))) / 2
    half = max(_DECADES, math.log10(max(times) / min(times)) + 0.4) / 2
    place.set_ylim(10 ** (middle - half), 10 ** (middle + half))
    place.set_xlim(sizes[0] / 1.3, sizes[-1] * (sizes[-1] / sizes[0]) ** 0.3)
    place.set_xticks(sizes, [_shown(size) for size in sizes])
    place.xaxis.set_minor_locator(NullLocator())
    place.yaxis.set_major_locator(LogLocator(subs=(1, 3)))
    place.yaxis.set_major_formatter(StrMethodFormatter("{x:g} ms"))
    place.yaxis.set_minor_formatter(NullFormatter())
    place.grid(axis="y", linewidth=0.5, alpha=0.35)
    place.spines[["top", "right"]].set_visible(False)


def _shown(size: int) -> str:
    if size >= _MILLION:
        return f"{size / _MILLION:g} M"
    return f"{size / _THOUSAND:g} k" if size >= _THOUSAND else str(size)


def _draw_legend(figure: Figure) -> None:
    entries = [
        Line2D([], [], color=colour, marker="o", label=_NAMES[backend])
        for backend, colour in _COLOURS.items()
    ]
    entries.append(Line2D([], [], color=_GREY, ls=":", label="as log n would"))
    figure.legend(handles=entries, loc="upper center", ncols=3, frameon=False)


_STYLE: dict[Any, Any] = {
    "font.size": 8,
    "axes.titlesize": 9,
    "lines.linewidth": 1.6,
    "svg.hashsalt": "trackgate",
    **dict.fromkeys(
        ("text.color", "axes.labelcolor", "axes.edgecolor", "xtick.color",
         "ytick.color", "grid.color"),
        _GREY,
    ),
}  # fmt: skip
