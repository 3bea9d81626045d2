"""A model's way into production: trained twice, registered, promoted, loaded back.

It needs scikit-learn besides (`pip install '.[models]' scikit-learn`), and may be run
again: each time makes two more versions.

It runs with either package, chosen by an argument or by TRACKING_PACKAGE, and is told
the server as examples/article.py is:

    python examples/decision_tree.py trackgate
    python examples/decision_tree.py mlflow
"""

from __future__ import annotations

import importlib
import os
import sys

from sklearn.datasets import load_breast_cancer
from sklearn.model_selection import train_test_split
from sklearn.tree import DecisionTreeClassifier

chosen = sys.argv[1] if len(sys.argv) > 1 else os.environ.get("TRACKING_PACKAGE")
mlflow = importlib.import_module(chosen or "trackgate")
flavor = importlib.import_module(f"{mlflow.__name__}.sklearn")
models = importlib.import_module(f"{mlflow.__name__}.models")

NAME = "Decision Tree"

data = load_breast_cancer()
X_train, X_test, y_train, y_test = train_test_split(
    data.data, data.target, test_size=0.33, random_state=42
)


def train_and_register(depth: int) -> int:
    """One run, and with it one more version of the registered model: its number."""
    with mlflow.start_run(run_name=f"depth {depth}"):
        tree = DecisionTreeClassifier(max_depth=depth, random_state=0)
        tree.fit(X_train, y_train)
        mlflow.log_param("tree_depth", depth)
        mlflow.log_metric("accuracy", tree.score(X_test, y_test))
        logged = flavor.log_model(
            tree,
            "MyModel-dt",
            registered_model_name=NAME,
            signature=models.infer_signature(X_train, tree.predict(X_train)),
            input_example=X_train[:2],
            # The default of MLflow 3.17 refuses the trees of scikit-learn 1.9.
            serialization_format="cloudpickle",
        )
    return int(logged.registered_model_version)


mlflow.set_experiment("breast cancer")
train_and_register(depth=1)
better = train_and_register(depth=3)

client = mlflow.MlflowClient()
client.transition_model_version_stage(name=NAME, version=better, stage="Production")

loaded = flavor.load_model(f"models:/{NAME}/Production")
assert loaded.get_depth() == 3, "that is another version"
version = client.get_model_version(NAME, str(better))
print(f"{version.name} {version.version} is in {version.current_stage}")
