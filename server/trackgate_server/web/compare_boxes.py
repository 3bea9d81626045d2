"""A value of the runs, group by group: how it is spread."""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from werkzeug.datastructures import MultiDict

from trackgate_server.web import compare_axes, shown
from trackgate_server.web.compare_axes import DURATION, Axis, Value, Varied

MEASURED: tuple[compare_axes.Kind, ...] = ("metrics", "run")
GROUPED: tuple[compare_axes.Kind, ...] = ("params", "tags")
_MOST_GROUPS = 40
# Squares of larger numbers are none (as where the table of runs is grouped).
_LARGEST = 1e150
# Tags that clients write; people group by their own first.
_OF_CLIENTS = "mlflow."


class Group(NamedTuple):
    """Runs that have the same, and how the value is spread among them.

    name       what they have, or its beginning; a dash for nothing
    runs       places of the runs that have the value, among those compared
    deviation  of a sample; None for a single value
    """

    name: str
    runs: list[int]
    values: list[float]
    mean: float
    deviation: float | None
    least: float
    median: float
    greatest: float


class Boxes(NamedTuple):
    """What is measured, and what runs are grouped by."""

    measured: Axis
    by: Axis

    @property
    def axes(self) -> tuple[Axis, Axis]:
        """Both."""
        return self.measured, self.by

    def groups(self, values: Mapping[Axis, Sequence[Value]]) -> list[Group]:
        """The groups in the order of what they have, those with nothing last.

        Runs without the value are left out, and so are numbers beyond 1e150.
        """
        found: dict[str | None, list[int]] = {}
        for place, value in enumerate(values[self.measured]):
            if isinstance(value, float) and abs(value) <= _LARGEST:
                name = values[self.by][place]
                found.setdefault(None if name is None else str(name), []).append(place)
        names = sorted(
            (one for one in found if one is not None), key=compare_axes.by_size
        )
        ordered = [*names, *([None] if None in found else [])]
        return [_group(name, found[name], values[self.measured]) for name in ordered]


def of_query(asked: MultiDict[str, str], varied: Sequence[Varied]) -> Boxes | None:
    """What an address asks for; None where there is nothing to group by.

    Without a choice: the first metric that differs, by what makes the fewest groups.
    """
    measured = compare_axes.parse_all([asked.get("box", "")], MEASURED)
    by = compare_axes.parse_all([asked.get("by", "")], GROUPED) or _usual_by(varied)
    if not by:
        return None
    metrics = [one.axis for one in varied if one.axis.kind == "metrics"]
    return Boxes((measured or metrics or [DURATION])[0], by[0])


def first_of(groups: Sequence[Group]) -> tuple[list[Group], int]:
    """The largest groups, in their order, and how many more there are."""
    if len(groups) <= _MOST_GROUPS:
        return list(groups), 0
    sizes = sorted((-len(one.runs), place) for place, one in enumerate(groups))
    kept = sorted(place for _, place in sizes[:_MOST_GROUPS])
    return [groups[place] for place in kept], len(groups) - _MOST_GROUPS


def points(boxes: Boxes, groups: Sequence[Group]) -> dict[str, object]:
    """What the page's script draws."""
    drawn = [{"name": g.name, "runs": g.runs, "values": g.values} for g in groups]
    return {"name": boxes.measured.title, "by": boxes.by.title, "groups": drawn}


def _usual_by(varied: Sequence[Varied]) -> list[Axis]:
    able = [one for one in varied if one.axis.kind in GROUPED]
    # One value that some runs lack makes two groups as well.
    able.sort(key=lambda one: (_is_of_clients(one), max(2, one.distinct)))
    return [one.axis for one in able[:1]]


def _is_of_clients(one: Varied) -> bool:
    return one.axis.kind == "tags" and one.axis.name.startswith(_OF_CLIENTS)


def _group(name: str | None, runs: list[int], values: Sequence[Value]) -> Group:
    numbers = [one for run in runs if isinstance(one := values[run], float)]
    return Group(
        name=shown.NOTHING if name is None else shown.beginning(name),
        runs=runs,
        values=numbers,
        mean=statistics.fmean(numbers),
        deviation=statistics.stdev(numbers) if len(numbers) > 1 else None,
        least=min(numbers),
        median=statistics.median(numbers),
        greatest=max(numbers),
    )
