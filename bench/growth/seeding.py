"""Runs and points by the million, put in by the store's own functions.

Over HTTP 100,000 runs alone would take minutes. Here the functions behind `runs/create`
and `log-batch` are called as the server calls them, many calls in a transaction, by two
processes; no SQL is written here. What is logged follows from a run's number, so that
no list of runs has to be kept.
"""

from __future__ import annotations

import hashlib
import multiprocessing
import random
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from itertools import islice

from trackgate_server.store import metrics, new_runs, params
from trackgate_server.store.database import open_database
from trackgate_server.store.names import Names
from trackgate_server.store.new_runs import NewRun
from trackgate_server.store.transaction import Transaction
from trackgate_wire.metrics import Metric
from trackgate_wire.runs import Param

BASE_MS = 1_700_000_000_000
PARAMS = 10
METRICS = 20
# Of so many runs beside the one with the long history ...
RUNS = 1_000
# ... so many share the points that are not of it, by so many metrics each.
BUSY = 100
GROWING = 10
LONG_RUN = -1
LONG_KEY = "long"
# Runs that carry the tag of which there are few, however many runs.
NEEDLES = 10

_PROCESSES = 2
_BATCH = 1_000
# Histories go on behind what was logged in between to measure it.
_EPOCH = 1_000_000_000

Job = Callable[[Transaction, Names], object]


@dataclass(frozen=True)
class Target:
    """Where runs are put, and whose they are."""

    uri: str
    experiment: int
    user: str


@dataclass(frozen=True)
class Span:
    """What is there and what shall be; `epoch` counts how often it grew before."""

    have: int
    want: int
    epoch: int = 0


def run_id(number: int) -> str:
    """The id of the run of that number, without any order, as the server's own."""
    return hashlib.blake2b(str(number).encode(), digest_size=16).hexdigest()


def step_behind(epoch: int) -> int:
    """A step behind all that busy runs have after that epoch."""
    return epoch * _EPOCH + _EPOCH // 2


def seed_runs(target: Target, span: Span) -> float:
    """Runs number `have` to `want`; returns how many seconds it took.

    Each has 10 parameters, 20 metrics and 7 tags, two of which are the server's own,
    and began a millisecond after the one before.
    """
    return _in_processes(_put_runs, target, span)


def seed_points(target: Target, span: Span) -> float:
    """Grow histories from `have` to `want` points; returns how many seconds it took.

    One history gets half of them, 10 metrics of each of 100 runs the rest. Batches of
    up to 1,000 points come in turns, as from runs that log side by side.
    """
    return _in_processes(_put_points, target, span)


def seed_long_run(target: Target) -> None:
    """The run that the long history will be of."""
    _write(target, [lambda db, names: _put_run(db, names, target, LONG_RUN)])


Work = Callable[[Target, Span, int], None]


def _in_processes(work: Work, target: Target, span: Span) -> float:
    began = time.perf_counter()
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(_PROCESSES, context) as pool:
        jobs = [
            pool.submit(work, target, span, process) for process in range(_PROCESSES)
        ]
        for job in jobs:
            job.result()
    return time.perf_counter() - began


def _put_runs(target: Target, span: Span, process: int) -> None:
    numbers = range(span.have + process, span.want, _PROCESSES)
    _write(target, (_run_job(target, number) for number in numbers), 200)


def _put_points(target: Target, span: Span, process: int) -> None:
    batches = _busy_batches(span, process)
    if process == 0:
        batches = _in_turns(batches, _long_batches(span))
    _write(target, map(_points_job, batches), 50)


def _write(target: Target, jobs: Iterator[Job] | Sequence[Job], group: int = 1) -> None:
    """Do the jobs, so many in a transaction."""
    database = open_database(target.uri, connections=1)
    waiting = iter(jobs)
    try:
        # Alone, so that names are known to this process from then on.
        size = 1
        while some := list(islice(waiting, size)):
            database.write(lambda db, some=some: _all(db, database.names, some))
            size = group
    finally:
        database.close()


def _all(db: Transaction, names: Names, jobs: Sequence[Job]) -> None:
    for job in jobs:
        job(db, names)


def _run_job(target: Target, number: int) -> Job:
    return lambda db, names: _put_run(db, names, target, number)


def _put_run(db: Transaction, names: Names, target: Target, number: int) -> None:
    """What a script that logs to a new run makes the server store."""
    identity, name = run_id(number), f"run-{number}"
    new = NewRun(
        run_id=identity,
        experiment=target.experiment,
        name=name,
        user=target.user,
        started_ms=BASE_MS + number,
        tags=_tags(target, number, name),
    )
    row = new_runs.insert(db, names, new)
    assert row is not None, "the experiment is gone"
    numbers = random.Random(number)
    given = [Param(f"p{key}", str(numbers.randrange(10))) for key in range(PARAMS)]
    params.log(db, names, row.key, given)
    points = [
        Metric(f"m{key}", numbers.random(), BASE_MS + number, 0)
        for key in range(METRICS)
    ]
    metrics.log(db, names, identity, points)


def _tags(target: Target, number: int, name: str) -> dict[str, str]:
    return {
        "mlflow.runName": name,
        "mlflow.user": target.user,
        "team": str(number % 10),
        "ticket": str(number % 1_000),
        "needle": "yes" if 0 <= number < NEEDLES else "no",
        "host": f"node-{number % 7}",
        "commit": run_id(number)[:8],
    }


Batch = tuple[str, list[Metric]]


def _points_job(batch: Batch) -> Job:
    identity, points = batch
    return lambda db, names: metrics.log(db, names, identity, points)


def _busy_batches(span: Span, process: int) -> Iterator[Batch]:
    first, end = (_steps_of_each(points) for points in (span.have, span.want))
    length = _BATCH // GROWING
    for begin in range(first, end, length):
        steps = range(begin, min(begin + length, end))
        for number in range(process, BUSY, _PROCESSES):
            yield run_id(number), _points_of_all(steps, span.epoch * _EPOCH)


def _steps_of_each(points: int) -> int:
    return points // 2 // BUSY // GROWING


def _points_of_all(steps: range, offset: int) -> list[Metric]:
    return [
        Metric(f"m{key}", random.random(), BASE_MS + offset + step, offset + step)
        for step in steps
        for key in range(GROWING)
    ]


def _long_batches(span: Span) -> Iterator[Batch]:
    identity = run_id(LONG_RUN)
    end = span.want // 2
    for begin in range(span.have // 2, end, _BATCH):
        yield (
            identity,
            [
                Metric(LONG_KEY, random.random(), BASE_MS + step, step)
                for step in range(begin, min(begin + _BATCH, end))
            ],
        )


def _in_turns(*sources: Iterator[Batch]) -> Iterator[Batch]:
    """One of each in turn, until the longest has ended."""
    left = list(sources)
    while left:
        for source in tuple(left):
            batch = next(source, None)
            if batch is None:
                left.remove(source)
            else:
                yield batch
