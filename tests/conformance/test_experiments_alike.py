"""Experiments: the stock server's answers and ours."""

from __future__ import annotations

from typing import Any

import pytest

from tests.conformance.cases import cases
from tests.conformance.sides import Sides

LONG = "v" * 20_000
IDS = cases(None, "", "abc", "a b", "1.5", "999999", 5, ["0"], {}, "../x", "a" * 65)
CHANGES = {
    "experiments/delete": {},
    "experiments/restore": {},
    "experiments/update": {"new_name": "another"},
    "experiments/set-experiment-tag": {"key": "k", "value": "v"},
    "experiments/delete-experiment-tag": {"key": "k"},
}


def get(sides: Sides, experiment: str) -> Any:
    answer = sides.same("GET", "experiments/get", {"experiment_id": experiment})
    return answer.body["experiment"]


@pytest.mark.parametrize(
    "given",
    cases(
        {},
        {"tags": None},
        {"tags": [{"key": "a", "value": "1"}]},
        {"tags": [{"key": "a"}]},
        {"tags": [{"key": "k" * 250, "value": "v" * 5_000}]},
        {"tags": [{"key": "a b:c-d_e.f/é", "value": "☃"}]},
        {"artifact_location": None},
        {"artifact_location": ""},
        {"artifact_location": "s3://bucket/path"},
        {"artifact_location": "s3://bucket/path/"},
        {"artifact_location": "gs://bucket/path"},
        {"artifact_location": "wasbs://container@host/path"},
        {"artifact_location": "mlflow-artifacts:/team/a"},
        {"unknown": 5},
    ),
)
def test_an_experiment_is_made_alike(sides: Sides, given: dict[str, Any]) -> None:
    experiment = sides.experiment(**given)

    get(sides, experiment)
    sides.seen(sides.run(experiment))


@pytest.mark.parametrize(
    "given",
    cases(
        *({"name": name} for name in (None, "", 5, True, ["a"], {}, "a" * 501)),
        {},
        {"name": "Default"},
        {"name": "n1", "tags": "x"},
        {"name": "n2", "tags": {}},
        {"name": "n3", "tags": [{}]},
        {"name": "n4", "tags": [{"value": "x"}]},
        {"name": "n5", "tags": [{"key": "", "value": "x"}]},
        {"name": "n6", "tags": [{"key": "k" * 251, "value": "x"}]},
        {"name": "n7", "tags": [{"key": "k", "value": LONG + "v"}]},
        {"name": "n8", "artifact_location": 5},
        {"name": "n9", "artifact_location": "s3://bucket/a#b"},
        {"name": "n10", "artifact_location": "http://host/path"},
        {"name": "n11", "artifact_location": "mlflow-artifacts://host/path"},
    ),
)
def test_a_wrong_experiment_is_refused_alike(
    sides: Sides, given: dict[str, Any]
) -> None:
    assert sides.same("POST", "experiments/create", given).status == 400


@pytest.mark.parametrize("experiment_id", IDS)
@pytest.mark.parametrize("path", CHANGES)
def test_a_wrong_id_is_refused_alike(
    sides: Sides, path: str, experiment_id: Any
) -> None:
    sides.same("POST", path, {**CHANGES[path], "experiment_id": experiment_id})


@pytest.mark.parametrize("path", CHANGES)
def test_an_id_is_missing_alike(sides: Sides, path: str) -> None:
    assert sides.same("POST", path, CHANGES[path]).status == 400


@pytest.mark.parametrize(
    ("path", "query"),
    [
        ("experiments/get", {}),
        ("experiments/get", {"experiment_id": ""}),
        ("experiments/get", {"experiment_id": "abc"}),
        ("experiments/get", {"experiment_id": "999999"}),
        ("experiments/get", {"experiment_id": "-1"}),
        ("experiments/get", {"experiment_id": "0"}),
        ("experiments/get", {"experiment_id": "00"}),
        ("experiments/get", {"experiment_id": ["0", "1"]}),
        ("experiments/get-by-name", {}),
        ("experiments/get-by-name", {"experiment_name": ""}),
        ("experiments/get-by-name", {"experiment_name": "never made"}),
        ("experiments/get-by-name", {"experiment_name": "Default"}),
        ("experiments/get-by-name", {"experiment_name": "default"}),
    ],
)
def test_an_experiment_is_found_alike(
    sides: Sides, path: str, query: dict[str, Any]
) -> None:
    sides.same("GET", path, query)


