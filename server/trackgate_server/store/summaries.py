"""What points of one run say of each key: its latest, least and greatest value."""

from __future__ import annotations

import math
from collections.abc import Sequence

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
    by_key: dict[int, list[Metric]] = {}
    for key, point in zip(keys, points, strict=True):
        if key in by_key:
            by_key[key].append(point)
        else:
            by_key[key] = [point]
    return [_of_key(key, by_key[key]) for key in sorted(by_key)]


def _of_key(key: int, points: list[Metric]) -> SummaryRow:
    if len(points) == 1:
        return _of_one(key, points[0])
    steps = [point.step for point in points]
    times = [point.timestamp for point in points]
    values = [point.value for point in points]
    missing = list(map(math.isnan, values))
    # NaN is greater than any number, as in PostgreSQL.
    step, time, _, value = max(zip(steps, times, missing, values, strict=True))
    numbers = [value for value in values if value == value] if any(missing) else values
    return (
        *(key, step, time, value),
        *(min(numbers, default=None), max(numbers, default=None)),
        *(min(steps), min(times)),
        int(steps == sorted(steps) and times == sorted(times)),
    )


def _of_one(key: int, point: Metric) -> SummaryRow:
    step, timestamp, value = point.step, point.timestamp, point.value
    number = None if math.isnan(value) else value
    return (key, step, timestamp, value, number, number, step, timestamp, 1)
