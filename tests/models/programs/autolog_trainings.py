"""Train a few estimators under autolog, and print as JSON what was logged of each.

    autolog_trainings.py MODULE ANSWERS

MODULE is the client, "mlflow" or "trackgate"; ANSWERS the file for the answers.
"""

import importlib
import json
import sys
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn import metrics
from sklearn.cluster import KMeans
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.tree import DecisionTreeClassifier

warnings.simplefilter("ignore")
client = importlib.import_module(sys.argv[1])
flavor = importlib.import_module(f"{sys.argv[1]}.sklearn")
CELLS = np.sin(np.arange(90, dtype=np.float64).reshape(30, 3) ** 1.5)
DATA = pd.DataFrame(CELLS, columns=["first", "second", "third"])
LABELS = (DATA["first"] + DATA["second"] > 0).astype(int)
THREE = LABELS + (DATA["third"] > 0).astype(int)


def logged(run_id):
    speaker = client.MlflowClient()
    run = speaker.get_run(run_id)
    tags = run.data.tags
    kept = ("estimator_name", "estimator_class", "mlflow.autologging", "team")
    files = [one.path for one in speaker.list_artifacts(run_id)]
    children = speaker.search_runs(
        [run.info.experiment_id], f"tags.`mlflow.parentRunId` = '{run_id}'"
    )
    inputs = run.inputs.dataset_inputs
    return {
        "status": run.info.status,
        "params": run.data.params,
        "metrics": run.data.metrics,
        "tags": {key: tags[key] for key in kept if key in tags},
        # Older clients keep the models among them.
        "files": sorted(one for one in files if "." in one),
        "models": len(run.outputs.model_outputs),
        "inputs": [[tag.value for tag in one.tags] for one in inputs],
        "children": sorted(
            (
                {
                    "params": child.data.params,
                    "metrics": {
                        key: value
                        for key, value in child.data.metrics.items()
                        if "time" not in key
                    },
                    "timed": sorted(key for key in child.data.metrics if "time" in key),
                    "tags": {
                        key: child.data.tags[key]
                        for key in kept
                        if key in child.data.tags
                    },
                }
                for child in children
            ),
            key=lambda one: json.dumps(one["params"], sort_keys=True),
        ),
    }


def trainings():
    tree = DecisionTreeClassifier(max_depth=2, random_state=1)
    yield "tree", True, lambda: tree.fit(DATA, LABELS)
    yield "three classes", False, lambda: tree.fit(DATA, THREE)
    weights, array = np.linspace(1, 2, len(DATA)), LABELS.to_numpy()
    yield "weights", False, lambda: tree.fit(CELLS, array, sample_weight=weights)
    line = LinearRegression(copy_X=False)
    yield "line", False, lambda: line.fit(X=CELLS.copy(), y=LABELS.to_numpy())
    steps = make_pipeline(StandardScaler(), LogisticRegression())
    yield "pipeline", False, lambda: steps.fit(DATA, y=LABELS)
    clusters = KMeans(2, random_state=1, n_init=1)
    yield "clusters", False, lambda: clusters.fit_predict(CELLS)
    grid = GridSearchCV(
        DecisionTreeClassifier(random_state=1), {"max_depth": [1, 2, 3]}, cv=2
    )
    yield "search", False, lambda: grid.fit(DATA, LABELS)


def after(estimator):
    """What is measured after a training; the names of variables matter."""
    held_out, answers = DATA[:10], LABELS[:10]
    with client.start_run() as run:
        estimator.fit(DATA, LABELS)
    estimator.score(held_out, answers)
    predicted = estimator.predict(held_out)
    metrics.accuracy_score(answers, predicted)
    metrics.f1_score(y_true=answers, y_pred=predicted, average="macro")
    metrics.f1_score(answers, predicted)
    another = DATA[10:20]
    metrics.accuracy_score(LABELS[10:20], estimator.predict(another))
    metrics.accuracy_score(answers, list(predicted))
    return run.info.run_id


def main():
    answers = {}
    for name, with_models, train in trainings():
        flavor.autolog(
            log_models=with_models,
            max_tuning_runs=2,
            silent=True,
            extra_tags={"team": "blue"},
        )
        train()
        answers[name] = logged(client.last_active_run().info.run_id)
    run_id = after(DecisionTreeClassifier(max_depth=1, random_state=1))
    answers["after"] = logged(run_id)
    answers["after"]["calls"] = client.artifacts.load_dict(
        f"runs:/{run_id}/metric_info.json"
    )
    Path(sys.argv[2]).write_text(json.dumps(answers))


main()
