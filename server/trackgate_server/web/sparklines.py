"""Small pictures of metrics as SVG: made here, so they need no script."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

from werkzeug.datastructures import MultiDict

from trackgate_server.store.outlines import Outline

Axis = Literal["step", "time", "relative"]
_AXES: dict[str, Axis] = {"step": "step", "time": "time", "relative": "relative"}
_MARGIN = 2.0
_MOST_SMOOTH = 0.99

_Spot = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Look:
    """How lines are drawn; static/charts.js draws alike.

    x       what runs to the right
    log     whether the values' logarithm goes up; what has none is left out
    smooth  how much of the average before counts in the next, from 0 to 0.99
    """

    x: Axis = "step"
    log: bool = False
    smooth: float = 0.0


class Size(NamedTuple):
    """Of a picture, in its own units."""

    width: int
    height: int


class Drawing(NamedTuple):
    """A picture of one line.

    path  for the attribute `d`; moves where values are missing
    dots  points that stand alone, which a path does not show
    """

    size: Size
    path: str
    dots: list[_Spot]


SMALL, LARGE = Size(120, 28), Size(600, 220)


def look_of(query: MultiDict[str, str]) -> Look:
    """What an address asks for; what it cannot ask for counts as not asked."""
    smooth = query.get("smooth", 0.0, type=float)
    within = min(max(smooth, 0.0), _MOST_SMOOTH) if math.isfinite(smooth) else 0.0
    return Look(
        x=_AXES.get(query.get("x", ""), "step"),
        log=query.get("log") == "1",
        smooth=within,
    )


def drawn(outline: Outline, size: Size = SMALL, look: Look | None = None) -> Drawing:
    """The picture of a metric's points."""
    look = look or Look()
    along = 0 if look.x == "step" else 1
    if outline and outline[0][0] == outline[-1][0]:
        # All have the same step: time alone tells them apart.
        along = 1
    values = [_height(point[2], look) for point in outline]
    stretches = list(_stretches([point[along] for point in outline], values))
    if look.smooth:
        stretches = [_smoothed(one, look.smooth) for one in stretches]
    placed = _placed(stretches, size)
    lines = [one for one in placed if len(one) > 1]
    dots = [spot for one in placed if len(one) == 1 for spot in one]
    return Drawing(size, "".join(map(_path, lines)), dots)


def _height(value: float, look: Look) -> float:
    if not look.log:
        return value
    return math.log10(value) if 0 < value < math.inf else math.nan


def _stretches(xs: Sequence[float], ys: Sequence[float]) -> Iterable[list[_Spot]]:
    """Points between those that are no numbers."""
    current: list[_Spot] = []
    for x, y in zip(xs, ys, strict=True):
        if math.isfinite(y):
            current.append((x, y))
        elif current:
            yield current
            current = []
    if current:
        yield current


def _smoothed(spots: list[_Spot], weight: float) -> list[_Spot]:
    """A moving average that does not lean on its first value (TensorBoard's)."""
    average, counted = 0.0, 0.0
    found: list[_Spot] = []
    for x, y in spots:
        average = average * weight + y * (1 - weight)
        counted = counted * weight + (1 - weight)
        found.append((x, average / counted))
    return found


def _placed(stretches: list[list[_Spot]], size: Size) -> list[list[_Spot]]:
    xs = [x for one in stretches for x, _ in one]
    ys = [y for one in stretches for _, y in one]
    if not xs:
        return []
    left, right, low, high = min(xs), max(xs), min(ys), max(ys)

    def place(x: float, y: float) -> _Spot:
        across = _part(x, left, right) * (size.width - 2 * _MARGIN) + _MARGIN
        down = (1 - _part(y, low, high)) * (size.height - 2 * _MARGIN) + _MARGIN
        return round(across, 1), round(down, 1)

    return [[place(x, y) for x, y in one] for one in stretches]


def _part(value: float, low: float, high: float) -> float:
    """How far between the ends; the middle where they are the same."""
    # Halves, because the distance between two doubles may be no double.
    width = high / 2 - low / 2
    return (value / 2 - low / 2) / width if width else 0.5


def _path(spots: list[_Spot]) -> str:
    return "M" + "L".join(f"{x:g} {y:g}" for x, y in spots)
