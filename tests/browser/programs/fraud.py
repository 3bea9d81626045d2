"""Trees that tell fraud from the rest: a registered model with a past."""

import mlflow
import numpy as np
import pandas as pd
from mlflow import MlflowClient
from people import come_in
from sklearn.metrics import f1_score, precision_score, recall_score
from sklearn.tree import DecisionTreeClassifier

EXPERIMENT, MODEL = "Card fraud", "Fraud detector"
DESCRIPTION = """\
Tells **fraud** from the rest of the payments.

- trained weekly
- owner: the risk team
"""
COLUMNS = ["amount", "hour", "distance", "age_of_card", "refused_before"]
DEPTHS = (2, 4, 6, 9)

client = MlflowClient()


def log(passwords):
    """Where the experiment and the model are."""
    come_in(passwords, "adam")
    experiment = client.create_experiment(EXPERIMENT, tags={"team": "risk"})
    mlflow.set_experiment(experiment_id=experiment)
    client.create_registered_model(MODEL, {"team": "risk"}, DESCRIPTION)
    for number, depth in enumerate(DEPTHS, start=1):
        train(depth)
        client.set_model_version_tag(MODEL, str(number), "data", f"2026-0{number}")
    client.transition_model_version_stage(MODEL, "2", "Production")
    client.transition_model_version_stage(MODEL, "3", "Production", True)
    client.transition_model_version_stage(MODEL, "4", "Staging")
    client.set_registered_model_alias(MODEL, "champion", "3")
    client.set_registered_model_alias(MODEL, "challenger", "4")
    return {"fraud": experiment, "model": MODEL}


def train(depth):
    """The next version of the model."""
    data, is_fraud = payments(600)
    held_out, truth = payments(300, seed=1)
    tree = DecisionTreeClassifier(max_depth=depth, random_state=1).fit(data, is_fraud)
    found = tree.predict(held_out)
    with mlflow.start_run(run_name=f"tree-{depth}"):
        mlflow.log_params({"depth": depth, "criterion": "gini"})
        mlflow.log_metrics(
            {
                "precision": precision_score(truth, found),
                "recall": recall_score(truth, found),
                "f1": f1_score(truth, found),
            }
        )
        mlflow.sklearn.log_model(
            tree,
            name="tree",
            signature=mlflow.models.infer_signature(data, tree.predict(data)),
            # Named, or a process of its own would look for them for seconds.
            pip_requirements=["scikit-learn"],
            serialization_format="cloudpickle",
            registered_model_name=MODEL,
        )


def payments(count, seed=0):
    random = np.random.default_rng(seed)
    data = pd.DataFrame(random.gamma(2, 1, (count, len(COLUMNS))), columns=COLUMNS)
    odds = data["amount"] * data["distance"] + random.normal(0, 1.5, count)
    return data, (odds > 5).astype(int)
