"""Runs as lines across axes that stand beside each other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import zip_longest
from typing import NamedTuple

from werkzeug.datastructures import MultiDict

from trackgate_server.web import compare_axes
from trackgate_server.web.compare_axes import DURATION, Axis, Value, Varied

_MOST_AXES = 12
_USUAL_PARAMS, _USUAL_METRICS = 5, 2
# Of a text with more values than this the lines say little.
_MOST_CATEGORIES = 20


class Upright(NamedTuple):
    """One axis as the address has it.

    scale      "log", "linear", or "" for what suits
    low, high  ends of the range that runs have to be in; "" for no end
    """

    axis: Axis
    scale: str = ""
    low: str = ""
    high: str = ""


class Row(NamedTuple):
    """One axis in the list below the plot; `categories` are empty where it has numbers.

    ends  the range's low and high end, as the address has them
    """

    axis: Axis
    scale: str
    ends: tuple[str, str]
    categories: list[str]


class Parallel(NamedTuple):
    """The axes from left to right, and what gives the lines their colours."""

    uprights: Sequence[Upright]
    colour: Axis

    @property
    def axes(self) -> list[Axis]:
        """All of which values are needed."""
        return [*(one.axis for one in self.uprights), self.colour]

    @property
    def is_full(self) -> bool:
        """Whether no axis can be added."""
        return len(self.uprights) >= _MOST_AXES

    def rows(self, values: Mapping[Axis, Sequence[Value]]) -> list[Row]:
        """The axes as the list below the plot shows them."""
        return [
            Row(one.axis, one.scale, (one.low, one.high), _texts(one.axis, values))
            for one in self.uprights
        ]

    def points(self, values: Mapping[Axis, Sequence[Value]]) -> dict[str, object]:
        """What the page's script draws."""
        return {
            "axes": [_drawn(one.axis, values) for one in self.uprights],
            "colour": _drawn(self.colour, values),
        }


def of_query(asked: MultiDict[str, str], varied: Sequence[Varied]) -> Parallel:
    """What an address asks for: `axis=`, `scale=`, `from=` and `to=` go together, each
    as often as there are axes.

    Without a choice: parameters that differ, then metrics; the first metric colours.
    """
    uprights = _uprights(asked) or [Upright(axis) for axis in _usual(varied)]
    colours = compare_axes.parse_all([asked.get("colour", "")], ("metrics", "run"))
    return Parallel(uprights, (colours or _usual_colour(varied))[0])


def _uprights(asked: MultiDict[str, str]) -> list[Upright]:
    names = ("axis", "scale", "from", "to")
    told = zip_longest(*map(asked.getlist, names), fillvalue="")
    found: dict[Axis, Upright] = {}
    for text, scale, low, high in told:
        axis = compare_axes.parse(text)
        if axis and axis not in found:
            known = scale if scale in ("log", "linear") else ""
            found[axis] = Upright(axis, known, low, high)
    return list(found.values())[:_MOST_AXES]


def _usual(varied: Sequence[Varied]) -> list[Axis]:
    clear = [one for one in varied if one.numbers or one.distinct <= _MOST_CATEGORIES]
    params = [one.axis for one in clear if one.axis.kind == "params"]
    metrics = [one.axis for one in clear if one.axis.kind == "metrics"]
    chosen = [*params[:_USUAL_PARAMS], *metrics[:_USUAL_METRICS]]
    return chosen if len(chosen) > 1 else [*chosen, DURATION]


def _usual_colour(varied: Sequence[Varied]) -> list[Axis]:
    metrics = [one.axis for one in varied if one.axis.kind == "metrics"]
    return metrics[:1] or [DURATION]


def _texts(axis: Axis, values: Mapping[Axis, Sequence[Value]]) -> list[str]:
    return compare_axes.categories(compare_axes.plotted(values[axis]))


def _drawn(axis: Axis, values: Mapping[Axis, Sequence[Value]]) -> dict[str, object]:
    plotted = compare_axes.plotted(values[axis])
    return {
        "text": axis.text,
        "name": axis.title,
        "far": compare_axes.is_far_apart(plotted),
        "categories": compare_axes.categories(plotted),
        "values": plotted,
    }
