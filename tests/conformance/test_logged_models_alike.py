"""Logged models: the stock server's answers and ours."""

from __future__ import annotations

from typing import Any

import pytest

from tests.conformance.cases import cases
from tests.conformance.sides import Sides

PAIR = [{"key": "a", "value": "1"}]
# What each call on one model is sent, beside the model's id in its path.
CALLS: dict[str, tuple[str, dict[str, Any]]] = {
    "": ("PATCH", {"model_id": "@", "status": "LOGGED_MODEL_READY"}),
    "/tags": ("PATCH", {"tags": PAIR}),
    "/params": ("POST", {"model_id": "@", "params": PAIR}),
    "/tags/a": ("DELETE", {}),
    "/artifacts/directories": ("GET", {}),
}


@pytest.fixture
def model(sides: Sides, experiment: str) -> str:
    """A logged model of the test's own."""
    return sides.model(experiment)


def seen(sides: Sides, model: str) -> Any:
    """A model as everyone shows it, deleted or not."""
    asked = {"allow_deleted": "true"}
    return sides.same("GET", f"logged-models/{model}", asked).body["model"]


def call(sides: Sides, model: str, path: str) -> Any:
    method, fields = CALLS[path]
    sent = {name: model if one == "@" else one for name, one in fields.items()}
    return sides.same(method, f"logged-models/{model}{path}", sent)


@pytest.mark.parametrize(
    "given",
    cases(
        {},
        *({"name": name} for name in ("", None, "a", " ", "é ☃", "a\\b", "x" * 500)),
        *({"model_type": kind} for kind in ("", None, "classifier")),
        *({"source_run_id": run} for run in ("", None, "f" * 32, "nobodys")),
        *({"params": params} for params in (None, [], PAIR, [{"key": "a"}])),
        *({"tags": tags} for tags in (None, [], PAIR, [{"key": "a b:c/é"}])),
        {"params": [{"key": f"k{n}", "value": str(n)} for n in range(120)]},
        {"status": "LOGGED_MODEL_READY", "unknown": 5},
    ),
)
def test_a_model_is_made_alike(
    sides: Sides, experiment: str, given: dict[str, Any]
) -> None:
    model = sides.model(experiment, **given)

    assert seen(sides, model)["info"]["status"] == "LOGGED_MODEL_PENDING"


@pytest.mark.parametrize(
    "given",
    cases(
        *({"experiment_id": id} for id in (None, "", "abc", "1.5", "999999", 0, ["0"])),
        *({"name": name} for name in ("a/b", "a:b", "a.b", "a%b", 'a"b', "a'b", 5)),
        {"model_type": 5},
        {"source_run_id": 5},
        {"params": "x"},
        {"tags": "x"},
    ),
)
def test_a_wrong_model_is_refused_alike(sides: Sides, given: dict[str, Any]) -> None:
    answer = sides.same("POST", "logged-models", {"experiment_id": "0", **given})

    assert answer.status in (400, 404)


def test_a_model_lies_alike_where_its_experiment_says(sides: Sides) -> None:
    for location in ("s3://bucket/path", "mlflow-artifacts:/team/a"):
        experiment = sides.experiment(artifact_location=location)
        info = seen(sides, sides.model(experiment))["info"]
        assert info["artifact_uri"].startswith(f"{location}/models/")


@pytest.mark.parametrize(
    "status",
    cases(
        *("LOGGED_MODEL_READY", "LOGGED_MODEL_UPLOAD_FAILED", "LOGGED_MODEL_PENDING"),
        *(1, 2, 3, "1", "2", "3", None, ""),
    ),
)
def test_a_model_is_finished_alike(sides: Sides, model: str, status: Any) -> None:
    sides.same("PATCH", f"logged-models/{model}", {"model_id": model, "status": status})

    seen(sides, model)


def test_a_status_is_missed_alike(sides: Sides, model: str) -> None:
    for fields in ({"model_id": model}, {}):
        assert sides.same("PATCH", f"logged-models/{model}", fields).status == 400


@pytest.mark.parametrize(
    "params",
    cases(
        *(None, [], "x", 5, PAIR, [{"key": "b"}], [{"key": "b", "value": ""}]),
        [{"key": "a", "value": "2"}],
        [{"key": "k" * 255, "value": "v" * 10_000}],
        [{"key": "//", "value": "☃"}, {"key": "a b:c/é", "value": "1"}],
    ),
)
def test_parameters_are_logged_alike(
    sides: Sides, experiment: str, params: Any
) -> None:
    model = sides.model(experiment, params=[{"key": "old", "value": "1"}])
    fields = {"model_id": model, "params": params}

    sides.same("POST", f"logged-models/{model}/params", fields)

    seen(sides, model)


def test_a_parameter_is_not_changed_alike(sides: Sides, experiment: str) -> None:
    model = sides.model(experiment, params=PAIR)
    more = [{"key": "b", "value": "1"}, {"key": "a", "value": "2"}]
    fields = {"model_id": model, "params": more}

    answer = sides.same("POST", f"logged-models/{model}/params", fields)

    assert answer.code == "BAD_REQUEST"
    assert seen(sides, model)["data"]["params"] == PAIR


@pytest.mark.parametrize(
    "tags",
    cases(
        *(None, [], "x", 5, PAIR, [{"key": "b"}], [{"key": "old", "value": "2"}]),
        [{"key": "k" * 255, "value": "v" * 10_000}],
        [{"key": "w", "value": "1"}, {"key": "w", "value": "2"}],
        [{"key": "//", "value": "☃"}, {"key": "mlflow.user", "value": "x"}],
    ),
)
def test_tags_are_set_alike(sides: Sides, experiment: str, tags: Any) -> None:
    model = sides.model(experiment, tags=[{"key": "old", "value": "1"}])

    sides.same("PATCH", f"logged-models/{model}/tags", {"tags": tags})

    seen(sides, model)


