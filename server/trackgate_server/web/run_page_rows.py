"""Rows of a run's metrics: each with its picture and what tells whether it changed."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from typing import NamedTuple

from trackgate_server.operations import run_lists
from trackgate_server.operations.scope import Scope
from trackgate_server.store.run_lists import MetricLine
from trackgate_server.store.runs import RunKey
from trackgate_server.web.sparklines import SMALL, Drawing, Look, Size, drawn

# So many for a small picture, and for one as wide as a chart.
_FEW_POINTS, _MORE_POINTS = 32, 60
_MARK_LENGTH = 6


class MetricRow(NamedTuple):
    """A metric as a page shows it.

    mark  six characters that are others once a point was added
    """

    line: MetricLine
    drawing: Drawing
    mark: str

    @property
    def name(self) -> str:
        """What the metric is called."""
        return self.line.name


def rows_of(
    scope: Scope,
    run: RunKey,
    lines: Sequence[MetricLine],
    size: Size = SMALL,
    look: Look | None = None,
) -> list[MetricRow]:
    """The metrics with their pictures. One statement."""
    most = _FEW_POINTS if size == SMALL else _MORE_POINTS
    outlines = run_lists.outlined(scope, run, lines, most)
    return [
        MetricRow(line, drawn(outlines[line.key], size, look), mark_of(line))
        for line in lines
    ]


def mark_of(line: MetricLine) -> str:
    """Short, because the marks of a whole page are sent in one address."""
    known = repr((line.name, *line[2:7])).encode()
    return f"{zlib.crc32(known):08x}"[:_MARK_LENGTH]


def marks_in(text: str) -> set[str]:
    """Marks that stand one behind the other."""
    return {
        text[start : start + _MARK_LENGTH]
        for start in range(0, len(text), _MARK_LENGTH)
    }
