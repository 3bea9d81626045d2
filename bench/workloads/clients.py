"""Clients: what they cost a script, the stock one and ours."""

from __future__ import annotations

import resource
import subprocess
import sys
from pathlib import Path

from bench.load.result import LoadResult
from bench.systems import mlflow
from bench.systems.programs import inherited
from bench.systems.system import System
from bench.workload import Goal, Lacks, Measure, Measured, Site, Workload

_PROGRAMS = Path(__file__).parents[1] / "programs"
_TIMEOUT_S = 600
_PYTHONS = {"trackgate": Path(sys.executable), "mlflow": mlflow.PYTHON}


def first_metric(site: Site) -> Measure:
    """From a script's first line over import and one metric to the end of the run; s.

    Both clients talk to Trackgate, so that only the clients differ.
    """
    client = site.system.name
    if client not in _PYTHONS or site.ours is None:
        raise Lacks("it has no client of its own")
    server = site.ours

    def measure(number: int) -> Measured:
        whole, importing = run_program(client, server, "first_metric.py")
        return Measured(whole, details={"import_s": importing})

    measure(0)  # the files of the libraries are in the page cache from now on
    return measure


def loop(site: Site, client: str) -> Measure:
    """A script's log_metric calls one after the other, each answered; calls/s."""

    def measure(number: int) -> Measured:
        scale, before = site.scale, _children_cpu_s()
        made, took_s = run_program(
            client, site.system, "logging_loop.py", scale.calls, scale.loop_s
        )
        load = LoadResult.of(
            [took_s / made * 1000] * round(made), 0, took_s,
            _children_cpu_s() - before, 0,
        )  # fmt: skip
        return Measured(load.rate, load)

    return measure


def own_loop(site: Site) -> Measure:
    """Our client on our server beside the stock client on its own."""
    return loop(site, "trackgate" if site.system.name == "trackgate" else "mlflow")


WORKLOADS = (
    Workload(
        "first-metric", "import and first logged metric of the client", "s", "lower",
        first_metric, {"mlflow": Goal(10, 10)}, on_ours=True,
    ),
    Workload(
        "stock-loop", "stock client's loop of {calls:,} log_metric", "calls/s",
        "higher", lambda site: loop(site, "mlflow"),
    ),
    Workload(
        "own-loop", "our client's loop; beside it the stock client's", "calls/s",
        "higher", own_loop,
    ),
)  # fmt: skip


def run_program(
    client: str, server: System, program: str, *arguments: float | str | Path
) -> tuple[float, ...]:
    """Run one of the programs against a server; the numbers of its last line."""
    user, password = server.login or ("", "")
    given = {
        "MLFLOW_TRACKING_URI": server.address,
        "MLFLOW_TRACKING_USERNAME": user,
        "MLFLOW_TRACKING_PASSWORD": password,
    }
    done = subprocess.run(
        [_PYTHONS[client], _PROGRAMS / program, client, *map(str, arguments)],
        env=inherited() | {name: value for name, value in given.items() if value},
        cwd=server.folder,
        capture_output=True,
        text=True,
        timeout=_TIMEOUT_S,
    )
    if done.returncode:
        raise RuntimeError(f"{program} with {client} ended: {done.stderr[-1000:]}")
    return tuple(map(float, done.stdout.splitlines()[-1].split()))


def _children_cpu_s() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
