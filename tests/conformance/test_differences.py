"""What docs/differences.md says: the stock server's answer, ours, and that they differ.

A line that is no longer true of the stock server fails here too.
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.conformance.cases import name_of
from tests.conformance.sides import Sides

OK = (200, None)
INVALID = (400, "INVALID_PARAMETER_VALUE")
BAD = (400, "BAD_REQUEST")
TAKEN = (400, "RESOURCE_ALREADY_EXISTS")
ABSENT = (404, "RESOURCE_DOES_NOT_EXIST")
CRASH = (500, None)
INTERNAL = (500, "INTERNAL_ERROR")

POINT = {"key": "m", "value": 1.0, "timestamp": 1}
DATASET = {"name": "d", "digest": "1", "source_type": "local", "source": "{}"}
TWICE = [{"key": "a", "value": "1"}, {"key": "a", "value": "2"}]
HUGE = "9" * 30
BULK = "/ajax-api/2.0/mlflow/metrics/get-history-bulk"

Said = tuple[int, str | None]

LINES: list[tuple[str, dict[str, Any], Said, Said]] = [
    # Fields of the wrong type
    ("runs/create", {"start_time": 1.5}, OK, INVALID),
    ("runs/create", {"start_time": True}, OK, INVALID),
    ("runs/create", {"start_time": 2**63}, OK, INVALID),
    ("runs/create", {"user_id": 5}, OK, INVALID),
    ("runs/create", {"tags": "x"}, OK, INVALID),
    ("runs/create", {"tags": [{"key": "a", "value": 5}]}, OK, INVALID),
    ("runs/update", {"status": "NOPE"}, OK, INVALID),
    ("runs/update", {"status": "finished"}, OK, INVALID),
    ("runs/update", {"end_time": 1.5}, OK, INVALID),
    ("runs/log-metric", {**POINT, "value": True}, OK, INVALID),
    ("runs/log-metric", {**POINT, "step": 1.5}, OK, INVALID),
    ("runs/log-metric", {**POINT, "timestamp": 2**63}, OK, INVALID),
    ("runs/log-batch", {"metrics": [{**POINT, "value": "x"}]}, OK, INVALID),
    ("runs/log-batch", {"params": [{"key": "a", "value": 5}]}, OK, INVALID),
    ("runs/outputs", {"models": [{"model_id": "m", "step": "x"}]}, OK, INVALID),
    ("runs/search", {"run_view_type": "NOPE"}, OK, INVALID),
    ("runs/search", {"experiment_ids": [5]}, OK, INVALID),
    ("runs/search", {"max_results": 1.5}, OK, INVALID),
    ("runs/search", {"page_token": 5}, OK, INVALID),
    ("experiments/search", {"view_type": "NOPE", "max_results": 1}, OK, INVALID),
    # What makes the stock server fail
    ("runs/log-metric", {**POINT, "value": [1]}, CRASH, INVALID),
    ("runs/log-metric", {**POINT, "step": []}, CRASH, INVALID),
    ("runs/log-batch", {"metrics": None}, CRASH, OK),
    ("runs/log-batch", {"metrics": [5]}, CRASH, INVALID),
    ("runs/log-model", {"model_json": "[]"}, CRASH, INVALID),
    ("runs/search", {"max_results": None}, CRASH, OK),
    ("experiments/get", {"experiment_id": HUGE}, INTERNAL, ABSENT),
    ("runs/search", {"order_by": ["metrics.a", "metrics.a"]}, INTERNAL, INVALID),
    (BULK, {"metric_key": "m", "max_results": "x"}, CRASH, INVALID),
    # Experiments
    ("experiments/create", {"name": "  "}, OK, INVALID),
    ("experiments/create", {"name": "with twice", "tags": TWICE}, TAKEN, OK),
    ("experiments/update", {"new_name": "Default"}, BAD, TAKEN),
    ("experiments/get", {"experiment_id": " 0"}, OK, INVALID),
    ("experiments/search", {}, INVALID, OK),
    # Artifact locations
    *(
        (
            "experiments/create",
            {"name": f"at {place}", "artifact_location": place},
            theirs,
            ours,
        )
        for place, theirs, ours in (
            ("/tmp/x", OK, INVALID),
            ("relative/x", OK, INVALID),
            ("file:///tmp/x", OK, INVALID),
            ("s3://bucket/x?y=1", OK, INVALID),
            ("s3://bucket/../x", OK, INVALID),
            ("dbfs:/x", OK, INVALID),
            ("hdfs://host/x", INVALID, OK),
            ("abfss://container@host/x", INVALID, OK),
        )
    ),
    # Runs, parameters and tags
    ("runs/create", {"experiment_id": None}, BAD, OK),
    ("runs/create", {"start_time": -1}, OK, INVALID),
    ("runs/create", {"run_name": "n" * 251}, OK, INVALID),
    ("runs/create", {"tags": TWICE}, BAD, OK),
    ("runs/create", {"tags": [{"value": "x"}]}, OK, INVALID),
    ("runs/create", {"tags": [{"key": "k" * 251}]}, OK, INVALID),
    ("runs/update", {"run_name": "n" * 251}, OK, INVALID),
    ("runs/delete", {"run_id": None, "run_uuid": "@run"}, ABSENT, OK),
    ("runs/log-batch", {"run_id": None, "run_uuid": "@run"}, INVALID, OK),
    ("runs/log-metric", {**POINT, "key": "a\n"}, OK, INVALID),
    ("runs/log-parameter", {"key": "a", "value": "\0"}, OK, INVALID),
    ("runs/set-tag", {"key": "a", "value": "\ud800"}, OK, INVALID),
    # Metrics
    ("metrics/get-history", {"run_id": "nobody", "metric_key": "m"}, OK, ABSENT),
    (BULK, {"metric_key": "m", "max_results": 0}, OK, INVALID),
    (BULK, {"metric_key": ""}, OK, INVALID),
    # Datasets and models
    ("runs/log-inputs", {"datasets": [{}]}, OK, INVALID),
    ("runs/log-inputs", {"datasets": [{"dataset": {"name": "d"}}]}, OK, INVALID),
    ("runs/log-inputs", {"datasets": [{"dataset": DATASET, "tags": TWICE}]}, BAD, OK),
    ("runs/log-inputs", {"models": [{}]}, OK, INVALID),
    ("runs/outputs", {"models": [{}]}, OK, INVALID),
    # Search
    ("runs/search", {"filter": "metrics.a = 1 AND"}, OK, INVALID),
    ("runs/search", {"filter": "AND"}, OK, INVALID),
    ("runs/search", {"filter": "run_id = 'a' OR run_id = 'b'"}, INVALID, OK),
    ("runs/search", {"filter": "max(metrics.a) > 1"}, INVALID, OK),
    ("runs/search", {"order_by": ["`run name`"]}, INVALID, OK),
    ("experiments/search", {"filter": "name like 'a'", "max_results": 1}, INVALID, OK),
]
GETS = ("experiments/get", "metrics/get-history", BULK)


@pytest.mark.parametrize(
    ("path", "given", "theirs", "ours"),
    [pytest.param(*line, id=name_of(line[:2])) for line in LINES],
)
def test_the_answers_differ_as_is_documented(
    sides: Sides,
    experiment: str,
    run: str,
    path: str,
    given: dict[str, Any],
    theirs: Said,
    ours: Said,
) -> None:
    text = {"@run": run}
    fields = {
        **defaults(path, experiment, run),
        **{key: text.get(str(value), value) for key, value in given.items()},
    }

    answers = sides.apart("GET" if path in GETS else "POST", path, fields)

    assert [(answer.status, answer.code) for answer in answers] == [theirs, ours]


def defaults(path: str, experiment: str, run: str) -> dict[str, Any]:
    """What a right request would have besides."""
    if path in ("runs/create", "experiments/update"):
        return {"experiment_id": experiment}
    if path == "runs/search":
        return {"experiment_ids": ["0"]}
    if path.startswith("experiments/"):
        return {}
    return {"run_id": run}


def latest(sides: Sides, run: str) -> list[Any]:
    answers = sides.apart("GET", "runs/get", {"run_id": run})
    return [answer.body["run"]["data"]["metrics"][0]["value"] for answer in answers]


@pytest.mark.parametrize(
    ("sent", "theirs", "ours"),
    [
        ("Infinity", 1.7976931348623157e308, "Infinity"),
        ("-Infinity", -1.7976931348623157e308, "-Infinity"),
    ],
)
def test_infinities_come_back_as_they_were_sent(
    sides: Sides, run: str, sent: str, theirs: float, ours: str
) -> None:
    sides.do("runs/log-metric", run_id=run, key="m", value=sent, timestamp=1)

    assert latest(sides, run) == [theirs, ours]


def test_a_bare_nan_in_a_batch_does_not_spoil_it(sides: Sides, run: str) -> None:
    """Python's json module writes NaN without quotes."""
    point = {"key": "m", "value": float("nan"), "timestamp": 5, "step": 5}

    sides.do("runs/log-batch", run_id=run, metrics=[point])

    assert latest(sides, run) == [0.0, "NaN"]


