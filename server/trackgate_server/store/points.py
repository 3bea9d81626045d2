"""Rows of points as the protocol shows them."""

from __future__ import annotations

import math
from collections.abc import Iterable

from trackgate_wire.codec import json_double
from trackgate_wire.metrics import Metric


def on_wire(value: float | str) -> float:
    """A stored value as JSON shows it; SQLite has NaN as its name already."""
    return json_double(math.nan if isinstance(value, str) else value)


def points_on_wire(
    key: str, rows: Iterable[tuple[int, int, float | str]], run_id: str | None = None
) -> list[Metric]:
    """Rows of (step, timestamp, value) as the protocol shows them."""
    return [
        Metric(key, on_wire(value), timestamp, step, run_id)
        for step, timestamp, value in rows
    ]
