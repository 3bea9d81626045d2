"""Runs for looking at: with what a training logs."""

from __future__ import annotations

import json
import math
from random import Random

from trackgate_wire.datasets import (
    LOG_INPUTS,
    Dataset,
    DatasetInput,
    InputTag,
    LogInputs,
)
from trackgate_wire.metrics import Metric
from trackgate_wire.runs import (
    CREATE_RUN,
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
from tests.scenarios import acts

STARTED_MS = 1_790_000_000_000
_STEPS = 300
_PARAMS = {
    "batch_size": "256",
    "optimizer": "adamw",
    "learning_rate": "0.001",
    "model": "resnet50",
    "layers": json.dumps(list(range(90))),
}
_TAGS = {
    "team": "vision",
    "mlflow.source.name": "train.py",
    "mlflow.source.git.commit": "3f786850e387550fdab836ed7e6dc881de23001b",
    "mlflow.note.content": "# A good one\n\nTrained on **two** machines.",
}


def trained(api: Api, name: str = "resnet50-baseline") -> str:
    """A run that has ended, with a child; its id."""
    experiment = acts.new_experiment(api, acts.new_name("vision"))
    run = _begun(api, experiment, name)
    for points in (_losses(), _machine()):
        acts.log_points(api, run, points)
    params = [Param(key, value) for key, value in _PARAMS.items()]
    tags = [RunTag(key, value) for key, value in _TAGS.items()]
    api.call(LOG_BATCH, LogBatch(run_id=run, params=params, tags=tags))
    api.call(LOG_INPUTS, LogInputs(run_id=run, datasets=[_dataset()]))
    child = _begun(api, experiment, "fold-0")
    acts.set_tag(api, child, "mlflow.parentRunId", run)
    ended = STARTED_MS + 1_000 * _STEPS
    api.call(
        UPDATE_RUN, UpdateRun(run_id=run, status=RunStatus.FINISHED, end_time=ended)
    )
    return run


def going(api: Api, *keys: str) -> str:
    """A run that goes on, with two points of each of the metrics; its id."""
    run = acts.new_run(api, acts.new_experiment(api))
    points = [Metric(key, 0.5, STARTED_MS + n, n) for key in keys for n in range(2)]
    acts.log_points(api, run, points)
    return run


def _begun(api: Api, experiment: str, name: str) -> str:
    asked = CreateRun(experiment_id=experiment, run_name=name, start_time=STARTED_MS)
    return api.call(CREATE_RUN, asked).run.info.run_id


def _losses() -> list[Metric]:
    random = Random(7)
    found: list[Metric] = []
    for step in range(_STEPS):
        time = STARTED_MS + 1_000 * step
        loss = 2.3 * math.exp(-3 * step / _STEPS)
        found += [
            Metric("train/loss", loss + random.gauss(0, 0.03), time, step),
            Metric("val/loss", 1.1 * loss + random.gauss(0, 0.05), time, step),
            Metric("val/accuracy", 1 - loss / 2.4, time, step),
        ]
    return found


def _machine() -> list[Metric]:
    random = Random(8)
    return [
        Metric("system/cpu_utilization", random.gauss(60, 9), STARTED_MS + n, n)
        for n in range(60)
    ]


def _dataset() -> DatasetInput:
    columns = [{"type": "double", "name": f"x{number}"} for number in range(12)]
    data = Dataset(
        name="imagenet-train",
        digest="a1b2c3d4",
        source_type="local",
        source='{"uri": "/data/imagenet"}',
        schema=json.dumps({"mlflow_colspec": columns}),
    )
    return DatasetInput(data, [InputTag("mlflow.data.context", "training")])
