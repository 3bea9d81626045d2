"""MlflowClient's calls, each with a look at what came of it."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from typing import Any
from uuid import uuid4

from mlflow import MlflowClient, MlflowException
from mlflow.entities import Metric, Param, RunTag, ViewType

NAME = f"client calls {uuid4().hex}"
LONG = 26_000  # points: more than one page of a history

client = MlflowClient()


def refused(code: str, call: Callable[..., Any], *args: Any, **how: Any) -> None:
    try:
        call(*args, **how)
    except MlflowException as error:
        found = error.error_code
    else:
        found = "nothing"
    assert found == code


def use_an_experiment() -> str:
    experiment_id = client.create_experiment(NAME, tags={"team": "vision"})
    refused("RESOURCE_ALREADY_EXISTS", client.create_experiment, NAME)
    experiment = client.get_experiment(experiment_id)
    assert experiment.name == NAME
    assert experiment.tags == {"team": "vision"}
    assert experiment.lifecycle_stage == "active"
    assert experiment.artifact_location.startswith("mlflow-artifacts:/")
    assert abs(experiment.creation_time - time.time() * 1_000) < 60_000
    assert client.get_experiment_by_name(NAME).experiment_id == experiment_id
    assert client.get_experiment_by_name("never made") is None
    refused("RESOURCE_DOES_NOT_EXIST", client.get_experiment, "999999")
    client.set_experiment_tag(experiment_id, "note", "a\nb ☃")
    assert client.get_experiment(experiment_id).tags["note"] == "a\nb ☃"
    client.rename_experiment(experiment_id, f"{NAME} renamed")
    assert client.get_experiment(experiment_id).name == f"{NAME} renamed"
    return experiment_id


def find_experiments() -> None:
    made = [client.create_experiment(f"{NAME} {letter}") for letter in "cab"]
    text = f"name LIKE '{NAME} _'"

    def found(**how: Any) -> list[str]:
        page = client.search_experiments(filter_string=text, **how)
        return [one.experiment_id for one in page]

    assert found() == made[::-1]
    assert found(order_by=["name"]) == [made[1], made[2], made[0]]
    first = client.search_experiments(filter_string=text, max_results=2)
    assert found(max_results=2, page_token=first.token) == made[:1]
    client.delete_experiment(made[0])
    assert found() == [made[2], made[1]]
    assert found(view_type=ViewType.ALL) == made[::-1]
    assert found(view_type=ViewType.DELETED_ONLY) == made[:1]
    client.restore_experiment(made[0])
    assert found() == made[::-1]


def make_a_run(experiment_id: str) -> str:
    assert client.create_run(experiment_id).info.run_name
    tags = {"first": "1", "mlflow.note.content": "☃"}
    run = client.create_run(experiment_id, start_time=1_000, tags=tags, run_name="one")
    assert run.info.run_name == "one"
    assert run.info.status == "RUNNING"
    assert run.info.start_time == 1_000
    assert run.info.end_time is None
    assert run.info.artifact_uri.endswith(f"/{run.info.run_id}/artifacts")
    assert run.data.tags == {**tags, "mlflow.runName": "one"}
    return run.info.run_id


def describe(run_id: str) -> None:
    client.log_param(run_id, "depth", 2)
    client.log_param(run_id, "depth", "2")
    refused("INVALID_PARAMETER_VALUE", client.log_param, run_id, "depth", 3)
    for kind in ("tree", "forest"):
        client.set_tag(run_id, "kind", kind)
    client.set_tag(run_id, "long", "x" * 9_000)
    client.delete_tag(run_id, "first")
    refused("RESOURCE_DOES_NOT_EXIST", client.delete_tag, run_id, "first")
    client.update_run(run_id, name="renamed")
    run = client.get_run(run_id)
    assert run.info.run_name == run.data.tags["mlflow.runName"] == "renamed"
    assert run.data.params == {"depth": "2"}
    assert run.data.tags["kind"] == "forest"
    assert run.data.tags["long"] == "x" * 8_000
    assert "first" not in run.data.tags


def end_and_delete(run_id: str) -> None:
    client.set_terminated(run_id, status="FAILED", end_time=2_000)
    info = client.get_run(run_id).info
    assert (info.status, info.end_time) == ("FAILED", 2_000)
    client.update_run(run_id, status="RUNNING")
    assert client.get_run(run_id).info.status == "RUNNING"
    client.delete_run(run_id)
    assert client.get_run(run_id).info.lifecycle_stage == "deleted"
    refused("INVALID_PARAMETER_VALUE", client.log_metric, run_id, "late", 1.0)
    client.restore_run(run_id)
    assert client.get_run(run_id).info.lifecycle_stage == "active"
    refused("RESOURCE_DOES_NOT_EXIST", client.get_run, "0" * 32)


def measure(run_id: str) -> None:
    for step, value in ((5, 0.5), (3, 0.3), (6, math.nan)):
        client.log_metric(run_id, "loss", value, timestamp=step, step=step)
    client.log_metric(run_id, "high", math.inf)
    client.log_metric(run_id, "low", -math.inf, synchronous=False).wait()
    history = client.get_metric_history(run_id, "loss")
    assert [point.step for point in history] == [3, 5, 6]
    assert math.isnan(history[-1].value)
    assert client.get_metric_history(run_id, "never logged") == []
    latest = client.get_run(run_id).data.metrics
    assert math.isnan(latest["loss"])
    assert (latest["high"], latest["low"]) == (math.inf, -math.inf)


def log_batches(run_id: str) -> None:
    points = [Metric("batch", 1 / 3 + step, step, step) for step in range(1_000)]
    client.log_batch(run_id, metrics=points)
    client.log_batch(run_id, metrics=points, synchronous=False).wait()
    assert client.get_metric_history(run_id, "batch") == points
    params = [Param(f"p{number}", str(number)) for number in range(100)]
    tags = [RunTag(f"t{number}", str(number)) for number in range(100)]
    client.log_batch(run_id, params=params, tags=tags)
    assert len(client.get_run(run_id).data.params) == 101
    half = {"metrics": points[:1], "params": [Param("p0", "another")]}
    refused("INVALID_PARAMETER_VALUE", client.log_batch, run_id, **half)


def read_a_long_history(run_id: str) -> None:
    for start in range(0, LONG, 1_000):
        steps = range(start, start + 1_000)
        points = [Metric("long", step * 0.1, step, step) for step in steps]
        client.log_batch(run_id, metrics=points)
    history = client.get_metric_history(run_id, "long")
    assert [point.step for point in history] == list(range(LONG))
    assert [point.value for point in history] == [step * 0.1 for step in range(LONG)]


def find_runs(parent_id: str) -> None:
    experiment_id = client.create_experiment(f"{NAME} searched")
    scores = [0, 5, 3, 1, 6, None, math.nan]
    for number, score in enumerate(scores):
        run = client.create_run(
            experiment_id,
            start_time=number + 1,
            run_name=f"r{number}",
            tags={"mlflow.parentRunId": parent_id},
        )
        client.log_param(run.info.run_id, "number", number)
        if score is not None:
            client.log_metric(run.info.run_id, "score", score)

    def found(text: str = "", **how: Any) -> str:
        page = client.search_runs([experiment_id], text, **how)
        return " ".join(run.info.run_name for run in page)

    assert found() == "r6 r5 r4 r3 r2 r1 r0"
    assert found(order_by=["start_time ASC"], max_results=2) == "r0 r1"
    assert found(order_by=["metrics.score"]) == "r0 r3 r2 r1 r4 r6 r5"
    assert found(order_by=["metrics.score DESC"]) == "r4 r1 r2 r3 r0 r6 r5"
    assert found("params.number = '3'") == "r3"
    assert found("metrics.score > 2 AND metrics.score < 6") == "r2 r1"
    children = f"tags.mlflow.parentRunId = '{parent_id}' AND run_name LIKE 'r_'"
    assert found(children) == found()
    refused("INVALID_PARAMETER_VALUE", found, "nonsense")
    first = client.search_runs([experiment_id], max_results=4)
    assert found(max_results=4, page_token=first.token) == "r2 r1 r0"
    client.delete_experiment(experiment_id)
    assert found() == ""
    assert found(run_view_type=ViewType.DELETED_ONLY) == "r6 r5 r4 r3 r2 r1 r0"


used = use_an_experiment()
find_experiments()
made = make_a_run(used)
describe(made)
end_and_delete(made)
measure(made)
log_batches(made)
read_a_long_history(made)
find_runs(made)
