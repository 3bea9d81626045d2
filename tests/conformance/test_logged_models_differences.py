"""What docs/differences.md says of logged models: both answers, and that they differ.

A line that is no longer true of the stock server fails here too.
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.conformance.cases import name_of
from tests.conformance.sides import Sides
from tests.conformance.test_differences import BAD, CRASH, INTERNAL, INVALID, OK, Said

PAGE = (404, None)
NEW = "logged-models"
SEARCH = "logged-models/search"
PAIR = [{"key": "a", "value": "1"}]
TWICE = [{"key": "b", "value": "1"}, {"key": "b", "value": "2"}]
POINT = {"key": "m", "value": 1.0, "timestamp": 1, "model_id": "@model"}
ON = {"dataset_name": "d", "dataset_digest": "x"}

# "@model" is a model with the parameter a=1 and the tag a/b, and with POINT measured.
LINES: list[tuple[str, str, dict[str, Any], Said, Said]] = [
    ("POST", NEW, {"name": "n" * 501}, OK, INVALID),
    ("POST", NEW, {"params": [{"key": "k" * 256, "value": "x"}]}, OK, INVALID),
    ("POST", NEW, {"params": [{"value": "x"}]}, OK, INVALID),
    ("POST", NEW, {"params": [{"key": "a", "value": 5}]}, OK, INVALID),
    ("POST", NEW, {"tags": [{"key": "", "value": "x"}]}, OK, INVALID),
    ("POST", NEW, {"source_run_id": "a b"}, OK, INVALID),
    ("POST", NEW, {"params": TWICE}, BAD, INVALID),
    ("POST", NEW, {"tags": TWICE}, BAD, OK),
    ("POST", f"{NEW}/@model/params", {"model_id": "@model", "params": PAIR}, BAD, OK),
    ("POST", f"{NEW}/@model/params", {"params": PAIR}, INVALID, OK),
    ("POST", f"{NEW}/@model/params", {"model_id": "@other"}, OK, INVALID),
    ("PATCH", f"{NEW}/@model", {"model_id": "@model", "status": "X"}, OK, INVALID),
    ("PATCH", f"{NEW}/@model", {"model_id": "@model", "status": 0}, OK, INVALID),
    ("PATCH", f"{NEW}/@model", {"model_id": "@model", "status": 9}, OK, INVALID),
    ("PATCH", f"{NEW}/@model", {"status": "LOGGED_MODEL_READY"}, INVALID, OK),
    ("PATCH", f"{NEW}/@model", {"model_id": "@other", "status": 2}, OK, INVALID),
    ("DELETE", f"{NEW}/@model/tags/a/b", {}, PAGE, OK),
    ("POST", "runs/log-metric", {**POINT, "value": 2.0}, BAD, OK),
    ("POST", "runs/log-metric", {**POINT, **ON}, BAD, OK),
    ("POST", SEARCH, {"filter": "experiment_id = '0'"}, OK, INVALID),
    ("POST", SEARCH, {"filter": "lifecycle_stage = 'active'"}, OK, INVALID),
    ("POST", SEARCH, {"filter": "metrics.m = 'x'"}, INTERNAL, INVALID),
    ("POST", SEARCH, {"filter": "nope = 'x'"}, INTERNAL, INVALID),
    ("POST", SEARCH, {"filter": "name = a"}, OK, INVALID),
    ("POST", SEARCH, {"filter": "params.a = 1"}, OK, INVALID),
    ("POST", SEARCH, {"filter": "name = 'a' OR name = 'b'"}, INVALID, OK),
    ("POST", SEARCH, {"filter": "params.a IS NULL"}, INVALID, OK),
    ("POST", SEARCH, {"order_by": [{"field_name": "experiment_id"}]}, OK, INVALID),
    ("POST", SEARCH, {"order_by": [{"field_name": "metrics."}]}, OK, INVALID),
    ("POST", SEARCH, {"order_by": [{"field_name": "metrics"}]}, INTERNAL, INVALID),
    ("POST", SEARCH, {"max_results": 0}, OK, INVALID),
    ("POST", SEARCH, {"max_results": -1}, OK, INVALID),
    ("POST", SEARCH, {"max_results": 50_001}, OK, INVALID),
    ("POST", SEARCH, {"max_results": 1.5}, OK, INVALID),
    ("POST", SEARCH, {"page_token": "x"}, CRASH, INVALID),
    ("POST", SEARCH, {"experiment_ids": ["9" * 30]}, INTERNAL, OK),
]


@pytest.mark.parametrize(
    ("method", "path", "given", "theirs", "ours"),
    [pytest.param(*line, id=name_of(line[:3])) for line in LINES],
)
def test_the_answers_differ_as_is_documented(
    sides: Sides,
    experiment: str,
    run: str,
    method: str,
    path: str,
    given: dict[str, Any],
    theirs: Said,
    ours: Said,
) -> None:
    tags = [{"key": "a/b", "value": "1"}]
    model = sides.model(experiment, params=PAIR, tags=tags)
    other = sides.model(experiment)
    sides.do("runs/log-metric", run_id=run, **{**POINT, "model_id": model})
    meant = {"@model": model, "@other": other}
    fields = {
        **defaults(path, experiment, run),
        **{key: meant.get(str(value), value) for key, value in given.items()},
    }

    answers = sides.apart(method, path.replace("@model", model), fields)

    assert [(answer.status, answer.code) for answer in answers] == [theirs, ours]


def defaults(path: str, experiment: str, run: str) -> dict[str, Any]:
    """What a right request would have besides."""
    if path == NEW:
        return {"experiment_id": experiment}
    if path == SEARCH:
        return {"experiment_ids": [experiment]}
    return {"run_id": run} if path == "runs/log-metric" else {}


def seen(sides: Sides, model: str) -> tuple[Any, Any]:
    """A model as the stock server and as we show it."""
    theirs, ours = sides.apart("GET", f"logged-models/{model}")
    return theirs.body["model"], ours.body["model"]


@pytest.mark.parametrize(
    ("sent", "theirs"), [("NaN", 0.0), ("Infinity", 1.7976931348623157e308)]
)
def test_what_is_no_number_stays_what_it_is(
    sides: Sides, experiment: str, run: str, sent: str, theirs: float
) -> None:
    model = sides.model(experiment)
    point = {**POINT, "model_id": model, "value": sent}

    sides.do("runs/log-metric", run_id=run, **point)

    found = [shown["data"]["metrics"][0]["value"] for shown in seen(sides, model)]
    assert found == [theirs, sent]


def test_a_batch_with_an_unknown_model_is_all_or_nothing(
    sides: Sides, run: str
) -> None:
    points = [{**POINT, "model_id": "m-nobodys"}]

    refused = sides.same("POST", "runs/log-batch", {"run_id": run, "metrics": points})
    shown = sides.apart("GET", "runs/get", {"run_id": run})

    assert refused.code == "BAD_REQUEST"
    data = [answer.body["run"]["data"] for answer in shown]
    assert [len(one.get("metrics", [])) for one in data] == [1, 0]


def test_a_dataset_without_a_digest_means_any(
    sides: Sides, experiment: str, run: str
) -> None:
    model = sides.model(experiment)
    sides.do("runs/log-metric", run_id=run, **{**POINT, **ON, "model_id": model})
    name = {"filter": f"model_id = '{model}'", "datasets": [{"dataset_name": "d"}]}

    asked = {"experiment_ids": [experiment], **name}
    theirs, ours = sides.apart("POST", SEARCH, asked)

    assert theirs.body == {}
    assert len(ours.body["models"]) == 1


def test_a_status_is_searched_by_its_name(sides: Sides) -> None:
    experiment = sides.experiment()
    sides.model(experiment)
    asked = {"experiment_ids": [experiment], "filter": "status = 'PENDING'"}

    theirs, ours = sides.apart("POST", SEARCH, asked)

    assert theirs.body == {}
    assert len(ours.body["models"]) == 1


def test_a_model_knows_the_versions_made_from_it(sides: Sides, experiment: str) -> None:
    model = sides.model(experiment)
    name = f"made from {model[1:]}"
    assert sides.apart("POST", "registered-models/create", {"name": name})
    source = f"models:/{model}"
    made = {"name": name, "source": source, "model_id": model}
    assert sides.apart("POST", "model-versions/create", made)[1].status == 200

    theirs, ours = seen(sides, model)

    assert "registrations" not in theirs["info"]
    assert ours["info"]["registrations"] == [{"name": name, "version": "1"}]
