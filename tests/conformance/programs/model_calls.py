"""A model of scikit-learn's as clients before 3.0 log it: into the run's artifacts."""

from __future__ import annotations

import json
from uuid import uuid4

import mlflow
import numpy as np
from sklearn.datasets import load_iris
from sklearn.tree import DecisionTreeClassifier

X, y = load_iris(return_X_y=True)


def log_and_load() -> None:
    model = DecisionTreeClassifier(max_depth=2).fit(X, y)
    with mlflow.start_run() as run:
        for path in ("model", "again"):
            # Named, or a process of its own would look for them for seconds.
            logged = mlflow.sklearn.log_model(
                model, artifact_path=path, pip_requirements=["scikit-learn"]
            )
    loaded = mlflow.sklearn.load_model(logged.model_uri)
    assert np.array_equal(loaded.predict(X), model.predict(X))
    tag = mlflow.get_run(run.info.run_id).data.tags["mlflow.log-model.history"]
    assert [one["artifact_path"] for one in json.loads(tag)] == ["model", "again"]
    assert "sklearn" in json.loads(tag)[0]["flavors"]


def log_by_itself() -> None:
    mlflow.sklearn.autolog(log_models=False)
    with mlflow.start_run() as run:
        DecisionTreeClassifier(max_depth=2).fit(X, y)
    mlflow.sklearn.autolog(disable=True)
    data = mlflow.get_run(run.info.run_id).data
    assert data.params["max_depth"] == "2"
    assert data.metrics["training_score"] > 0.9
    assert len(mlflow.get_run(run.info.run_id).inputs.dataset_inputs) == 1


mlflow.set_experiment(f"model calls {uuid4().hex}")
log_and_load()
log_by_itself()
