"""Metrics and batches: the stock server's answers and ours."""

from __future__ import annotations

from typing import Any

import pytest

from tests.conformance.cases import cases
from tests.conformance.sides import Sides

POINT = {"key": "m", "value": 1.0, "timestamp": 100, "step": 0}
LARGEST = 2**63 - 1


def point(**changed: Any) -> dict[str, Any]:
    return {**POINT, **changed}


def points(*values: tuple[int, int, Any], key: str = "m") -> list[dict[str, Any]]:
    """Of (step, timestamp, value)."""
    return [
        point(key=key, step=step, timestamp=timestamp, value=value)
        for step, timestamp, value in values
    ]


def texts(count: int, value: str = "1") -> list[dict[str, str]]:
    return [{"key": f"k{number}", "value": value} for number in range(count)]


def history(sides: Sides, run: str, **query: Any) -> Any:
    asked = {"run_id": run, "metric_key": "m", **query}
    return sides.same("GET", "metrics/get-history", asked)


@pytest.mark.parametrize(
    "changed",
    cases(
        *({"key": key} for key in (None, "", 5, "a" * 250, "a" * 251, "a/b", "/a")),
        *({"key": key} for key in ("a//b", "a/../b", "a b:c-d_e.f", "é", "a&b", " ")),
        *({"value": value} for value in (None, "", "x", "1.5", "NaN", 0, 10**30)),
        *({"value": value} for value in (2**53 + 1, 5e-324, 1 / 3, "0x10", "nope")),
        *({"timestamp": time} for time in (None, "", "x", "7", -1, 0, 1.0, 1e3)),
        *({"timestamp": time} for time in (LARGEST, str(LARGEST))),
        *({"step": step} for step in (None, "", "x", "7", -1, 1.0, LARGEST, -(2**63))),
        *({"model_id": model} for model in (None, "", 5)),
        {"dataset_name": "d"},
        {"dataset_digest": "x"},
        {"unknown": 1},
    ),
)
def test_a_metric_is_logged_or_refused_alike(
    sides: Sides, run: str, changed: dict[str, Any]
) -> None:
    sides.same("POST", "runs/log-metric", {"run_id": run, **point(**changed)})

    sides.seen(run)
    history(sides, run)


@pytest.mark.parametrize("name", POINT)
def test_a_part_of_a_metric_is_missed_alike(sides: Sides, run: str, name: str) -> None:
    given = {key: value for key, value in POINT.items() if key != name}

    sides.same("POST", "runs/log-metric", {"run_id": run, **given})

    sides.seen(run)


def test_the_latest_value_is_chosen_alike(sides: Sides, run: str) -> None:
    given = [(5, 10, 1.0), (3, 20, 2.0), (5, 10, 0.5), (5, 10, 3.0), (5, 9, 9.0)]
    for one in points(*given, (6, 1, 4.0), (6, 1, -1.0), (-7, 99, 8.0), (6, 2, "NaN")):
        sides.do("runs/log-metric", run_id=run, **one)
        sides.seen(run)

    history(sides, run)


def test_the_latest_value_of_a_batch_is_chosen_alike(sides: Sides, run: str) -> None:
    given = points((5, 1, 1.0), (5, 1, 2.0), (5, 0, 9.0), (4, 100, 7.0), (-3, 50, 0.1))

    sides.do("runs/log-batch", run_id=run, metrics=given)

    sides.seen(run)
    history(sides, run)


def test_an_identical_point_is_kept_once_alike(sides: Sides, run: str) -> None:
    for _ in range(2):
        sides.do("runs/log-metric", run_id=run, **POINT)
        sides.do("runs/log-batch", run_id=run, metrics=[POINT, POINT, point(value=2)])

    assert len(history(sides, run).body["metrics"]) == 2


