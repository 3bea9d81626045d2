"""What points of one run say of each key: its latest, least and greatest value."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from trackgate_wire.metrics import Metric

COLUMNS = (
    *("key", "step", "timestamp", "value", "min", "max"),
    *("first_step", "first_timestamp", "ordered"),
)
"""Of `latest_metrics`, in the order of a `SummaryRow`."""

SummaryRow = tuple[int, int, int, float, float | None, float | None, int, int, int]


def summed_up(keys: Sequence[int], points: Sequence[Metric]) -> list[SummaryRow]:
    """One row for each key, in the keys' order.

    So two writers to a run lock its rows in the same order.
    """
    if len(points) == 1:
        return [_of_one(keys[0], points[0])]
    summaries: dict[int, _Summary] = {}
    for key, point in zip(keys, points, strict=True):
        summary = summaries.get(key)
        if summary is None:
            summaries[key] = _Summary(*_of_one(key, point))
        else:
            summary.extend(point)
    return [summaries[key].row for key in sorted(summaries)]


def _of_one(key: int, point: Metric) -> SummaryRow:
    step, timestamp, value = point.step, point.timestamp, point.value
    number = None if math.isnan(value) else value
    return (key, step, timestamp, value, number, number, step, timestamp, 1)


@dataclass(slots=True)
class _Summary:
    key: int
    step: int
    timestamp: int
    value: float
    least: float | None
    greatest: float | None
    first_step: int
    first_timestamp: int
    ordered: int

    @property
    def row(self) -> SummaryRow:
        return (
            *(self.key, self.step, self.timestamp, self.value),
            *(self.least, self.greatest),
            *(self.first_step, self.first_timestamp, self.ordered),
        )

    def extend(self, point: Metric) -> None:
        step, timestamp, value = point.step, point.timestamp, point.value
        if step < self.step or timestamp < self.timestamp:
            self.ordered = 0
        self.first_step = min(self.first_step, step)
        self.first_timestamp = min(self.first_timestamp, timestamp)
        missing = math.isnan(value)
        if not missing:
            least, greatest = self.least, self.greatest
            self.least = value if least is None else min(least, value)
            self.greatest = value if greatest is None else max(greatest, value)
        kept = (self.step, self.timestamp, math.isnan(self.value))
        here = (step, timestamp, missing)
        if here > kept or (here == kept and value > self.value):
            self.step, self.timestamp, self.value = step, timestamp, value
