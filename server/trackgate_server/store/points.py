"""Rows of points as the protocol shows them."""

from __future__ import annotations

import math
from operator import itemgetter

from trackgate_wire.codec import json_double
from trackgate_wire.metrics import Metric

from trackgate_server.store.transaction import Row

_VALUE = itemgetter(-1)


def on_wire(value: float | str) -> float:
    """A stored value as JSON shows it; SQLite has NaN as its name already."""
    return json_double(math.nan if isinstance(value, str) else value)


def rows_on_wire(rows: list[Row]) -> list[Row]:
    """Rows that end with a stored value, each with that value as JSON shows it."""
    # Where all are plain numbers, as nearly always, one look at their sum is enough;
    # a function called for each took as long as fetching them.
    try:
        plain = math.isfinite(sum(map(_VALUE, rows)))
    except TypeError:
        plain = False
    return rows if plain else [(*row[:-1], on_wire(row[-1])) for row in rows]


def points_on_wire(
    key: str, rows: list[Row], run_id: str | None = None
) -> list[Metric]:
    """Rows of (step, timestamp, value) as the protocol shows them."""
    return [
        Metric(key, value, timestamp, step, run_id)
        for step, timestamp, value in rows_on_wire(rows)
    ]
