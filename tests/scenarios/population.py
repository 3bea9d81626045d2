"""Thirty runs that searches are tried on, and what plain Python knows of them."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from trackgate_wire.codec import json_double
from trackgate_wire.datasets import (
    LOG_INPUTS,
    Dataset,
    DatasetInput,
    InputTag,
    LogInputs,
)
from trackgate_wire.metrics import Metric
from trackgate_wire.run_ref import RunRef
from trackgate_wire.runs import (
    CREATE_RUN,
    DELETE_RUN,
    LOG_BATCH,
    UPDATE_RUN,
    CreateRun,
    LogBatch,
    Param,
    RunTag,
    UpdateRun,
)
from trackgate_wire.scalars import RunStatus

from tests.fixtures.api import Api

ValueT = TypeVar("ValueT")
Key = Callable[["Known"], Any]

SPECIAL = {24: math.nan, 25: math.inf, 26: -math.inf, 27: -0.0}
WITHOUT_ACCURACY = {28, 29}
DELETED = {3, 11, 24}
TEXTS = (
    *("Äpfel", "äpfel", "ÄPFEL", "apfel", "100%", "1000", "a_b", "axb"),
    *("back\\slash", "two\nlines", "it's", "", "10", "9", "Ünlü Straße"),
)
TEAMS = ("vision", "Vision", "nlp", None)
LOSSES: tuple[tuple[float, ...], ...] = (
    (1.0, 0.2, 0.5),
    (0.5,),
    (math.nan, 3.0),
    (math.nan,),
    (0.5, math.nan),
    (-math.inf, 7.0),
    (),
)
READ = (
    (("train", "d1", "training"),),
    (("train", "d1", "training"), ("test", "d2", "testing")),
    (("Train-Ü", "d3", None),),
    (),
)
ENDINGS = (RunStatus.FINISHED, RunStatus.FAILED, RunStatus.KILLED)


@dataclass
class Known:
    """What one run of the population is."""

    name: str
    started_ms: int
    ended_ms: int | None = None
    status: RunStatus = RunStatus.RUNNING
    deleted: bool = False
    histories: dict[str, tuple[float, ...]] = field(
        default_factory=dict[str, tuple[float, ...]]
    )
    params: dict[str, str] = field(default_factory=dict[str, str])
    tags: dict[str, str] = field(default_factory=dict[str, str])
    datasets: tuple[tuple[str, str, str | None], ...] = ()
    run_id: str = ""
    artifact_uri: str = ""

    def last(self, key: str) -> float | None:
        return self.histories[key][-1] if self.histories.get(key) else None

    def least(self, key: str) -> float | None:
        return min(self._numbers(key), default=None)

    def greatest(self, key: str) -> float | None:
        return max(self._numbers(key), default=None)

    def _numbers(self, key: str) -> list[float]:
        return [value for value in self.histories.get(key, ()) if not math.isnan(value)]


def runs() -> list[Known]:
    """The population, not yet anywhere."""
    return [_run(number) for number in range(30)]


def _run(number: int) -> Known:
    known = Known(
        name=f"{'Über' if number % 7 == 0 else 'run'} {number:02}",
        # Two start at the same moment each time.
        started_ms=1_000 + 10 * (number // 2),
        deleted=number in DELETED,
        datasets=READ[number % len(READ)],
    )
    if number % 3 == 0:
        known.ended_ms = known.started_ms + number * 7 % 50
        known.status = ENDINGS[number // 3 % 3]
    if number not in WITHOUT_ACCURACY:
        known.histories["acc"] = (SPECIAL.get(number, number / 10),)
    known.histories["val loss/epoch"] = LOSSES[number % len(LOSSES)]
    if number % 5:
        known.params["depth"] = str(number % 12)
    known.params["text"] = TEXTS[number % len(TEXTS)]
    team = TEAMS[number % len(TEAMS)]
    if team is not None:
        known.tags["team"] = team
    known.tags["mlflow.source.name"] = f"train{number % 2}.py"
    return known


def store(api: Api, experiment: str, known: Known) -> None:
    """Log the run; fills in what the server makes up."""
    tags = [RunTag(key, value) for key, value in known.tags.items()]
    asked = CreateRun(
        experiment_id=experiment,
        run_name=known.name,
        start_time=known.started_ms,
        tags=tags,
    )
    info = api.call(CREATE_RUN, asked).run.info
    known.run_id, known.artifact_uri = info.run_id, info.artifact_uri
    _store_data(api, known)
    if known.ended_ms is not None:
        ended = UpdateRun(
            run_id=info.run_id, status=known.status, end_time=known.ended_ms
        )
        api.call(UPDATE_RUN, ended)
    if known.deleted:
        api.call(DELETE_RUN, RunRef(run_id=info.run_id))


def _store_data(api: Api, known: Known) -> None:
    points = [
        Metric(key, json_double(value), step, step)
        for key, values in known.histories.items()
        for step, value in enumerate(values)
    ]
    params = [Param(key, value) for key, value in known.params.items()]
    api.call(LOG_BATCH, LogBatch(run_id=known.run_id, metrics=points, params=params))
    inputs = [
        DatasetInput(
            Dataset(name, digest, "local", "{}"),
            [InputTag("mlflow.data.context", context)] if context else [],
        )
        for name, digest, context in known.datasets
    ]
    if inputs:
        api.call(LOG_INPUTS, LogInputs(run_id=known.run_id, datasets=inputs))


def met(value: ValueT | None, test: Callable[[ValueT], bool]) -> bool:
    """Whether there is a value, and it passes."""
    return value is not None and test(value)


def like(value: str | None, pattern: str, fold: bool = False) -> bool:
    """SQL's LIKE without an escape, with `fold` its ILIKE."""
    if value is None:
        return False
    if fold:
        value, pattern = value.lower(), pattern.lower()
    signs = {"%": ".*", "_": "."}
    regex = "".join(signs.get(sign, re.escape(sign)) for sign in pattern)
    return re.fullmatch(regex, value, re.DOTALL) is not None


def in_order(runs: list[Known], terms: tuple[tuple[Key, bool], ...]) -> list[str]:
    """Names as the search must give them: numbers, then NaN, then missing ones."""
    ordered = sorted(runs, key=lambda run: run.run_id)
    ordered.sort(key=lambda run: run.started_ms, reverse=True)
    for key, ascending in reversed(terms):
        present = [run for run in ordered if _rank(key(run)) == 0]
        present.sort(key=key, reverse=not ascending)
        ordered = [
            *present,
            *(run for run in ordered if _rank(key(run)) == 1),
            *(run for run in ordered if _rank(key(run)) == 2),
        ]
    return [run.name for run in ordered]


def _rank(value: object) -> int:
    if value is None:
        return 2
    return 1 if value != value else 0
