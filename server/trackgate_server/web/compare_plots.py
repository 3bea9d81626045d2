"""The plots of a comparison but its charts: what each shows, and its points."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from werkzeug.datastructures import MultiDict

from trackgate_server.operations.run_comparison import Compared
from trackgate_server.operations.scope import Scope
from trackgate_server.web import (
    compare_axes,
    compare_boxes,
    compare_contour,
    compare_parallel,
    compare_scatter,
)
from trackgate_server.web.compare_axes import Axis
from trackgate_server.web.compare_boxes import Boxes, Group
from trackgate_server.web.compare_contour import Contour
from trackgate_server.web.compare_parallel import Parallel, Row
from trackgate_server.web.compare_rows import Head, Section
from trackgate_server.web.compare_scatter import Scatter

Choices = Mapping[str, Sequence[Axis]]
"""Axes to choose from, by the title of their kind."""

# What may be held against each other; runs are grouped by other kinds.
_HELD: tuple[compare_axes.Kind, ...] = ("params", "metrics", "run")


@dataclass(frozen=True, slots=True)
class Plots:
    """What the templates of the plots are given.

    choices   for axes of any plot but the boxes; `measured` and `groupers` for those,
              the former for the colours of lines too
    rows      the axes of the lines, as the list below the plot has them
    boxes     None where there is nothing to group by
    more      groups that are not shown
    points    what scripts draw, by the plot's name
    """

    choices: Choices
    measured: Choices
    groupers: Choices
    parallel: Parallel
    rows: Sequence[Row]
    scatter: Scatter
    contour: Contour
    boxes: Boxes | None
    groups: Sequence[Group]
    more: int
    points: Mapping[str, object]


def plots_of(
    scope: Scope,
    found: Compared,
    sections: Sequence[Section],
    heads: Sequence[Head],
    asked: MultiDict[str, str],
) -> Plots | None:
    """The plots that an address asks for; None for a single run.

    Four statements at most, however many plots.
    """
    if len(heads) < 2:
        return None
    varied = compare_axes.varied_of(sections)
    parallel = compare_parallel.of_query(asked, varied)
    scatter = compare_scatter.of_query(asked, varied)
    contour = compare_contour.of_query(asked, varied)
    boxes = compare_boxes.of_query(asked, varied)
    held = [*parallel.axes, *scatter.axes, *contour.axes]
    grouped = boxes.axes if boxes else ()
    values = compare_axes.read(scope, found, heads, [*held, *grouped])
    groups, more = compare_boxes.first_of(boxes.groups(values) if boxes else [])
    return Plots(
        choices=compare_axes.choices_of(sections, _HELD, held),
        measured=compare_axes.choices_of(
            sections, compare_boxes.MEASURED, [parallel.colour, *grouped[:1]]
        ),
        groupers=compare_axes.choices_of(sections, compare_boxes.GROUPED, grouped[1:]),
        parallel=parallel,
        rows=parallel.rows(values),
        scatter=scatter,
        contour=contour,
        boxes=boxes,
        groups=groups,
        more=more,
        points={
            "parallel": parallel.points(values),
            "scatter": scatter.points(values),
            "contour": contour.points(values),
            "boxes": compare_boxes.points(boxes, groups) if boxes else None,
        },
    )