def test_nan_is_the_largest_value_of_a_step(sides: Sides, run: str) -> None:
    for value in ("NaN", 4.0):
        sides.do("runs/log-metric", run_id=run, key="m", value=value, timestamp=1)

    assert latest(sides, run) == [4.0, "NaN"]


def test_minus_zero_keeps_its_sign(sides: Sides, run: str) -> None:
    sides.do("runs/log-metric", run_id=run, key="m", value=-0.0, timestamp=1)

    assert [str(value) for value in latest(sides, run)] == ["0.0", "-0.0"]


def test_a_run_without_a_start_began_now(sides: Sides, experiment: str) -> None:
    answers = sides.apart("POST", "runs/create", {"experiment_id": experiment})

    starts = [answer.body["run"]["info"]["start_time"] for answer in answers]
    assert starts == [0, "<now>"]


def test_letters_beyond_ascii_have_case_too(sides: Sides) -> None:
    experiment = sides.experiment()
    run = sides.run(experiment, tags=[{"key": "t", "value": "É"}])
    asked = {"experiment_ids": [experiment], "filter": "tags.t ILIKE 'é'"}

    theirs, ours = sides.apart("POST", "runs/search", asked)

    assert theirs.body == {}
    assert [found["info"]["run_id"] for found in ours.body["runs"]] == [run]


def test_the_step_of_an_output_can_be_moved(sides: Sides, run: str) -> None:
    output = {"run_id": run, "models": [{"model_id": "m-1", "step": 1}]}
    sides.do("runs/outputs", **output)

    theirs, ours = sides.apart("POST", "runs/outputs", output)

    assert (theirs.code, ours.status) == ("BAD_REQUEST", 200)
