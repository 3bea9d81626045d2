"""Two values of each run, one against the other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from werkzeug.datastructures import MultiDict

from trackgate_server.web import compare_axes
from trackgate_server.web.compare_axes import Axis, Value, Varied


class Scatter(NamedTuple):
    """What is held against what, and on which scales: "log", "linear", or "" for what
    suits."""

    across: Axis
    up: Axis
    scales: Sequence[str]

    @property
    def axes(self) -> tuple[Axis, Axis]:
        """Both, across first."""
        return self.across, self.up

    def points(self, values: Mapping[Axis, Sequence[Value]]) -> dict[str, object]:
        """What the page's script draws."""
        across, up = (
            place_of(axis, values, scale)
            for axis, scale in zip(self.axes, self.scales, strict=True)
        )
        return {"across": across, "up": up}


def of_query(asked: MultiDict[str, str], varied: Sequence[Varied]) -> Scatter:
    """What an address asks for.

    Without a choice: as `usual_axes`.
    """
    usual = usual_axes(varied)
    across = compare_axes.parse(asked.get("across", "")) or usual[0]
    up = compare_axes.parse(asked.get("up", "")) or usual[-1]
    scales = compare_axes.scales(asked.getlist("scatterscale"), 2)
    return Scatter(across, up, scales)


def usual_axes(varied: Sequence[Varied]) -> list[Axis]:
    """The parameter of which there are most values, a number if possible, and the first
    metric; how long runs took where nothing differs."""
    params = [one for one in varied if one.axis.kind == "params"]
    params.sort(key=lambda one: (not one.numbers, -one.distinct))
    metrics = [one.axis for one in varied if one.axis.kind == "metrics"]
    chosen = [*(one.axis for one in params[:1]), *metrics[:1]]
    return chosen or [compare_axes.DURATION]


def place_of(
    axis: Axis, values: Mapping[Axis, Sequence[Value]], scale: str
) -> dict[str, object]:
    """An axis as a script draws it: its title, its scale, and a value of each run."""
    plotted = compare_axes.plotted(values[axis])
    return {
        "name": axis.title,
        "log": compare_axes.is_log(scale, plotted),
        "categories": compare_axes.categories(plotted),
        "values": plotted,
    }
