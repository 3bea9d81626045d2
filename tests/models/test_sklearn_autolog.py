"""scikit-learn's autolog: what it logs, what it leaves alone, and how it goes away."""

from __future__ import annotations

import logging
import threading
import uuid
from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
import pytest
import sklearn.metrics
import trackgate
from joblib import parallel_backend
from sklearn.ensemble import VotingClassifier
from sklearn.feature_selection import RFE
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.tree import DecisionTreeClassifier
from trackgate import TrackingClient
from trackgate.entities import Run

from tests.fixtures.sites import Server

CELLS = np.sin(np.arange(60, dtype=np.float64).reshape(20, 3) ** 1.5)
DATA = pd.DataFrame(CELLS, columns=["first", "second", "third"])
LABELS = (DATA["first"] + DATA["second"] > 0).astype(int)


class Logged:
    """The runs of a fresh experiment that trainings are logged to."""

    def __init__(self, address: str) -> None:
        self.client = TrackingClient(address)
        name = f"experiment {uuid.uuid4()}"
        self.experiment_id = trackgate.set_experiment(name).experiment_id

    def runs(self) -> list[Run]:
        return list(self.client.search_runs([self.experiment_id]))

    def only_run(self) -> Run:
        (run,) = self.runs()
        return run


@pytest.fixture
def logged(server: Server, monkeypatch: pytest.MonkeyPatch) -> Iterator[Logged]:
    monkeypatch.setenv("MLFLOW_EXPERIMENT_ID", "")
    trackgate.set_tracking_uri(server.address)
    yield Logged(server.address)
    trackgate.sklearn.autolog(disable=True)
    while trackgate.active_run():
        trackgate.end_run()
    trackgate.set_tracking_uri(None)


def autolog(**choices: Any) -> None:
    """Autolog without what takes long and a test does not ask for."""
    trackgate.sklearn.autolog(**{"log_models": False, "log_datasets": False} | choices)


def test_a_training_starts_a_run_and_ends_it(logged: Logged) -> None:
    autolog()

    DecisionTreeClassifier(max_depth=2).fit(DATA, LABELS)

    run = logged.only_run()
    assert run.info.status == "FINISHED"
    assert run.data.params["max_depth"] == "2"
    assert run.data.metrics["training_accuracy_score"] > 0.5
    assert run.data.tags["estimator_name"] == "DecisionTreeClassifier"
    assert run.data.tags["mlflow.autologging"] == "sklearn"
    assert trackgate.active_run() is None


def test_a_users_run_is_logged_to_and_stays_open(logged: Logged) -> None:
    autolog()

    with trackgate.start_run() as run:
        LinearRegression().fit(DATA, LABELS)
        assert trackgate.active_run() is run

    found = logged.only_run()
    assert found.info.run_id == run.info.run_id
    assert "training_r2_score" in found.data.metrics
    assert "mlflow.autologging" not in found.data.tags


def test_an_exclusive_autolog_leaves_a_users_run_alone(logged: Logged) -> None:
    autolog(exclusive=True)

    with trackgate.start_run():
        LinearRegression().fit(DATA, LABELS)

    assert logged.only_run().data.params == {}


def test_a_failing_training_fails_as_without_us_and_so_does_its_run(
    logged: Logged,
) -> None:
    autolog()

    with pytest.raises(ValueError, match="inconsistent numbers of samples"):
        LogisticRegression().fit(DATA, LABELS[:3])

    assert logged.only_run().info.status == "FAILED"


def test_the_model_is_logged_with_its_signature_and_loads_again(
    logged: Logged,
) -> None:
    autolog(log_models=True, log_input_examples=True)

    tree = DecisionTreeClassifier(max_depth=2).fit(DATA, LABELS)

    (made,) = logged.only_run().outputs.model_outputs
    uri = f"models:/{made.model_id}"
    again = trackgate.sklearn.load_model(uri)
    assert again.predict(DATA).tolist() == tree.predict(DATA).tolist()
    signature = trackgate.pyfunc.load_model(uri).metadata.signature
    assert signature.inputs.input_names() == list(DATA.columns)
    model = logged.client.get_logged_model(made.model_id)
    assert model.name == "model"
    assert model.params["max_depth"] == "2"
    assert {one.key for one in model.metrics} >= {"training_score"}


def test_a_pipeline_and_what_it_is_made_of_is_one_training(logged: Logged) -> None:
    autolog()

    make_pipeline(StandardScaler(), LogisticRegression()).fit(DATA, LABELS)

    run = logged.only_run()
    assert run.data.tags["estimator_name"] == "Pipeline"
    assert run.data.params["logisticregression__C"] == "1.0"


def test_what_an_ensemble_trains_in_threads_is_its_own_affair(logged: Logged) -> None:
    autolog()
    members = [
        ("line", LogisticRegression()),
        ("tree", DecisionTreeClassifier(max_depth=1)),
    ]

    with parallel_backend("threading"):
        VotingClassifier(members, voting="soft", n_jobs=2).fit(DATA, LABELS)

    assert logged.only_run().data.tags["estimator_name"] == "VotingClassifier"


def test_folds_of_a_cross_validation_are_no_trainings(logged: Logged) -> None:
    autolog()

    cross_val_score(LogisticRegression(), DATA, LABELS, cv=2)

    assert logged.runs() == []


