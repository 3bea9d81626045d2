"""Logged models as clients of MLflow 3 make, measure, find and load them."""

from __future__ import annotations

import math
from pathlib import Path
from uuid import uuid4

import mlflow
import numpy as np
from mlflow import MlflowClient
from mlflow.entities import LoggedModelStatus
from sklearn.datasets import load_iris
from sklearn.linear_model import LogisticRegression

X, y = load_iris(return_X_y=True)
client = MlflowClient()


def log_and_load() -> None:
    model = LogisticRegression(max_iter=500).fit(X, y)
    with mlflow.start_run() as run:
        # Named, or a process of its own would look for them for seconds.
        logged = mlflow.sklearn.log_model(
            model,
            name="lines",
            pip_requirements=["scikit-learn"],
            params={"max_iter": 500},
            tags={"team": "a"},
            model_type="classifier",
            step=3,
            registered_model_name=f"lines {uuid4().hex}",
        )
    found = mlflow.get_logged_model(logged.model_id)
    assert (found.name, found.model_type, found.source_run_id) == (
        *("lines", "classifier"),
        run.info.run_id,
    )
    assert found.status == LoggedModelStatus.READY
    assert found.params == {"max_iter": "500"}
    assert found.tags["team"] == "a"
    (output,) = mlflow.get_run(run.info.run_id).outputs.model_outputs
    assert (output.model_id, output.step) == (logged.model_id, 3)
    for uri in (f"models:/{logged.model_id}", f"runs:/{run.info.run_id}/lines"):
        loaded = mlflow.sklearn.load_model(uri)
        assert np.array_equal(loaded.predict(X), model.predict(X))
    measure(run.info.run_id, logged.model_id)
    look(logged.model_id)


def measure(run_id: str, model_id: str) -> None:
    iris = mlflow.data.from_numpy(X, targets=y, name="iris")
    with mlflow.start_run(run_id=run_id):
        mlflow.log_metric("accuracy", 0.9, model_id=model_id, dataset=iris)
        mlflow.log_metrics({"loss": 0.1, "odd": math.nan}, model_id=model_id, step=2)
    points = {point.key: point for point in mlflow.get_logged_model(model_id).metrics}
    assert points["accuracy"].dataset_name == "iris"
    assert points["accuracy"].dataset_digest == iris.digest
    assert points["accuracy"].run_id == run_id
    assert (points["loss"].step, points["loss"].dataset_name) == (2, None)
    assert math.isnan(points["odd"].value)
    data = mlflow.get_run(run_id).data
    assert (data.metrics["accuracy"], data.metrics["loss"]) == (0.9, 0.1)


def look(model_id: str) -> None:
    listed = {one.path for one in client.list_logged_model_artifacts(model_id)}
    assert {"MLmodel", "conda.yaml", "requirements.txt"} <= listed
    client.log_model_artifact(model_id, __file__)
    folder = mlflow.artifacts.download_artifacts(f"models:/{model_id}")
    copied = Path(folder) / Path(__file__).name
    assert copied.read_text() == Path(__file__).read_text()


def make_and_delete() -> None:
    with mlflow.start_run() as run:
        made = mlflow.initialize_logged_model(name="by hand", model_type="other")
        mlflow.log_model_params({f"p{n}": n for n in range(250)}, made.model_id)
        mlflow.set_logged_model_tags(made.model_id, {"a": "1", "b": "2"})
        mlflow.delete_logged_model_tag(made.model_id, "a")
        done = mlflow.finalize_logged_model(made.model_id, "FAILED")
    assert done.status == LoggedModelStatus.FAILED
    found = mlflow.get_logged_model(made.model_id)
    assert len(found.params) == 250
    assert ("a" in found.tags, found.tags["b"]) == (False, "2")
    assert found.source_run_id == run.info.run_id
    client.delete_logged_model(made.model_id)
    left = mlflow.search_logged_models(output_format="list")
    assert made.model_id not in [model.model_id for model in left]


def search(experiment_id: str) -> None:
    for number in range(4):
        made = mlflow.create_external_model(
            name=f"m{number}", params={"n": str(number)}, model_type="outside"
        )
        with mlflow.start_run():
            mlflow.log_metric("score", number % 3, model_id=made.model_id)

    def names(**asked: object) -> list[str]:
        models = mlflow.search_logged_models(
            experiment_ids=[experiment_id], output_format="list", **asked
        )
        return [model.name for model in models]

    assert names(filter_string="params.n = '2'") == ["m2"]
    assert names(filter_string="name IN ('m1', 'm3') AND metrics.score > 0.5") == ["m1"]
    by_score = [{"field_name": "metrics.score", "ascending": False}]
    kind = "model_type = 'outside'"
    assert names(filter_string=kind, order_by=by_score) == ["m2", "m1", "m3", "m0"]
    page = client.search_logged_models(
        [experiment_id], filter_string=kind, max_results=3, order_by=by_score
    )
    rest = client.search_logged_models(
        [experiment_id], filter_string=kind, page_token=page.token, order_by=by_score
    )
    assert [model.name for model in [*page, *rest]] == ["m2", "m1", "m3", "m0"]


experiment = mlflow.set_experiment(f"logged model calls {uuid4().hex}")
log_and_load()
make_and_delete()
search(experiment.experiment_id)
