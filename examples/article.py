"""A whole experiment: train, measure, draw, log, find it again, fetch it back.

It needs more packages (`pip install '.[models]' scikit-learn matplotlib`).

It runs with either package, chosen by an argument or by TRACKING_PACKAGE:

    python examples/article.py trackgate
    python examples/article.py mlflow

The server is named by TRACKING_URI, TRACKING_USERNAME and TRACKING_PASSWORD, or for
mlflow by MLFLOW_TRACKING_URI, MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD.
"""

from __future__ import annotations

import importlib
import os
import sys
import tempfile
from pathlib import Path

import matplotlib as mpl
from sklearn.datasets import load_breast_cancer
from sklearn.metrics import accuracy_score, precision_score, recall_score
from sklearn.model_selection import train_test_split
from sklearn.tree import DecisionTreeClassifier, export_text, plot_tree

mpl.use("Agg")
from matplotlib import pyplot as plt

chosen = sys.argv[1] if len(sys.argv) > 1 else os.environ.get("TRACKING_PACKAGE")
mlflow = importlib.import_module(chosen or "trackgate")

EXPERIMENT = "breast cancer"
DEPTH = 2

data = load_breast_cancer()
X_train, X_test, y_train, y_test = train_test_split(
    data.data, data.target, test_size=0.33, random_state=42
)


def train(depth: int) -> DecisionTreeClassifier:
    """A tree of at most `depth` levels."""
    return DecisionTreeClassifier(max_depth=depth, random_state=0).fit(X_train, y_train)


def log_scores(tree: DecisionTreeClassifier) -> None:
    """Measure a tree on the data it has not seen, and log the three figures."""
    guessed = tree.predict(X_test)
    mlflow.log_metric("accuracy", accuracy_score(y_test, guessed))
    mlflow.log_metric("precision", precision_score(y_test, guessed))
    mlflow.log_metric("recall", recall_score(y_test, guessed))


def log_pictures(tree: DecisionTreeClassifier) -> None:
    """Log the tree as a picture and as a text."""
    with tempfile.TemporaryDirectory() as scratch:
        picture = Path(scratch) / "tree.png"
        figure, axes = plt.subplots(figsize=(8, 5))
        plot_tree(tree, feature_names=list(data.feature_names), ax=axes)
        figure.savefig(picture)
        text = Path(scratch) / "tree.txt"
        text.write_text(export_text(tree, feature_names=list(data.feature_names)))
        mlflow.log_artifact(str(picture))
        mlflow.log_artifact(str(text), "rules")


mlflow.set_experiment(EXPERIMENT)
with mlflow.start_run(run_name="depth two") as run:
    tree = train(DEPTH)
    mlflow.log_param("tree_depth", DEPTH)
    log_scores(tree)
    log_pictures(tree)
    mlflow.set_tag("author", "a well-known article")
    with mlflow.start_run(run_name="depth one", nested=True):
        mlflow.log_param("tree_depth", 1)
        log_scores(train(1))

found = mlflow.search_runs(
    filter_string=f"params.tree_depth = '{DEPTH}' and metrics.accuracy > 0.8",
    order_by=["attributes.start_time DESC"],
)
best = found.iloc[0]
assert best.run_id == run.info.run_id

folder = mlflow.artifacts.download_artifacts(run_id=best.run_id)
files = sorted(path.name for path in Path(folder).rglob("*") if path.is_file())
print(f"run {best.run_id} of {len(found)}: accuracy {best['metrics.accuracy']:.3f}")
print(f"files: {', '.join(files)}")