@pytest.mark.parametrize("size", [None, 1, 7, 30, 31])
def test_a_history_is_paged_alike(sides: Sides, run: str, size: int | None) -> None:
    zigzag = [(i * 7 % 30, 1_000 + i // 2, i / 3) for i in range(30)]
    sides.do("runs/log-batch", run_id=run, metrics=points(*zigzag))
    query = {"run_id": run, "metric_key": "m"} | ({"max_results": size} if size else {})

    pages = sides.pages("GET", "metrics/get-history", query)

    assert sum(len(page["metrics"]) for page in pages) == 30


@pytest.mark.parametrize(
    "query",
    cases(
        *({"max_results": size} for size in (0, -1, 10**9)),
        *({"page_token": token} for token in ("", "x", "e30=")),
        *({"metric_key": key} for key in ("", "never logged")),
    ),
)
def test_a_history_is_asked_for_wrongly_alike(
    sides: Sides, run: str, query: dict[str, Any]
) -> None:
    sides.do("runs/log-metric", run_id=run, **POINT)
    history(sides, run, **query)


BULK = "/ajax-api/2.0/mlflow/metrics/get-history-bulk"
INTERVAL = "metrics/get-history-bulk-interval"


@pytest.mark.parametrize(
    "query", cases({}, {"max_results": 5}, {"max_results": 30_000})
)
def test_histories_of_several_runs_come_alike(
    sides: Sides, experiment: str, query: dict[str, Any]
) -> None:
    runs = [sides.run(experiment) for _ in range(2)]
    for run, first in zip(runs, (0, 50), strict=True):
        some = [(first + i, 1_000 - i, float(i)) for i in range(4)]
        sides.do("runs/log-batch", run_id=run, metrics=points(*some))

    asked = {"run_id": [runs[0], "nobody"], "metric_key": "m", **query}
    assert len(sides.same("GET", BULK, asked).body["metrics"]) == 4
    asked = {"run_ids": [runs[1], "nobody", runs[0]], "metric_key": "m"}
    assert len(sides.same("GET", INTERVAL, asked).body["metrics"]) == 8
    asked = {"run_ids": runs, "metric_key": "m", "start_step": 1, "end_step": 51}
    assert len(sides.same("GET", INTERVAL, asked).body["metrics"]) == 5


@pytest.mark.parametrize(
    "query",
    cases(
        {"run_id": "r", "run_ids": "r"},
        {"metric_key": "m"},
        {"run_id": ["r"] * 101, "run_ids": ["r"] * 101, "metric_key": "m"},
        {"run_id": "nobody", "run_ids": "nobody", "metric_key": "m"},
    ),
)
@pytest.mark.parametrize("path", [BULK, INTERVAL])
def test_histories_are_asked_for_wrongly_alike(
    sides: Sides, path: str, query: dict[str, Any]
) -> None:
    sides.same("GET", path, query)


@pytest.mark.parametrize(
    "query",
    cases(
        *({"max_results": size} for size in (0, -1, 2_500, 2_501, "x")),
        {"start_step": 5},
        {"end_step": 5},
        {"start_step": 9, "end_step": 5},
        {"start_step": 5, "end_step": 5},
        {"start_step": 100, "end_step": 200},
        {"start_step": -5, "end_step": 100},
        {"start_step": "x", "end_step": 100},
    ),
)
def test_an_interval_is_cut_out_alike(
    sides: Sides, run: str, query: dict[str, Any]
) -> None:
    some = [(i, i, float(i)) for i in range(10)]
    sides.do("runs/log-batch", run_id=run, metrics=points(*some))

    sides.same("GET", INTERVAL, {"run_ids": run, "metric_key": "m", **query})


@pytest.mark.parametrize("most", [1, 2, 5, 29])
def test_a_thinned_history_has_as_many_points_and_the_same_ends(
    sides: Sides, run: str, most: int
) -> None:
    some = [(i * 10, i, float(i)) for i in range(30)]
    sides.do("runs/log-batch", run_id=run, metrics=points(*some))
    asked = {"run_ids": run, "metric_key": "m", "max_results": most}

    found = [answer.body["metrics"] for answer in sides.apart("GET", INTERVAL, asked)]

    counts, ends = zip(
        *((len(few), (few[0]["step"], few[-1]["step"])) for few in found), strict=True
    )
    assert counts == (most, most)
    assert ends[0] == ends[1]


@pytest.mark.parametrize(
    "batch",
    cases(
        {},
        *({"metrics": metrics} for metrics in ([], "x", {}, [{}])),
        *({"metrics": [point(key=key)]} for key in ("", "a&b", None)),
        *({"metrics": [point(value=value)]} for value in (None, "NaN", "3.5")),
        {"metrics": [point(timestamp=-1)]},
        {"metrics": [point(timestamp="9", step="9")]},
        {"metrics": [{"key": "m", "value": 1, "timestamp": 1}]},
        *(
            {"metrics": [{"key": "m", missing: 1}]}
            for missing in ("value", "timestamp")
        ),
        {"metrics": [point(key=f"k{i}") for i in range(1_000)]},
        {"metrics": [point(step=i) for i in range(1_001)]},
        *({"params": texts(count)} for count in (1, 100, 101)),
        *({"params": texts(1) + texts(1, value)} for value in ("1", "2")),
        *({"params": [given]} for given in ({"key": "a"}, {"key": "a", "value": None})),
        {"params": texts(1, "v" * 6_001)},
        {"params": [{"key": "a" * 251, "value": "v"}]},
        *({"tags": texts(count)} for count in (1, 100, 101)),
        {"tags": texts(1) + texts(1, "2")},
        {"tags": [{"key": "a"}]},
        {"tags": texts(1, "v" * 8_001)},
        {"tags": [{"key": "mlflow.user", "value": "eve"}]},
        {
            "metrics": [point(step=i) for i in range(800)],
            "params": texts(100),
            "tags": texts(100),
        },
        {
            "metrics": [point(step=i) for i in range(801)],
            "params": texts(100),
            "tags": texts(100),
        },
        {"params": texts(100, "x" * 5_900), "tags": texts(100, "x" * 7_900)},
    ),
)
def test_a_batch_is_logged_or_refused_alike(
    sides: Sides, run: str, batch: dict[str, Any]
) -> None:
    sides.same("POST", "runs/log-batch", {"run_id": run, **batch})

    sides.seen(run)


@pytest.mark.parametrize(
    "wrong",
    cases(
        {"params": [{"key": "fixed", "value": "2"}]},
        {"metrics": [point(key="a&b")]},
        {"tags": [{"key": "//", "value": "x"}]},
        {"params": texts(1) + texts(1)},
    ),
)
def test_nothing_of_a_wrong_batch_is_kept_alike(
    sides: Sides, run: str, wrong: dict[str, Any]
) -> None:
    sides.do("runs/log-parameter", run_id=run, key="fixed", value="1")
    good = {"metrics": [POINT], "params": [{"key": "ok"}], "tags": [{"key": "ok"}]}
    batch = {part: good[part] + wrong.get(part, []) for part in good}

    answer = sides.same("POST", "runs/log-batch", {"run_id": run, **batch})

    assert answer.status == 400
    seen = sides.seen(run)["data"]
    assert "metrics" not in seen
    assert seen["params"] == [{"key": "fixed", "value": "1"}]
