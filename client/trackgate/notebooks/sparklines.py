"""Small pictures of metrics as SVG, in the colour of the text around them."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from trackgate.notebooks.elements import Html, element

WIDTH, HEIGHT = 120, 28
_MARGIN = 2

Spot = tuple[float, float]


def sparkline(spots: Sequence[Spot], label: str) -> Html | None:
    """A line through (x, y), with gaps where one of them is no finite number.

    None where fewer than two are: there is nothing to see in a single point.
    """
    finite = [spot for spot in spots if _is_finite(spot)]
    if len(finite) < 2:
        return None
    xs, ys = zip(*finite, strict=True)
    path = "".join(_strokes(spots, (min(xs), max(xs)), (min(ys), max(ys))))
    line = element(
        "path",
        d=path,
        fill="none",
        stroke="currentColor",
        stroke_width=1.5,
        stroke_linecap="round",
    )
    return element(
        "svg",
        element("title", label),
        line,
        role="img",
        width=WIDTH,
        height=HEIGHT,
        viewBox=f"0 0 {WIDTH} {HEIGHT}",
    )


def in_order(values: Sequence[float]) -> list[Spot]:
    """Values at equal distances."""
    return [(float(index), value) for index, value in enumerate(values)]


def _strokes(spots: Sequence[Spot], across: Spot, up: Spot) -> Iterator[str]:
    is_down = False
    for spot in spots:
        if not _is_finite(spot):
            is_down = False
            continue
        x = _MARGIN + _part(spot[0], across) * (WIDTH - 2 * _MARGIN)
        y = _MARGIN + (1 - _part(spot[1], up)) * (HEIGHT - 2 * _MARGIN)
        # A line of no length is a dot, for a point that stands alone.
        yield f"{'L' if is_down else 'M'}{x:.1f} {y:.1f}{'' if is_down else 'h0'}"
        is_down = True


def _part(value: float, ends: Spot) -> float:
    """How far between the ends; the middle where they are the same."""
    # Halves, because the distance between two doubles may be no double.
    low, high = ends[0] / 2, ends[1] / 2
    return (value / 2 - low) / (high - low) if high > low else 0.5


def _is_finite(spot: Spot) -> bool:
    return math.isfinite(spot[0]) and math.isfinite(spot[1])
