"""Runs of a test's own, to be logged to while somebody looks."""

from __future__ import annotations

from trackgate_wire.metrics import Metric

from tests.fixtures.api import Api
from tests.scenarios import acts

STARTED_MS = 1_790_000_000_000


def going(api: Api, *keys: str) -> str:
    """A run that goes on, with two points of each of the metrics; its id."""
    run = acts.new_run(api, acts.new_experiment(api))
    points = [Metric(key, 0.5, STARTED_MS + n, n) for key in keys for n in range(2)]
    acts.log_points(api, run, points)
    return run
