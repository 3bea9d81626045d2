"""Runs, their parameters and tags: the stock server's answers and ours."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.conformance.cases import cases
from tests.conformance.sides import Sides

MODEL = {
    "artifact_path": "model",
    "flavors": {"python_function": {"loader_module": "x", "config": {"a": 1}}},
    "utc_time_created": "2024-01-01 00:00:00.0",
    "run_id": "abc",
    "model_uuid": "u",
    "mlflow_version": "2.22.0",
    "model_size_bytes": 5,
}
CHANGES: dict[str, dict[str, Any]] = {
    "runs/update": {"status": "RUNNING"},
    "runs/delete": {},
    "runs/restore": {},
    "runs/log-metric": {"key": "m", "value": 1, "timestamp": 1},
    "runs/log-parameter": {"key": "p", "value": "1"},
    "runs/set-tag": {"key": "t", "value": "1"},
    "runs/delete-tag": {"key": "t"},
    "runs/log-batch": {},
    "runs/log-inputs": {},
    "runs/outputs": {"models": [{"model_id": "m-1", "step": 1}]},
    "runs/log-model": {"model_json": json.dumps(MODEL)},
}
KEYS = cases(
    *(
        None,
        "",
        5,
        "a" * 250,
        "a" * 251,
        "a/b",
        "/a",
        "a/",
        "a//b",
        "a/../b",
        "..",
        ".",
    ),
    *("..a", "./a", "a b:c-d_e.f", "é", "漢字", "a&b", "a\tb", " ", "☃"),
)


@pytest.mark.parametrize(
    "given",
    cases(
        {},
        {"run_name": None},
        {"run_name": ""},
        {"run_name": " "},
        {"run_name": "r" * 250},
        {"start_time": "5"},
        {"start_time": 0},
        {"start_time": 1.0},
        {"start_time": 1e3},
        {"start_time": 2**63 - 1},
        {"start_time": "9223372036854775807"},
        {"user_id": "ada"},
        {"user_id": "u" * 256},
        {"tags": None},
        {"tags": []},
        {"tags": [{"key": "a", "value": "b"}]},
        {"tags": [{"key": "a", "value": None}]},
        {"tags": [{"key": "a"}]},
        {"tags": [{"key": "a & b ☃", "value": "b"}]},
        {"tags": [{"key": "mlflow.user", "value": "bob"}]},
        {"tags": [{"key": "mlflow.parentRunId", "value": "x"}]},
        {"tags": [{"key": "k", "value": "x" * 8_000}]},
        {"tags": [{"key": f"k{i}", "value": "x"} for i in range(150)]},
        {"run_name": "n", "tags": [{"key": "mlflow.runName", "value": "n"}]},
        {"run_name": None, "tags": [{"key": "mlflow.runName", "value": "n"}]},
        {"status": "FINISHED", "unknown": 1},
    ),
)
def test_a_run_is_made_alike(
    sides: Sides, experiment: str, given: dict[str, Any]
) -> None:
    sides.seen(sides.run(experiment, **given))


@pytest.mark.parametrize(
    "given",
    cases(
        {"experiment_id": "x"},
        {"experiment_id": "999999"},
        {"start_time": "x"},
        {"start_time": ""},
        {"run_name": 5},
        {"run_name": "a", "tags": [{"key": "mlflow.runName", "value": "b"}]},
    ),
)
def test_a_wrong_run_is_refused_alike(
    sides: Sides, experiment: str, given: dict[str, Any]
) -> None:
    asked = {"experiment_id": experiment, **given}
    assert sides.same("POST", "runs/create", asked).status >= 400


@pytest.mark.parametrize(
    "run_id", cases(None, "", 5, ["x"], "nope", "a b/../c", "x" * 300, "é", "@run0x")
)
@pytest.mark.parametrize("path", CHANGES)
def test_a_wrong_run_id_is_refused_alike(
    sides: Sides, run: str, path: str, run_id: Any
) -> None:
    if run_id == "@run0x":
        run_id = f"{run}x"
    answer = sides.same("POST", path, {**CHANGES[path], "run_id": run_id})
    assert answer.status in (400, 404)


@pytest.mark.parametrize("path", CHANGES)
def test_a_run_id_is_missing_alike(sides: Sides, path: str) -> None:
    assert sides.same("POST", path, CHANGES[path]).status == 400


@pytest.mark.parametrize("path", ["log-metric", "log-parameter", "set-tag", "update"])
def test_the_old_name_of_the_run_id_is_understood_alike(
    sides: Sides, run: str, path: str
) -> None:
    sides.do(f"runs/{path}", run_uuid=run, **CHANGES[f"runs/{path}"])
    sides.same("GET", "runs/get", {"run_uuid": run})


@pytest.mark.parametrize("query", cases({}, {"run_id": ""}, {"run_id": "nope"}))
def test_a_run_is_missed_alike(sides: Sides, query: dict[str, Any]) -> None:
    assert sides.same("GET", "runs/get", query).status in (400, 404)


@pytest.mark.parametrize(
    "change",
    cases(
        {},
        *({"status": status} for status in (None, ["FINISHED"], 1, 3, "3")),
        *({"status": s} for s in ("FINISHED", "FAILED", "KILLED", "SCHEDULED")),
        *({"end_time": end} for end in (None, "", "x", 5_000, "6000", -5, 7.0)),
        *({"run_name": name} for name in (None, "", " ", 5, "new", "n" * 250)),
        {"status": "FINISHED", "end_time": 8_000, "run_name": "all"},
        {"experiment_id": "5"},
    ),
)
def test_a_run_is_updated_alike(sides: Sides, run: str, change: dict[str, Any]) -> None:
    sides.do("runs/update", run_id=run, status="FAILED", end_time=4_000)

    sides.same("POST", "runs/update", {"run_id": run, **change})

    sides.seen(run)


def test_a_deleted_run_can_be_read_but_not_changed_alike(
    sides: Sides, run: str
) -> None:
    sides.do("runs/log-metric", run_id=run, **CHANGES["runs/log-metric"])
    sides.do("runs/delete", run_id=run)

    for path, change in CHANGES.items():
        if path != "runs/restore":
            sides.same("POST", path, {"run_id": run, **change})
    assert sides.seen(run)["info"]["lifecycle_stage"] == "deleted"
    sides.same("GET", "metrics/get-history", {"run_id": run, "metric_key": "m"})
    for _ in range(2):
        sides.do("runs/restore", run_id=run)
    assert sides.seen(run)["info"]["lifecycle_stage"] == "active"


@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize("path", ["runs/log-parameter", "runs/set-tag"])
def test_a_key_is_judged_alike(sides: Sides, run: str, path: str, key: Any) -> None:
    sides.same("POST", path, {"run_id": run, "key": key, "value": "v"})

    sides.seen(run)
    sides.same("POST", "runs/delete-tag", {"run_id": run, "key": key})


@pytest.mark.parametrize(
    "value", cases(None, "", 5, True, [1], "line\nbreak\t☃", "v" * 6_001, "v" * 8_001)
)
@pytest.mark.parametrize("path", ["runs/log-parameter", "runs/set-tag"])
def test_a_value_is_judged_alike(sides: Sides, run: str, path: str, value: Any) -> None:
    sides.same("POST", path, {"run_id": run, "key": "k", "value": value})

    sides.seen(run)


@pytest.mark.parametrize("path", ["runs/log-parameter", "runs/set-tag"])
def test_a_missing_value_is_an_empty_one_alike(
    sides: Sides, run: str, path: str
) -> None:
    sides.do(path, run_id=run, key="k")
    sides.do(path, run_id=run, key="k", value="")
    sides.same("POST", path, {"run_id": run, "key": "k", "value": "other"})

    sides.seen(run)


@pytest.mark.parametrize("second", ["1", "2", "", "v" * 6_001])
@pytest.mark.parametrize("first", ["1", "v" * 6_000])
def test_a_parameter_is_written_once_alike(
    sides: Sides, run: str, first: str, second: str
) -> None:
    sides.do("runs/log-parameter", run_id=run, key="p", value=first)

    sides.same(
        "POST", "runs/log-parameter", {"run_id": run, "key": "p", "value": second}
    )

    sides.seen(run)


@pytest.mark.parametrize("name", cases("renamed", "", " ", "n" * 249))
def test_the_name_follows_its_tag_alike(sides: Sides, run: str, name: str) -> None:
    tag = {"key": "mlflow.runName", "value": name}

    sides.do("runs/set-tag", run_id=run, **tag)
    sides.seen(run)
    sides.do("runs/log-batch", run_id=run, tags=[{**tag, "value": f"{name}2"}])
    sides.seen(run)
    sides.do("runs/log-batch", run_id=run, tags=[tag])
    sides.seen(run)
    sides.do("runs/update", run_id=run, run_name="by update")
    assert sides.seen(run)["data"]["tags"] == [{**tag, "value": "by update"}]


@pytest.mark.parametrize(
    "model",
    cases(
        *(None, "", "x", "{}"),
        json.dumps(MODEL),
        json.dumps({**MODEL, "flavors": {}}),
        json.dumps({key: MODEL[key] for key in MODEL if key != "flavors"}),
    ),
)
def test_a_model_of_older_clients_is_noted_alike(
    sides: Sides, run: str, model: Any
) -> None:
    for _ in range(2):
        sides.same("POST", "runs/log-model", {"run_id": run, "model_json": model})

    sides.seen(run)