@pytest.mark.parametrize("key", ["a", "b c", "é", "nothing", "mlflow.user", "%41"])
def test_a_tag_is_removed_alike(sides: Sides, experiment: str, key: str) -> None:
    keys = ("a", "b c", "é", "mlflow.user")
    model = sides.model(experiment, tags=[{"key": one, "value": "1"} for one in keys])

    for _ in range(2):
        sides.same("DELETE", f"logged-models/{model}/tags/{key}", {})

    seen(sides, model)


@pytest.mark.parametrize("model", ["m-none", "m-" + "0" * 32, "x", "-", "a b", "é"])
@pytest.mark.parametrize("path", CALLS)
def test_a_model_is_unknown_alike(sides: Sides, path: str, model: str) -> None:
    assert call(sides, model, path).status == 404
    assert sides.same("DELETE", f"logged-models/{model}", {}).status == 404
    assert sides.same("GET", f"logged-models/{model}").status == 404


def test_a_deleted_model_is_there_alike(sides: Sides, experiment: str) -> None:
    model = sides.model(experiment, tags=PAIR)
    for _ in range(2):
        assert sides.same("DELETE", f"logged-models/{model}", {}).status == 200

    assert sides.same("GET", f"logged-models/{model}").status == 404
    for word in ("true", "True", "TRUE", "false", "", "yes", "1"):
        sides.same("GET", f"logged-models/{model}", {"allow_deleted": word})
    for path in CALLS:
        call(sides, model, path)
    assert seen(sides, model)["info"]["status"] == "LOGGED_MODEL_READY"


def test_a_deleted_experiments_models_are_there_alike(sides: Sides) -> None:
    experiment = sides.experiment()
    model = sides.model(experiment)
    sides.do("experiments/delete", experiment_id=experiment)

    new = {"experiment_id": experiment, "name": "x"}
    assert sides.same("POST", "logged-models", new).status == 400
    assert sides.same("GET", f"logged-models/{model}").status == 200
    asked = {"experiment_ids": [experiment]}
    found = sides.same("POST", "logged-models/search", asked).body["models"]
    assert len(found) == 1
    for path in CALLS:
        call(sides, model, path)
    sides.do("experiments/restore", experiment_id=experiment)
    seen(sides, model)


@pytest.mark.parametrize(
    "path", ["", "a", "a/", "../x", "/x", "a/../x", "é", "x.txt/y"]
)
def test_files_are_listed_alike(sides: Sides, experiment: str, path: str) -> None:
    model = sides.model(experiment)
    uri = f"mlflow-artifacts/artifacts/{experiment}/models/{model}/artifacts"
    for name in ("x.txt", "a/y.txt", "a/b/z.txt"):
        url = f"/api/2.0/{uri}/{name}"
        stored = sides.apart("PUT", url, {}, data=b"x")
        assert [answer.status for answer in stored] == [200, 200]

    asked = {"artifact_directory_path": path}
    sides.same("GET", f"logged-models/{model}/artifacts/directories", asked)

    file = f"/ajax-api/2.0/mlflow/logged-models/{model}/artifacts/files"
    sides.same("GET", file, {"artifact_file_path": "a/y.txt"})


def measured(sides: Sides, run: str, model: str, **changed: Any) -> Any:
    point = {"key": "m", "value": 1.5, "timestamp": 1, "step": 0, "model_id": model}
    answer = sides.same("POST", "runs/log-metric", {"run_id": run, **point, **changed})
    seen(sides, model)
    return answer


@pytest.mark.parametrize(
    "changed",
    cases(
        *({}, {"key": "a/b"}, {"step": -3}, {"value": -1e300}, {"timestamp": 0}),
        {"dataset_name": "d", "dataset_digest": "x"},
        *({"dataset_name": "d"}, {"dataset_digest": "x"}, {"dataset_name": ""}),
        *({"model_id": ""}, {"model_id": None}, {"model_id": "m-nobodys"}),
        *({"key": ""}, {"value": "x"}, {"run_id": "nobodys"}),
    ),
)
def test_a_point_is_kept_with_its_model_alike(
    sides: Sides, run: str, model: str, changed: dict[str, Any]
) -> None:
    for _ in range(2):
        measured(sides, run, model, **changed)

    sides.seen(run)


def test_points_come_back_alike(sides: Sides, experiment: str, model: str) -> None:
    for number in range(2):
        run = sides.run(experiment)
        points = [
            {"key": key, "value": value, "timestamp": time, "step": number}
            for time, (key, value) in enumerate((("a", 1.0), ("b", 2.0), ("a", 3.0)))
        ]
        named = [{**point, "model_id": model} for point in points]
        on = {"dataset_name": "d", "dataset_digest": "x"}
        more = [{**named[0], **on, "timestamp": 9}, {**points[1], "key": "c"}]
        sides.do("runs/log-batch", run_id=run, metrics=[*named, *more])
        sides.seen(run)

    assert len(seen(sides, model)["data"]["metrics"]) == 8


def test_a_deleted_model_or_run_is_measured_alike(
    sides: Sides, run: str, model: str
) -> None:
    sides.same("DELETE", f"logged-models/{model}", {})
    assert measured(sides, run, model).status == 200
    sides.do("runs/delete", run_id=run)
    assert measured(sides, run, model, step=2).status == 400
