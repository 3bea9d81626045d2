"""What nearly every scenario does, in a word each."""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from uuid import uuid4

import msgspec
from trackgate_wire.codec import json_double
from trackgate_wire.experiments import CREATE_EXPERIMENT, CreateExperiment
from trackgate_wire.metrics import (
    GET_METRIC_HISTORY,
    LOG_METRIC,
    GetMetricHistory,
    LogMetric,
    Metric,
)
from trackgate_wire.run_ref import RunRef
from trackgate_wire.runs import (
    CREATE_RUN,
    GET_RUN,
    LOG_BATCH,
    LOG_PARAM,
    SEARCH_RUNS,
    SET_TAG,
    CreateRun,
    LogBatch,
    LogParam,
    Run,
    SearchRuns,
    SetTag,
)

from tests.fixtures.api import Api


def new_name(stem: str = "scenario") -> str:
    """A name nobody else has: servers are shared by all tests."""
    return f"{stem}-{uuid4().hex}"


def new_experiment(api: Api, name: str | None = None) -> str:
    """Its id."""
    asked = CreateExperiment(new_name() if name is None else name)
    return api.call(CREATE_EXPERIMENT, asked).experiment_id


def new_run(api: Api, experiment: str) -> str:
    """Its id."""
    asked = CreateRun(experiment_id=experiment)
    return api.call(CREATE_RUN, asked).run.info.run_id


def get_run(api: Api, run: str) -> Run:
    return api.call(GET_RUN, RunRef(run_id=run)).run


def log_metric(
    api: Api, run: str, key: str, value: float, timestamp: int = 0, step: int = 0
) -> None:
    """`value` may be what JSON has no number for."""
    point = LogMetric(
        run_id=run, key=key, value=json_double(value), timestamp=timestamp, step=step
    )
    api.call(LOG_METRIC, point)


def log_points(api: Api, run: str, points: Sequence[Metric]) -> None:
    sent = [
        msgspec.structs.replace(point, value=json_double(point.value))
        for point in points
    ]
    api.call(LOG_BATCH, LogBatch(run_id=run, metrics=sent))


def log_param(api: Api, run: str, key: str, value: str) -> None:
    api.call(LOG_PARAM, LogParam(run_id=run, key=key, value=value))


def set_tag(api: Api, run: str, key: str, value: str) -> None:
    api.call(SET_TAG, SetTag(run_id=run, key=key, value=value))


def history(api: Api, run: str, key: str) -> list[Metric]:
    asked = GetMetricHistory(run_id=run, metric_key=key)
    return api.call(GET_METRIC_HISTORY, asked).metrics


def tags_of(run: Run) -> dict[str, str]:
    return {tag.key: tag.value for tag in run.data.tags}


def params_of(run: Run) -> dict[str, str]:
    return {param.key: param.value for param in run.data.params}


def latest_of(run: Run) -> dict[str, float]:
    return {metric.key: metric.value for metric in run.data.metrics}


def bits(value: float) -> str:
    """The double as it lies in memory; every NaN counts as one."""
    return "nan" if value != value else struct.pack(">d", value).hex()


def pages(api: Api, asked: SearchRuns) -> Iterator[list[Run]]:
    """A search page by page; what happens in between is up to the caller."""
    token: str | None = None
    while True:
        found = api.call(SEARCH_RUNS, msgspec.structs.replace(asked, page_token=token))
        yield found.runs
        token = found.next_page_token
        if token is None:
            return
