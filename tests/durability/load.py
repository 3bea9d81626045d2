"""Writers that remember what they were answered."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field

import requests
from trackgate_wire.errors import TrackgateError
from trackgate_wire.metrics import GET_METRIC_HISTORY, GetMetricHistory, Metric
from trackgate_wire.run_ref import RunRef
from trackgate_wire.runs import (
    CREATE_RUN,
    GET_RUN,
    LOG_BATCH,
    LOG_PARAM,
    CreateRun,
    LogBatch,
    LogParam,
    Param,
    RunTag,
)

from tests.fixtures.api import Api
from tests.fixtures.waiting import wait_until

BATCH = 25


@dataclass
class Writer:
    """Logs batch after batch to a run of its own, and notes which were answered.

    Batch number n holds BATCH points of step n, a parameter and a tag named after it.
    """

    api: Api
    run_id: str
    answered: list[int] = field(default_factory=list[int])
    refused: int = 0

    def log(self, number: int) -> None:
        points = [
            Metric(f"m{i}", number + i / BATCH, number, number) for i in range(BATCH)
        ]
        batch = LogBatch(
            run_id=self.run_id,
            metrics=points,
            params=[Param(f"p{number}", str(number))] if number % 10 == 0 else [],
            tags=[RunTag("last", str(number))],
        )
        try:
            self.api.call(LOG_BATCH, batch)
            self.api.call(
                LOG_PARAM,
                LogParam(run_id=self.run_id, key=f"single{number}", value="kept"),
            )
        except (TrackgateError, requests.RequestException):
            self.refused += 1
            time.sleep(0.02)
        else:
            self.answered.append(number)


def new_writer(api: Api) -> Writer:
    """A writer with a run of its own."""
    return Writer(api, api.call(CREATE_RUN, CreateRun()).run.info.run_id)


class Load:
    """Several writers at work, each in a thread, until told to stop."""

    def __init__(self, writers: list[Writer]) -> None:
        self.writers = writers
        self._stopping = threading.Event()
        self._threads = [
            threading.Thread(target=self._work, args=(writer,)) for writer in writers
        ]

    def __enter__(self) -> Load:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopping.set()
        for thread in self._threads:
            thread.join()

    def answered(self) -> int:
        """How many batches were answered with 200 so far."""
        return sum(len(writer.answered) for writer in self.writers)

    def wait_for(self, more: int, within_s: float = 60) -> None:
        """Until so many further batches are answered; fails if it takes too long."""
        goal = self.answered() + more
        wait_until(lambda: self.answered() >= goal, within_s)

    def _work(self, writer: Writer) -> None:
        number = 0
        while not self._stopping.is_set():
            writer.log(number)
            number += 1


def check_nothing_lost(api: Api, writer: Writer) -> None:
    """Every answered batch is there, and none is there in part."""
    stored = {
        f"m{i}": {
            point.step: point.value
            for point in api.call(
                GET_METRIC_HISTORY,
                GetMetricHistory(run_id=writer.run_id, metric_key=f"m{i}"),
            ).metrics
        }
        for i in range(BATCH)
    }
    run = api.call(GET_RUN, RunRef(run_id=writer.run_id)).run
    params = {param.key for param in run.data.params}
    for number in writer.answered:
        for i in range(BATCH):
            assert stored[f"m{i}"].get(number) == number + i / BATCH, (number, i)
        assert f"single{number}" in params
        assert number % 10 or f"p{number}" in params
    whole = set(stored["m0"])
    for points in stored.values():
        assert set(points) == whole, "a batch is there in part"
    assert {f"p{number}" for number in whole if number % 10 == 0} <= params
    latest = {point.key: point.step for point in run.data.metrics}
    assert set(latest.values()) == {max(whole)}
    assert {"last": str(max(whole))}.items() <= {
        tag.key: tag.value for tag in run.data.tags
    }.items()
