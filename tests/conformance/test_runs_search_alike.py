"""Search of runs: the stock server's answers and ours, over one population."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import permutations
from typing import Any, NamedTuple

import pytest

from tests.conformance.cases import cases
from tests.conformance.sides import Sides

COMPARISONS = ("=", "!=", ">", ">=", "<", "<=")
MATCHES = ("=", "!=", "LIKE", "ILIKE")


class Population(NamedTuple):
    """Seven runs in two experiments, one more that is deleted."""

    experiments: list[str]
    runs: list[str]


def made_run(
    sides: Sides,
    experiment: str,
    *,
    metrics: dict[str, Any] | None = None,
    params: dict[str, str] | None = None,
    tags: dict[str, str] | None = None,
    update: dict[str, Any] | None = None,
    inputs: Sequence[tuple[str, str, str | None]] = (),
    **info: Any,
) -> str:
    run = sides.run(experiment, **info)
    points = [
        {"key": key, "value": value, "timestamp": 1, "step": 0}
        for key, value in (metrics or {}).items()
    ]
    texts = [
        [{"key": key, "value": value} for key, value in (given or {}).items()]
        for given in (params, tags)
    ]
    batch = {"metrics": points, "params": texts[0], "tags": texts[1]}
    sides.do("runs/log-batch", run_id=run, **batch)
    if update:
        sides.do("runs/update", run_id=run, **update)
    datasets = [used(*given) for given in inputs]
    if datasets:
        sides.do("runs/log-inputs", run_id=run, datasets=datasets)
    return run


def used(name: str, digest: str, context: str | None) -> dict[str, Any]:
    dataset = {"name": name, "digest": digest, "source_type": "local", "source": "{}"}
    tags = [{"key": "mlflow.data.context", "value": context}] if context else []
    return {"dataset": dataset, "tags": tags}


@pytest.fixture(scope="module")
def population(sides: Sides) -> Population:
    # Starts differ: ties are sorted by id, and ids differ from server to server.
    here, there = sides.experiment(), sides.experiment()
    runs = [
        made_run(
            sides,
            here,
            start_time=1_000,
            run_name="alpha",
            metrics={"a": 1.0},
            params={"x": "10"},
            tags={"t": "A"},
            update={"status": "FINISHED", "end_time": 5_000},
            inputs=[("train", "d1", "training"), ("test", "d2", "testing")],
        ),
        made_run(
            sides,
            here,
            start_time=2_000,
            run_name="Beta",
            metrics={"a": "NaN"},
            params={"x": "9"},
            tags={"t": "b"},
            update={"status": "FAILED", "end_time": 6_000},
            inputs=[("train", "d1", "training")],
        ),
        made_run(
            sides,
            here,
            start_time=2_001,
            run_name="gamma",
            user_id="ada",
            metrics={"a": 7.5e300},
            params={"x": "a_b%c"},
            tags={"t": "B"},
            inputs=[("Train", "d3", None)],
        ),
        made_run(
            sides,
            here,
            start_time=3_000,
            run_name="alpha",
            user_id="Ada",
            metrics={"a": -2.0, "b c/d": 2.5},
        ),
        made_run(
            sides,
            here,
            start_time=0,
            run_name="100%",
            metrics={"a": 0.0},
            params={"x": "it's"},
            tags={"t": "C:\\x"},
            update={"status": "KILLED", "end_time": 1},
        ),
        made_run(
            sides,
            there,
            start_time=4_000,
            run_name="_x",
            metrics={"b c/d": -1.5},
            params={"x": "é"},
            tags={"t": "ü"},
            update={"status": "SCHEDULED"},
        ),
        made_run(
            sides,
            there,
            start_time=4_001,
            run_name="x",
            metrics={"a": 1.0, "only": 0.1},
            params={"y": "10"},
            tags={"t": "", "mlflow.source.name": "train.py"},
            inputs=[("train", "d1", None)],
        ),
        made_run(
            sides,
            here,
            start_time=5_000,
            run_name="gone",
            params={"x": "line\nbreak"},
            tags={"t": "A"},
        ),
    ]
    sides.do("runs/delete", run_id=runs[-1])
    return Population([here, there], runs)


def found(sides: Sides, population: Population, **fields: Any) -> Any:
    """Labels of the runs that everyone finds, or the code of everyone's refusal."""
    asked = {"experiment_ids": population.experiments, **fields}
    answer = sides.same("POST", "runs/search", asked)
    if answer.status != 200:
        return answer.code
    return [run["info"]["run_id"] for run in answer.body.get("runs", [])]


