"""The calls of the module `mlflow` itself, as scripts and notebooks make them."""

from __future__ import annotations

import math
from uuid import uuid4

import mlflow
import numpy as np
import pandas as pd

NAME = f"fluent calls {uuid4().hex}"


def nest_runs() -> str:
    experiment = mlflow.set_experiment(NAME)
    assert mlflow.set_experiment(NAME).experiment_id == experiment.experiment_id
    with mlflow.start_run(run_name="outer", tags={"a & b": "any key"}) as outer:
        mlflow.log_params({"depth": 2, "kind": "tree"})
        mlflow.log_metrics({"loss": 0.5, "score": math.nan}, step=1)
        mlflow.log_metric("loss", 0.4, step=2, synchronous=False)
        mlflow.set_tags({"team": "vision", "mlflow.note.content": "☃"})
        with mlflow.start_run(nested=True) as inner:
            mlflow.log_metric("loss", math.inf)
        assert mlflow.active_run().info.run_id == outer.info.run_id
        mlflow.flush_async_logging()
    parent = mlflow.get_parent_run(inner.info.run_id)
    assert parent.info.run_id == outer.info.run_id
    assert mlflow.last_active_run().info.run_id == outer.info.run_id
    run = mlflow.get_run(outer.info.run_id)
    assert run.info.status == "FINISHED"
    assert run.info.end_time >= run.info.start_time
    assert run.data.params == {"depth": "2", "kind": "tree"}
    assert run.data.metrics["loss"] == 0.4
    assert run.data.tags["a & b"] == "any key"
    assert run.data.tags["mlflow.user"]
    assert run.data.tags["mlflow.source.name"]
    return outer.info.run_id


def resume(run_id: str) -> None:
    with mlflow.start_run(run_id=run_id) as run:
        assert run.info.run_name == "outer"
        mlflow.log_metric("loss", 0.3, step=3)
        mlflow.delete_tag("team")
    data = mlflow.get_run(run_id).data
    assert data.metrics["loss"] == 0.3
    assert "team" not in data.tags


def fail() -> None:
    try:
        with mlflow.start_run(run_name="failing") as run:
            raise KeyError("on purpose")
    except KeyError:
        assert mlflow.get_run(run.info.run_id).info.status == "FAILED"
    with mlflow.start_run() as run:
        mlflow.end_run("KILLED")
    assert mlflow.get_run(run.info.run_id).info.status == "KILLED"


def log_inputs() -> None:
    table = pd.DataFrame({"x": [1, 2], "y": ["a", "b"]})
    datasets = {
        "training": mlflow.data.from_pandas(table, source="s3://b/x", name="table"),
        "testing": mlflow.data.from_numpy(np.zeros((2, 3)), name="zeros"),
    }
    with mlflow.start_run() as run:
        for context, dataset in datasets.items():
            mlflow.log_input(dataset, context=context)
            mlflow.log_input(dataset, context="again")
    inputs = mlflow.get_run(run.info.run_id).inputs.dataset_inputs
    assert {
        one.tags[0].value: (one.dataset.name, one.dataset.digest) for one in inputs
    } == {context: (one.name, one.digest) for context, one in datasets.items()}
    assert mlflow.data.get_source(inputs[0]) is not None
    found = mlflow.search_runs(filter_string="datasets.name = 'table'")
    assert list(found["run_id"]) == [run.info.run_id]


def search() -> None:
    frame = mlflow.search_runs(order_by=["metrics.loss ASC", "start_time DESC"])
    assert len(frame) == 5
    assert frame.loc[0, "metrics.loss"] == 0.3
    assert frame.loc[0, "params.kind"] == "tree"
    assert frame.loc[1, "metrics.loss"] == math.inf
    assert frame["metrics.loss"].isna().sum() == 3
    named = mlflow.search_runs(
        search_all_experiments=True,
        filter_string=(f"tags.mlflow.parentRunId = '{frame.loc[0, 'run_id']}'"),
        output_format="list",
    )
    assert len(named) == 1
    experiments = mlflow.search_experiments(filter_string=f"name = '{NAME}'")
    assert [one.name for one in experiments] == [NAME]


outer_id = nest_runs()
resume(outer_id)
fail()
log_inputs()
search()
