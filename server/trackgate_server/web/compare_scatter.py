"""Two values of each run, one against the other."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from werkzeug.datastructures import MultiDict

from trackgate_server.operations import run_comparison
from trackgate_server.operations.run_comparison import Compared
from trackgate_server.operations.scope import Scope
from trackgate_server.store.run_cells import CellKeys, Cells
from trackgate_server.web.compare_rows import Section

_CHOICES = 500
_PLOTTED = ("params", "metrics")
# Characters of a parameter, which may be a long text.
_SHOWN = 60


class Axis(NamedTuple):
    """What is held against something else: of which kind, and its name."""

    kind: str
    name: str

    @property
    def text(self) -> str:
        """As an address has it."""
        return f"{self.kind}.{self.name}"


class Scatter(NamedTuple):
    """What to choose from, what was chosen, and a value of each run for either.

    A parameter that is no number stays a text; None is missing, or not finite.
    """

    choices: Mapping[str, Sequence[Axis]]
    across: Axis
    up: Axis
    points: Mapping[str, object]


def scatter_of(
    scope: Scope,
    found: Compared,
    sections: Sequence[Section],
    asked: MultiDict[str, str],
) -> Scatter | None:
    """The points for the chosen axes; None where there is nothing to choose.

    Without a choice: what differs first of the parameters, and of the metrics. Three
    statements at most.
    """
    choices = {
        one.title: [Axis(one.kind, name) for name in one.names[:_CHOICES]]
        for one in sections
        if one.kind in _PLOTTED and one.names
    }
    first = [_first(one) for one in sections if one.kind in _PLOTTED and one.names]
    if not first:
        return None
    across = _axis(asked.get("across", "")) or first[0]
    up = _axis(asked.get("up", "")) or first[-1]
    cells = run_comparison.values(scope, found.rows, _keys(across, up))
    return Scatter(choices, across, up, _points(found, across, up, cells))


def _first(section: Section) -> Axis:
    names = [line.name for line in section.differing] or section.names
    return Axis(section.kind, names[0])


def _axis(text: str) -> Axis | None:
    kind, _, name = text.partition(".")
    return Axis(kind, name) if kind in _PLOTTED and name else None


def _keys(*axes: Axis) -> CellKeys:
    def named(kind: str) -> frozenset[str]:
        return frozenset(axis.name for axis in axes if axis.kind == kind)

    return CellKeys(metrics=named("metrics"), params=named("params"))


def _points(
    found: Compared, across: Axis, up: Axis, cells: Cells
) -> Mapping[str, object]:
    return {
        "across": {"name": across.name, "values": _values(found, across, cells)},
        "up": {"name": up.name, "values": _values(found, up, cells)},
    }


def _values(found: Compared, axis: Axis, cells: Cells) -> list[float | str | None]:
    return [_value(row.id, axis, cells) for row in found.rows]


def _value(run: int, axis: Axis, cells: Cells) -> float | str | None:
    if axis.kind == "metrics":
        summary = cells.metrics.get((run, axis.name))
        return summary.last if summary and math.isfinite(summary.last) else None
    text = cells.params.get((run, axis.name))
    return None if text is None else _number_or_text(text)


def _number_or_text(text: str) -> float | str | None:
    try:
        number = float(text)
    except ValueError:
        return text[:_SHOWN]
    return number if math.isfinite(number) else None