def test_a_deleted_experiment_is_there_alike(sides: Sides) -> None:
    experiment = sides.experiment(name="to be deleted")
    living, deleted = sides.run(experiment), sides.run(experiment)
    sides.do("runs/delete", run_id=deleted)

    sides.do("experiments/delete", experiment_id=experiment)

    again = {"experiment_id": experiment}
    assert sides.same("POST", "experiments/delete", again).status == 404
    assert get(sides, experiment)["lifecycle_stage"] == "deleted"
    by_name = {"experiment_name": "to be deleted"}
    assert sides.same("GET", "experiments/get-by-name", by_name).status == 200
    same_name = sides.same("POST", "experiments/create", {"name": "to be deleted"})
    assert same_name.code == "RESOURCE_ALREADY_EXISTS"
    for path in ("update", "set-experiment-tag", "delete-experiment-tag"):
        change = CHANGES[f"experiments/{path}"]
        sides.same("POST", f"experiments/{path}", {**again, **change})
    sides.same("POST", "runs/create", again)
    assert {
        sides.seen(run)["info"]["lifecycle_stage"] for run in (living, deleted)
    } == {"deleted"}


def test_an_experiment_comes_back_alike(sides: Sides) -> None:
    experiment = sides.experiment()
    living, deleted = sides.run(experiment), sides.run(experiment)
    sides.do("runs/delete", run_id=deleted)
    sides.do("experiments/delete", experiment_id=experiment)

    sides.do("experiments/restore", experiment_id=experiment)

    again = sides.same("POST", "experiments/restore", {"experiment_id": experiment})
    assert again.status == 404
    assert get(sides, experiment)["lifecycle_stage"] == "active"
    # Those deleted before come back too.
    assert {
        sides.seen(run)["info"]["lifecycle_stage"] for run in (living, deleted)
    } == {"active"}


@pytest.mark.parametrize(
    "name", cases(None, "", 5, ["a"], "a" * 501, "a" * 500, "renamed", "☃ renamed / x")
)
def test_an_experiment_is_renamed_alike(sides: Sides, name: Any) -> None:
    experiment = sides.experiment()
    change = {"experiment_id": experiment, "new_name": name}

    for _ in range(2):
        sides.same("POST", "experiments/update", change)

    get(sides, experiment)


@pytest.mark.parametrize(
    "tag",
    cases(
        {},
        {"value": "v"},
        {"key": "a"},
        {"key": "", "value": "v"},
        {"key": None, "value": "v"},
        {"key": 5, "value": "v"},
        {"key": "a", "value": None},
        {"key": "a", "value": ""},
        {"key": "a", "value": 5},
        {"key": "a", "value": True},
        {"key": "a", "value": {"x": 1}},
        {"key": "k" * 250, "value": "v"},
        {"key": "k" * 251, "value": "v"},
        {"key": "a", "value": LONG},
        {"key": "a", "value": LONG + "v"},
        {"key": "☃", "value": "v"},
        {"key": "//", "value": "v"},
        {"key": "a/../b", "value": "v"},
        {"key": "a b:c-d_e.f/é", "value": "☃"},
        {"key": "mlflow.note.content", "value": "# What it is"},
    ),
)
def test_a_tag_is_set_and_removed_alike(sides: Sides, tag: dict[str, Any]) -> None:
    experiment = sides.experiment()
    change = {"experiment_id": experiment, **tag}

    sides.same("POST", "experiments/set-experiment-tag", change)
    get(sides, experiment)
    change.pop("value", None)
    for _ in range(2):
        sides.same("POST", "experiments/delete-experiment-tag", change)
    get(sides, experiment)