NUMBERS = [
    f"{name} {operator} {value}"
    for operator in COMPARISONS
    for name, values in {
        "metrics.a": ("1", "-0", "1e3", "-2.0", ".5", "8e300"),
        "metrics.`b c/d`": ("2.5",),
        'metric."b c/d"': ("-1.5",),
        "metrics.missing": ("1",),
        "start_time": ("2000", "2000.5", "-1", "9223372036854775807"),
        "attributes.end_time": ("5000", "0"),
        "Created": ("2001",),
    }.items()
    for value in values
]
TEXTS = [
    f"{name} {operator} '{value}'"
    for operator in MATCHES
    for name, values in {
        "params.x": ("10", "9", "%", "_", "a_b%c", "a\\_b%", "%B%", ""),
        "tags.t": ("A", "b", "C:\\x", "%\\%", "", "ü"),
        "tag.`mlflow.runName`": ("alpha", "ALPHA"),
        "run_name": ("alpha", "%A%", "100%", "\\_x", "_x"),
        "attributes.user_id": ("ada", ""),
        "status": ("FINISHED", "finished", "%ED", "NOPE"),
        "datasets.name": ("train", "T%"),
        "dataset.digest": ("d1",),
        "datasets.context": ("training", "test%"),
        "params.missing": ("x",),
    }.items()
    for value in values
]
SETS = [
    f"{name} {test}"
    for name in ("params.x", "tags.t", "params.missing", "tags.`mlflow.source.name`")
    for test in ("IS NULL", "IS NOT NULL", "is not null")
] + [
    f"{name} {operator} {values}"
    for operator in ("IN", "NOT IN")
    for name, values in {
        "datasets.name": "('train', 'x')",
        "datasets.digest": "('d1')",
        "datasets.context": "('training', 'testing')",
        "run_id": "()",
        "tags.t": "('A')",
        "status": "('FINISHED')",
    }.items()
]
OTHERS = [
    "metrics.a > 0 AND params.x = '10'",
    "metrics.a > 0 and tags.t LIKE 'A%' AND status='FINISHED'",
    "metrics.a>0 AND metrics.a<2",
    "params.x != '10' AND tags.t != 'b'",
    "datasets.digest = 'd1' AND datasets.context = 'testing'",
    *("", "metrics.a", "metrics.a >", "foo = 1", "x.y = 1", "= 1"),
    *("metrics.a = 'x'", "params.x = 5", "params.x > '5'", "metrics.a LIKE 'x'"),
    *("start_time = 'x'", "lifecycle_stage = 'active'", "experiment_id = '1'"),
    *("metrics.a = NULL", "params.x = NULL", "metrics.a IS NULL", "status IS NULL"),
    *("Metrics.a > 0", "PARAMS.x = '10'", "metrics.a = +1", "metrics.a = 0x1"),
    *("NOT metrics.a = 1", "metrics.a BETWEEN 0 AND 1", "metrics.a == 1"),
    *("metrics.a <> 1", "metrics.a = inf", "metrics.a = nan"),
    *('params."x" = "10"', "params.'x' = '10'", "param.x = '10'"),
    *("parameter.x = '10'", "parameters.x = '10'", "`run name` = 'alpha'"),
    *("attr.status = 'FINISHED'", "run.status = 'FINISHED'"),
]


@pytest.mark.parametrize("text", cases(*NUMBERS, *TEXTS, *SETS, *OTHERS))
def test_a_filter_finds_alike(sides: Sides, population: Population, text: str) -> None:
    found(sides, population, filter=text)


