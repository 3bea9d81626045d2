"""Inputs and outputs of runs: the stock server's answers and ours."""

from __future__ import annotations

from typing import Any

import pytest

from tests.conformance.cases import cases
from tests.conformance.sides import Sides

DATASET = {"name": "d", "digest": "x1", "source_type": "local", "source": "{}"}
SEARCH = "/ajax-api/2.0/mlflow/experiments/search-datasets"


def used(*tags: tuple[str, str], **changed: Any) -> dict[str, Any]:
    """A dataset as an input of a run."""
    labels = [{"key": key, "value": value} for key, value in tags]
    return {"dataset": {**DATASET, **changed}, "tags": labels}


@pytest.mark.parametrize(
    "given",
    cases(
        {},
        *({"datasets": datasets} for datasets in (None, [], "x", [used()])),
        {"datasets": [used(schema="s", profile="p")]},
        {"datasets": [{"dataset": {"name": "bare", "digest": "1"}}]},
        {"datasets": [used(name="n" * 500, digest="d" * 36)]},
        {"datasets": [used(name="n" * 501)]},
        {"datasets": [used(digest="d" * 37)]},
        {"datasets": [used(name="long", source="s" * 65_536)]},
        {"datasets": [used(name="long", schema="s" * 1_048_576)]},
        {"datasets": [used(("mlflow.data.context", "training"))]},
        {"datasets": [{"dataset": DATASET, "tags": [{"key": "a"}]}]},
        {"datasets": [used(("k" * 255, "v" * 500))]},
        {"datasets": [used(("k" * 256, "v"))]},
        {"datasets": [used(("k", "v" * 501))]},
        {"datasets": [used(("k & ☃", "v"))]},
        {"datasets": [used(("c", "1")), used(("c", "2"))]},
        {"datasets": [used(digest="y1"), used(digest="y2")]},
        {"datasets": [used(name=f"n{number}") for number in range(30)]},
        *({"models": models} for models in (None, [], [{"model_id": "m-1"}])),
        {"models": [{"model_id": "m-1"}, {"model_id": "m-1"}]},
        {"datasets": [used()], "models": [{"model_id": "m-1"}]},
    ),
)
def test_inputs_are_logged_or_refused_alike(
    sides: Sides, run: str, given: dict[str, Any]
) -> None:
    sides.same("POST", "runs/log-inputs", {"run_id": run, **given})

    sides.seen(run)


def test_the_first_tags_of_an_input_stay_alike(sides: Sides, run: str) -> None:
    for context in ("training", "testing"):
        given = [used(("mlflow.data.context", context))]
        sides.do("runs/log-inputs", run_id=run, datasets=given)

    sides.seen(run)


def test_the_first_description_of_a_dataset_stays_alike(sides: Sides) -> None:
    runs = [sides.run(experiment) for experiment in [sides.experiment()] * 2]
    for run, source in zip(runs, ("first", "second"), strict=True):
        sides.do("runs/log-inputs", run_id=run, datasets=[used(source=source)])

    for run in runs:
        sides.seen(run)


@pytest.mark.parametrize(
    "models",
    cases(
        *(None, [], "x"),
        [{"model_id": "m-1"}],
        [{"model_id": "m-1", "step": 3}],
        [{"model_id": "m-2", "step": "4"}, {"model_id": "m-3", "step": -1}],
    ),
)
def test_outputs_are_logged_or_refused_alike(
    sides: Sides, run: str, models: Any
) -> None:
    sides.same("POST", "runs/outputs", {"run_id": run, "models": models})

    sides.seen(run)


@pytest.fixture(scope="module")
def full(sides: Sides) -> tuple[str, str]:
    """Two experiments whose runs used datasets, one of the runs deleted."""
    here, there = sides.experiment(), sides.experiment()
    context = "mlflow.data.context"
    inputs = [
        (here, [used((context, "train"), name="a"), used(name="b")]),
        (here, [used((context, "train"), name="a"), used((context, "test"), name="b")]),
        (there, [used((context, "eval"), name="a")]),
        (here, [used((context, "of a deleted run"), name="c")]),
    ]
    for experiment, given in inputs:
        run = sides.run(experiment)
        sides.do("runs/log-inputs", run_id=run, datasets=given)
    sides.do("runs/delete", run_id=run)
    return here, there


def test_datasets_are_found_alike(sides: Sides, full: tuple[str, str]) -> None:
    for searched in ([full[0]], list(full), [full[1], full[1], "999999"]):
        # Their order is nobody's promise.
        answers = sides.apart("POST", SEARCH, {"experiment_ids": searched})
        theirs, ours = (answer.body["dataset_summaries"] for answer in answers)
        assert sorted(ours, key=str) == sorted(theirs, key=str)


@pytest.mark.parametrize(
    "experiment_ids", cases(None, [], "0", ["x"], [""], ["999999"], ["0"] * 21)
)
def test_datasets_are_searched_wrongly_alike(sides: Sides, experiment_ids: Any) -> None:
    sides.same("POST", SEARCH, {"experiment_ids": experiment_ids})