def test_preparing_data_is_no_training_even_if_it_trains(logged: Logged) -> None:
    autolog()

    StandardScaler().fit_transform(DATA)
    RFE(LogisticRegression(), n_features_to_select=1).fit(DATA, LABELS)

    assert logged.runs() == []


def test_trainings_in_threads_with_runs_of_their_own_are_all_logged(
    logged: Logged,
) -> None:
    autolog()
    meeting = threading.Barrier(2)

    class Waiting(LinearRegression):
        def predict(self, X: Any) -> Any:
            # Both are in the midst of their trainings, or the barrier breaks.
            if not meeting.broken and not hasattr(self, "met"):
                self.met = True
                meeting.wait(timeout=20)
            return super().predict(X)

    def train() -> None:
        with trackgate.start_run():
            Waiting().fit(DATA, LABELS)

    threads = [threading.Thread(target=train) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    runs = logged.runs()
    assert [run.data.tags.get("estimator_name") for run in runs] == ["Waiting"] * 2


def test_a_search_has_a_child_run_for_the_best_candidates(logged: Logged) -> None:
    autolog(max_tuning_runs=2)
    search = GridSearchCV(
        DecisionTreeClassifier(random_state=1), {"max_depth": [1, 2, 3]}, cv=2
    )

    search.fit(DATA, LABELS)

    parents = [run for run in logged.runs() if "best_max_depth" in run.data.params]
    assert len(parents) == 1
    parent_id = parents[0].info.run_id
    assert parents[0].data.metrics["best_cv_score"] == search.best_score_
    children = [
        run
        for run in logged.runs()
        if run.data.tags.get("mlflow.parentRunId") == parent_id
    ]
    assert len(children) == 2
    assert all(child.info.status == "FINISHED" for child in children)
    assert all("mean_test_score" in child.data.metrics for child in children)
    names = [file.path for file in logged.client.list_artifacts(parent_id)]
    assert "cv_results.csv" in names


def test_a_parameter_that_is_too_long_is_shortened(logged: Logged) -> None:
    autolog()
    weights = dict.fromkeys(range(2_000), 1.0)

    DecisionTreeClassifier(max_depth=1, class_weight=weights).fit(DATA, LABELS)

    assert logged.only_run().data.params["class_weight"].endswith("...")


def test_what_is_measured_afterwards_is_noted_in_the_trainings_run(
    logged: Logged,
) -> None:
    autolog()
    tree = DecisionTreeClassifier(max_depth=1).fit(DATA, LABELS)
    held_out, answers = DATA[:10], LABELS[:10]

    score = tree.score(held_out, answers)
    predicted = tree.predict(held_out)
    f1 = sklearn.metrics.f1_score(answers, predicted)

    metrics = logged.only_run().data.metrics
    assert metrics["DecisionTreeClassifier_score_held_out"] == score
    assert metrics["f1_score_held_out"] == f1


def test_without_a_server_a_training_goes_on_with_a_warning(
    logged: Logged, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")
    trackgate.set_tracking_uri("http://127.0.0.1:9")
    autolog()

    with caplog.at_level(logging.WARNING, logger="trackgate"):
        tree = DecisionTreeClassifier(max_depth=1).fit(DATA, LABELS)

    assert tree.predict(DATA).shape == (20,)
    assert "could not log the training" in caplog.text


def test_a_model_that_cannot_be_pickled_is_a_warning(
    logged: Logged, caplog: pytest.LogCaptureFixture
) -> None:
    autolog(log_models=True)
    tree = DecisionTreeClassifier(max_depth=1)
    tree.lock = threading.Lock()

    with caplog.at_level(logging.WARNING, logger="trackgate"):
        tree.fit(DATA, LABELS)

    assert "could not log the model 'model'" in caplog.text
    assert "training_score" in logged.only_run().data.metrics


def test_disabled_again_the_library_is_as_it_was(logged: Logged) -> None:
    names = ("fit", "predict", "score")
    before = [vars(DecisionTreeClassifier).get(name) for name in names]
    conditional = vars(Pipeline)["predict"]
    metric = sklearn.metrics.f1_score
    autolog()
    assert vars(DecisionTreeClassifier)["fit"] is not before[0]

    trackgate.sklearn.autolog(disable=True)
    DecisionTreeClassifier().fit(DATA, LABELS)

    assert [vars(DecisionTreeClassifier).get(name) for name in names] == before
    assert vars(Pipeline)["predict"] is conditional
    assert sklearn.metrics.f1_score is metric
    assert logged.runs() == []


def test_a_call_of_all_autologs_is_scikit_learns(logged: Logged) -> None:
    trackgate.autolog(log_models=False, exclude_flavors=["sklearn"])
    LinearRegression().fit(DATA, LABELS)
    assert logged.runs() == []

    trackgate.autolog(log_models=False)
    LinearRegression().fit(DATA, LABELS)

    assert logged.only_run().data.tags["estimator_name"] == "LinearRegression"


def test_a_negative_number_of_tuning_runs_is_refused(logged: Logged) -> None:
    with pytest.raises(trackgate.TrackgateError, match="max_tuning_runs is -1"):
        trackgate.sklearn.autolog(max_tuning_runs=-1)