def test_a_list_of_runs_finds_alike(sides: Sides, population: Population) -> None:
    first, second, *_ = population.runs
    for operator, count in (("IN", 2), ("NOT IN", 5)):
        text = f"run_id {operator} ('{first}', '{second}')"
        assert len(found(sides, population, filter=text)) == count


ORDERS = [
    *("metrics.a", "metrics.`b c/d`", "metrics.missing", "params.x", "params.y"),
    *("tags.t", "tags.`mlflow.runName`", "run_name", "status", "start_time"),
    *("end_time", "user_id", "Created", "attributes.start_time", "`metrics`.`a`"),
    *("datasets.name", "foo", "lifecycle_stage", "experiment_id", "", " "),
    *("metrics.a NULLS LAST", "metrics.a, params.x", "metrics.a ASC DESC"),
]


@pytest.mark.parametrize("direction", ["", " ASC", " DESC", " desc"])
@pytest.mark.parametrize("term", cases(*ORDERS))
def test_an_order_is_kept_alike(
    sides: Sides, population: Population, term: str, direction: str
) -> None:
    found(sides, population, order_by=[term + direction])


@pytest.mark.parametrize(
    "terms",
    cases(
        *map(
            list, permutations(["metrics.a", "params.x DESC", "tags.t", "end_time"], 2)
        ),
        ["start_time ASC", "status DESC"],
        ["status", "start_time DESC"],
    ),
)
def test_an_order_of_several_terms_is_kept_alike(
    sides: Sides, population: Population, terms: list[str]
) -> None:
    found(sides, population, order_by=terms)


@pytest.mark.parametrize(
    "fields",
    cases(
        *({"run_view_type": view} for view in ("ACTIVE_ONLY", "DELETED_ONLY", "ALL")),
        *({"run_view_type": number} for number in (1, 2, 3, "2", None)),
        *({"max_results": most} for most in (1, 2, "2", 0, -1, 50_000, 50_001, "x")),
        *({"experiment_ids": ids} for ids in (None, [], [""], ["x"], ["999999"], "0")),
        *({"page_token": token} for token in ("", "x", "abc=", None)),
        *({"order_by": order} for order in (None, [], "x", [5])),
        *({"filter": text} for text in (None, 5, ["x"])),
        {"unknown": 5},
    ),
)
def test_a_search_is_asked_for_alike(
    sides: Sides, population: Population, fields: dict[str, Any]
) -> None:
    found(sides, population, **fields)


def test_an_experiment_given_twice_counts_once_alike(
    sides: Sides, population: Population
) -> None:
    twice = population.experiments * 2
    assert len(found(sides, population, experiment_ids=twice)) == 7


@pytest.mark.parametrize("size", [1, 3])
@pytest.mark.parametrize(
    "order",
    [
        *([], ["metrics.a"], ["metrics.a DESC"], ["params.x DESC"], ["end_time"]),
        *(["tags.t", "metrics.a DESC"], ["status DESC", "start_time"]),
    ],
)
def test_pages_follow_each_other_alike(
    sides: Sides, population: Population, order: list[str], size: int
) -> None:
    asked = {
        "experiment_ids": population.experiments,
        "run_view_type": "ALL",
        "order_by": order,
        "max_results": size,
    }

    pages = sides.pages("POST", "runs/search", asked)

    assert [len(page["runs"]) for page in pages[:-1]] == [size] * (len(pages) - 1)
    assert sum(len(page["runs"]) for page in pages) == 8


def test_runs_that_began_together_are_sorted_by_id(sides: Sides) -> None:
    experiment = sides.experiment()
    for _ in range(6):
        sides.run(experiment)

    for side in (sides.peer, *sides.ours):
        asked = {"experiment_ids": [experiment]}
        runs = side.send("POST", "runs/search", asked).json()["runs"]
        ids = [run["info"]["run_id"] for run in runs]
        assert ids == sorted(ids)
