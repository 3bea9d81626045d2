"""A value of each run as a height over two others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from werkzeug.datastructures import MultiDict

from trackgate_server.web import compare_axes
from trackgate_server.web.compare_axes import DURATION, Axis, Value, Varied
from trackgate_server.web.compare_scatter import place_of


class Contour(NamedTuple):
    """What goes across, up, and what is the height; scales of the first two, as in
    `compare_scatter`."""

    axes: Sequence[Axis]
    scales: Sequence[str]

    def points(self, values: Mapping[Axis, Sequence[Value]]) -> dict[str, object]:
        """What the page's script draws."""
        scales = (*self.scales, "linear")
        across, up, height = (
            place_of(axis, values, scale)
            for axis, scale in zip(self.axes, scales, strict=True)
        )
        return {"across": across, "up": up, "height": height}


def of_query(asked: MultiDict[str, str], varied: Sequence[Varied]) -> Contour:
    """What an address asks for: `contour=` for what goes across, up and high.

    Without a choice: the numeric parameters of which there are most values, and the
    first metric that differs.
    """
    chosen = compare_axes.parse_all(asked.getlist("contour"))
    if len(chosen) != 3:
        chosen = _usual(varied)
    scales = compare_axes.scales(asked.getlist("contourscale"), 2)
    return Contour(chosen, scales)


def _usual(varied: Sequence[Varied]) -> list[Axis]:
    numbers = [one for one in varied if one.numbers]
    params = [one for one in numbers if one.axis.kind == "params"]
    params.sort(key=lambda one: -one.distinct)
    metrics = [one.axis for one in numbers if one.axis.kind == "metrics"]
    height, *others = [*metrics, DURATION]
    # Where there are too few parameters, metrics are held against metrics.
    ground = [*(one.axis for one in params), *others, DURATION, DURATION]
    return [*ground[:2], height]
