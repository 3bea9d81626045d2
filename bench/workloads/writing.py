"""Logging metrics and making runs: W1, W2."""

from __future__ import annotations

import json

from bench.load import wrk
from bench.load.result import LoadResult
from bench.load.wrk import NUMBER
from bench.seeding import new_experiment, new_run
from bench.systems.system import API
from bench.workload import Goal, Measure, Measured, Site, Workload

BATCH = 1_000


def log_metric(site: Site, clients: int) -> Measure:
    """Each client logs points of one metric to a run of its own, in requests/s."""
    bodies = [_point(new_run(site.system)) for _ in range(clients)]

    def measure(number: int) -> Measured:
        load = _post(site, "runs/log-metric", bodies, clients, number)
        return Measured(load.rate, load)

    return measure


def log_batch(site: Site) -> Measure:
    """Eight clients log 1,000 points a request, each to a run of its own; metrics/s."""
    bodies = [_batch(new_run(site.system)) for _ in range(8)]

    def measure(number: int) -> Measured:
        load = _post(site, "runs/log-batch", bodies, 8, number)
        return Measured(load.rate * BATCH, load)

    return measure


def create_run(site: Site) -> Measure:
    """Eight clients make runs in one experiment, in requests/s."""
    experiment = new_experiment(site.system, new_run(site.system))
    message = {"experiment_id": experiment, "start_time": 1_700_000_000_000}
    body = json.dumps(message | {"run_name": f"run {NUMBER}"})

    def measure(number: int) -> Measured:
        load = _post(site, "runs/create", [body], 8, number)
        return Measured(load.rate, load)

    return measure


WORKLOADS = (
    Workload(
        "log-metric-1", "log-metric, 1 client", "requests/s", "higher",
        lambda site: log_metric(site, 1),
        {"mlflow": Goal(40, 25), "fasttrackml": Goal(1, 1.5)},
    ),
    Workload(
        "log-metric-20", "log-metric, 20 clients", "requests/s", "higher",
        lambda site: log_metric(site, 20),
        {"mlflow": Goal(17, 12), "fasttrackml": Goal(1.2, 2.5)},
    ),
    Workload(
        "log-batch", "log-batch of 1,000 metrics, 8 clients", "metrics/s", "higher",
        log_batch,
        {"mlflow": Goal(15, 8), "fasttrackml": Goal(4, 2)},
    ),
    Workload(
        "create-run", "create-run, 8 clients", "requests/s", "higher",
        create_run,
        {"mlflow": Goal(20, 20), "fasttrackml": Goal(1, 1)},
    ),
)  # fmt: skip


def _post(
    site: Site, endpoint: str, bodies: list[str], clients: int, number: int
) -> LoadResult:
    return wrk.post(
        site.system.address,
        f"{API}/{endpoint}",
        bodies,
        headers=site.system.headers,
        connections=clients,
        seconds=site.scale.seconds,
        stretch=number,
    )


def _point(run_id: str) -> str:
    return (
        f'{{"run_id":"{run_id}","key":"loss","value":0.{NUMBER},'
        f'"timestamp":17{NUMBER}000,"step":{NUMBER}}}'
    )


def _batch(run_id: str) -> str:
    points = ",".join(
        f'{{"key":"loss","value":{place * 0.37!r},'
        f'"timestamp":17{NUMBER}{place:03},"step":{NUMBER}{place:03}}}'
        for place in range(BATCH)
    )
    return f'{{"run_id":"{run_id}","metrics":[{points}]}}'
