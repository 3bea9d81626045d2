"""The calls whose cost is measured at each size.

Whatever the size, the same call has an answer of the same length: what grows is what
must not be read for it.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from bench.growth import seeding
from bench.growth.calls import Caller, next_page
from bench.growth.costs import Call

_PAGE = 1_000
_HISTORY_PAGE = 25_000
_CHART_POINTS = 320
_DEEP = 0.9


@dataclass(frozen=True)
class Stage:
    """What is there to be asked for.

    runs    whole ones, each with parameters, metrics and tags
    busy    so many of them are asked for and logged to
    points  of growing histories
    epoch   how often the database grew before
    calls   how often each call is made at most
    """

    caller: Caller
    experiment: str
    runs: int
    busy: int
    points: int
    epoch: int
    calls: int


@dataclass(frozen=True)
class Probe:
    """A call; `prepare` finds what it must know, such as a page's token."""

    name: str
    prepare: Callable[[Stage], Call]


def _search(
    most: int, text: str = "", order: tuple[str, ...] = ()
) -> Callable[[Stage], Call]:
    def prepare(stage: Stage) -> Call:
        asked = _asked(stage, most, text, order)
        return lambda _: stage.caller.post("runs/search", asked)

    return prepare


def _asked(
    stage: Stage, most: int, text: str = "", order: tuple[str, ...] = ()
) -> dict[str, object]:
    return {
        "experiment_ids": [stage.experiment],
        "max_results": most,
        "filter": text,
        "order_by": list(order),
    }


def _deep_search(stage: Stage) -> Call:
    """A page of 100 behind nine tenths of all runs."""
    asked = _asked(stage, _PAGE)
    behind = int(stage.runs * _DEEP)
    asked["max_results"] = size = min(_PAGE, behind)
    for _ in range(behind // size):
        asked["page_token"] = next_page(stage.caller.post("runs/search", asked))
    asked["max_results"] = 100
    return lambda _: stage.caller.post("runs/search", asked)


def _run(stage: Stage) -> Call:
    runs = _some_runs(stage)
    return lambda _: stage.caller.get("runs/get", {"run_id": next(runs)})


def _some_runs(stage: Stage) -> Iterator[str]:
    """Another run each time, from all that are busy."""
    numbers = random.Random(stage.busy)
    while True:
        yield seeding.run_id(numbers.randrange(stage.busy))


def _log_batch(stage: Stage) -> Call:
    """1,000 points behind those that a run has of 10 metrics."""
    runs, first = _some_runs(stage), seeding.step_behind(stage.epoch)
    bodies = [
        _batch(next(runs), first + number * _PAGE) for number in range(stage.calls)
    ]
    return lambda number: stage.caller.post("runs/log-batch", bodies[number])


def _batch(run: str, first: int) -> bytes:
    steps = range(first, first + _PAGE // seeding.GROWING)
    points = [
        _point(f"m{key}", step) for step in steps for key in range(seeding.GROWING)
    ]
    return json.dumps({"run_id": run, "metrics": points}).encode()


def _log_metric(stage: Stage) -> Call:
    runs, first = _some_runs(stage), seeding.step_behind(stage.epoch)

    def call(number: int) -> bytes:
        asked = {"run_id": next(runs), **_point("m0", first + number)}
        return stage.caller.post("runs/log-metric", asked)

    return call


def _point(key: str, step: int) -> dict[str, object]:
    time_ms = seeding.BASE_MS + step
    return {"key": key, "value": step * 0.37, "timestamp": time_ms, "step": step}


def _create_run(stage: Stage) -> Call:
    # Elsewhere, so that the experiment keeps its size.
    asked = {"experiment_id": "0", "start_time": seeding.BASE_MS}
    return lambda _: stage.caller.post("runs/create", asked)


def _history(stage: Stage) -> Call:
    asked = _page_of_history()
    return lambda _: stage.caller.get("metrics/get-history", asked)


def _deep_history(stage: Stage) -> Call:
    """A whole page behind nine tenths of the history, or before its end."""
    length = stage.points // 2
    pages = int(min(length * _DEEP, length - _HISTORY_PAGE)) // _HISTORY_PAGE
    asked = _page_of_history()
    for _ in range(pages):
        answer = stage.caller.get("metrics/get-history", asked)
        asked["page_token"] = next_page(answer)
    return lambda _: stage.caller.get("metrics/get-history", asked)


def _page_of_history() -> dict[str, object]:
    return {
        "run_id": seeding.run_id(seeding.LONG_RUN),
        "metric_key": seeding.LONG_KEY,
        "max_results": _HISTORY_PAGE,
    }


def _chart(stage: Stage) -> Call:
    asked = {
        "run_ids": seeding.run_id(seeding.LONG_RUN),
        "metric_key": seeding.LONG_KEY,
        "max_results": _CHART_POINTS,
    }
    path = "metrics/get-history-bulk-interval"
    return lambda _: stage.caller.get(path, asked)


_NEWEST = Probe("newest 100 runs", _search(100))
_WRITES = (
    Probe("log-batch of 1,000", _log_batch),
    Probe("log-metric", _log_metric),
)
_BEST_OF_FEW = _search(10, "metrics.m3 > 0.9 and params.p2 = '7'", ("metrics.m5 DESC",))
_BEST_OF_MANY = _search(100, "metrics.m3 > 0.5", ("metrics.m5 DESC",))

OF_RUNS = (
    _NEWEST,
    Probe("filter and order, 1 run in 100", _BEST_OF_FEW),
    Probe("filter and order, 1 run in 2", _BEST_OF_MANY),
    Probe("tag of 1 run in 10", _search(100, "tags.team = '4'")),
    Probe("tag of 1 run in 1,000", _search(1, "tags.ticket = '4'")),
    Probe("tag of 10 runs in all", _search(10, "tags.needle = 'yes'")),
    Probe("100 runs, nine tenths down", _deep_search),
    Probe("runs/get", _run),
    Probe("create-run", _create_run),
    *_WRITES,
)
OF_POINTS = (
    _NEWEST,
    Probe("runs/get", _run),
    Probe("chart of 320 points", _chart),
    Probe("history, first 25,000", _history),
    Probe("history, nine tenths down", _deep_history),
    *_WRITES,
)
# Whose answers or bodies are the largest.
LARGE = {
    "history, page of 25,000": _history,
    "1,000 runs": _search(_PAGE),
    "log-batch of 1,000": _log_batch,
}
