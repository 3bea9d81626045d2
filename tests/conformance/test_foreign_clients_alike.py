"""JSON as the R and Java clients write it: the stock server's answers and ours.

Neither client can run here. R turns every value into a text; Java's protocol buffers
write 64-bit integers as texts, name both `run_id` and `run_uuid`, and say a charset.
"""

from __future__ import annotations

from typing import Any

from tests.conformance.sides import Sides

JAVA = {"headers": {"Content-Type": "application/json;charset=UTF-8"}}
R = {"headers": {"Content-Type": "application/json"}}


def done(sides: Sides, path: str, how: dict[str, Any], **fields: Any) -> None:
    assert sides.same("POST", path, fields, **how).status == 200


def test_a_run_of_the_java_client_is_logged_alike(
    sides: Sides, experiment: str
) -> None:
    run = sides.run(experiment, start_time="1700000000000", user_id="ada")
    named = {"run_id": run, "run_uuid": run}

    point = {"key": "loss", "value": "NaN", "timestamp": "1700000000001", "step": "0"}
    done(sides, "runs/log-metric", JAVA, **named, **point)
    point = {"key": "loss", "value": 0.25, "timestamp": "1700000000002", "step": "7"}
    done(sides, "runs/log-batch", JAVA, run_id=run, metrics=[point])
    done(sides, "runs/log-parameter", JAVA, **named, key="depth", value="2")
    done(sides, "runs/set-tag", JAVA, **named, key="é", value="☃")
    ended = {"status": "FINISHED", "end_time": "1700000000009"}
    done(sides, "runs/update", JAVA, **named, **ended)

    assert sides.same("GET", "runs/get", named).body["run"]["info"]["end_time"] > 0
    asked = {**named, "metric_key": "loss"}
    assert len(sides.same("GET", "metrics/get-history", asked).body["metrics"]) == 2
    asked = {
        "experiment_ids": [experiment],
        "filter": "params.depth = '2'",
        "run_view_type": "ACTIVE_ONLY",
        "max_results": 10,
        "order_by": ["metrics.loss DESC"],
    }
    found = sides.same("POST", "runs/search", asked, **JAVA).body["runs"]
    assert run in [one["info"]["run_id"] for one in found]


def test_a_run_of_the_r_client_is_logged_alike(sides: Sides, experiment: str) -> None:
    run = sides.run(experiment, start_time="1700000000000", user_id="unknown")
    named = {"run_uuid": run, "run_id": run}

    for value in ("0.125", "1e-05", "NaN", "Infinity"):
        point = {"key": value, "value": value, "timestamp": "1700000000001"}
        step = {"step": "0"} if value != "Infinity" else {}
        theirs, ours = sides.apart(
            "POST", "runs/log-metric", {**named, **point, **step}, **R
        )
        assert theirs.status == ours.status == 200
    done(sides, "runs/log-parameter", R, **named, key="alpha", value="0.5")
    done(sides, "runs/set-tag", R, **named, key="team", value="vision")
    metrics = [{"key": "a", "value": "1.5", "timestamp": "5", "step": "2"}]
    done(sides, "runs/log-batch", R, run_id=run, metrics=metrics, params=[], tags=[])
    ended = {"status": "FINISHED", "end_time": "1700000000009"}
    done(sides, "runs/update", R, run_id=run, **ended)

    asked = {"run_uuid": run, "run_id": run, "metric_key": "a"}
    assert len(sides.same("GET", "metrics/get-history", asked).body["metrics"]) == 1
    asked = {
        "experiment_ids": [experiment],
        "filter": "tags.team = 'vision'",
        "run_view_type": "ACTIVE_ONLY",
        "order_by": [],
    }
    theirs, ours = sides.apart("POST", "runs/search", asked, **R)
    assert [one["info"] for one in ours.body["runs"]] == [
        one["info"] for one in theirs.body["runs"]
    ]


def test_experiments_of_the_r_client_are_found_alike(sides: Sides) -> None:
    name = "made by R"
    tags = [{"key": "team", "value": "vision"}]
    sides.experiment(name=name, tags=tags)

    by_name = {"experiment_name": name}
    assert sides.same("GET", "experiments/get-by-name", by_name).status == 200
    asked = {
        "filter": f"name = '{name}'",
        "order_by": ["name ASC"],
        "max_results": "1000",
        "view_type": "ACTIVE_ONLY",
    }
    found = sides.same("POST", "experiments/search", asked, **R).body["experiments"]
    assert [one["name"] for one in found] == [name]
