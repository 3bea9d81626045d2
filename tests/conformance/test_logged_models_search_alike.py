"""Search of logged models: the stock server's answers and ours, over one shelf."""

from __future__ import annotations

from typing import Any, NamedTuple

import pytest

from tests.conformance.cases import cases
from tests.conformance.sides import Sides

TRAIN = {"dataset_name": "train", "dataset_digest": "1"}
TEST = {"dataset_name": "test", "dataset_digest": "2"}
OTHER = {"dataset_name": "train", "dataset_digest": "3"}
MATCHES = ("=", "!=", "LIKE", "ILIKE")
COMPARISONS = ("=", "!=", ">", ">=", "<", "<=")
FIELDS = ("name", "model_type", "status", "creation_time", "metrics.a", "metrics.b c")


class Shelf(NamedTuple):
    """Six models in two experiments, one more that is deleted."""

    experiments: list[str]
    run: str


def measured(
    sides: Sides, run: str, model: str, key: str, *points: tuple[float, Any]
) -> None:
    """Points one after the other in time, each with its dataset."""
    metrics = [
        {"key": key, "value": value, "timestamp": time, "step": 0, **dataset}
        for time, (value, dataset) in enumerate(points)
    ]
    named = [{**point, "model_id": model} for point in metrics]
    sides.do("runs/log-batch", run_id=run, metrics=named)


def pairs(**given: str) -> list[dict[str, str]]:
    return [{"key": key, "value": value} for key, value in given.items()]


@pytest.fixture(scope="session")
def shelf(sides: Sides) -> Shelf:
    first, second = sides.experiment(), sides.experiment()
    run = sides.run(first)
    made = {
        "Oak": sides.model(
            first, name="Oak", model_type="tree", params=pairs(p="2", q="x")
        ),
        "elm": sides.model(first, name="elm", model_type="tree", params=pairs(p="10")),
        "net": sides.model(first, name="net", tags=pairs(t="A", u="b")),
        "gone": sides.model(first, name="gone"),
        "fir": sides.model(second, name="fir", tags=pairs(t="a"), source_run_id=run),
        "100%_": sides.model(
            second, name="a_b", model_type="100 _", params=pairs(p="")
        ),
    }
    sides.same("DELETE", f"logged-models/{made['gone']}", {})
    done = {"model_id": made["elm"], "status": "LOGGED_MODEL_READY"}
    sides.same("PATCH", f"logged-models/{made['elm']}", done)
    measured(sides, run, made["Oak"], "a", (0.5, TRAIN), (0.3, TEST), (0.4, {}))
    measured(sides, run, made["elm"], "a", (0.9, {}), (0.4, OTHER), (-1.0, TEST))
    measured(sides, run, made["net"], "a", (1e300, TRAIN))
    measured(sides, run, made["net"], "b c", (2.0, {}))
    measured(sides, run, made["fir"], "b c", (1.0, TRAIN), (3.0, TRAIN))
    return Shelf([first, second], run)


def found(sides: Sides, shelf: Shelf, **asked: Any) -> Any:
    fields = {"experiment_ids": shelf.experiments, **asked}
    return sides.same("POST", "logged-models/search", fields)


FILTERS = (
    *(
        f"name {sign} '{text}'"
        for sign in MATCHES
        for text in ("elm", "%L%", "a_b", "")
    ),
    *(f"attributes.model_type {sign} 'tree'" for sign in MATCHES),
    *(f"params.p {sign} '2'" for sign in MATCHES),
    *(f"params.p {sign} '1%'" for sign in ("LIKE", "ILIKE")),
    *(f"tags.t {sign} 'a'" for sign in MATCHES),
    *(f"metrics.a {sign} {n}" for sign in COMPARISONS for n in (0.4, -1, "1e300")),
    *(f"metrics.`b c` {sign} 2" for sign in COMPARISONS),
    *(f"creation_timestamp {sign} 1000" for sign in COMPARISONS),
    *(f"{name} > 0" for name in ("creation_time", "creation_timestamp_ms")),
    *(
        f"{name} > 1.5"
        for name in ("last_updated_timestamp", "attributes.creation_timestamp_ms")
    ),
    "last_updated_timestamp_ms < 5",
    *("name IN ('Oak', 'elm', 'gone')", "name NOT IN ('Oak')", "name IN ('Oak',)"),
    *("params.p IN ('2', '10')", "tags.t NOT IN ('A')", "params.nothing IN ('x')"),
    *("source_run_id = 'x'", "source_run_id != ''", "model_id LIKE 'm-%'"),
    *("artifact_location LIKE '%/models/%'", "params.`p` = '2'", "params.p = ''"),
    *("name = 'Oak' AND params.p = '2'", "name = 'Oak' and params.p = '10'"),
    *("params.p = '2' AND params.q = 'x'", "tags.t = 'A' AND tags.u = 'b'"),
    *("metrics.a > 0.4 AND metrics.a < 0.4", "metrics.a = 0.3 AND name != 'elm'"),
    *("metrics.nothing = 1", "params.nothing != 'x'", "tags.nothing != 'x'"),
    *("name like '%a%'", "name ilike 'OAK'", "name in ('Oak')"),
)


@pytest.mark.parametrize("text", cases(*FILTERS))
def test_a_filter_finds_alike(sides: Sides, shelf: Shelf, text: str) -> None:
    assert found(sides, shelf, filter=text).status == 200


@pytest.mark.parametrize(
    "text",
    cases(
        *("   ", "name", "name =", "name == 'a'", "name > 'a'", "name = 'a", "'a'"),
        *("metrics.a LIKE 'x'", "metrics.a IN (1, 2)", "metrics.a IS NULL"),
        *("name IS NULL", "name BETWEEN 'a' AND 'b'", "name = 'a';", "name IN 'a'"),
        *("attribute.name = 'a'", "metric.a = 1", "param.p = '1'", "tag.t = 'x'"),
        *("x.y = '1'", "creation_timestamp LIKE 'x'", "NOT name = 'a'", "last_up > 0"),
    ),
)
def test_a_wrong_filter_is_refused_alike(sides: Sides, shelf: Shelf, text: str) -> None:
    assert found(sides, shelf, filter=text).status == 400


@pytest.mark.parametrize(
    "datasets",
    cases(
        *([], None, [TRAIN], [TEST], [OTHER], [TRAIN, TEST], [TEST, TEST]),
        [{"dataset_name": "train", "dataset_digest": "nobody's"}],
        *("x", 5, [{}], [{"dataset_digest": "1"}], [{"dataset_name": ""}], ["x"]),
    ),
)
@pytest.mark.parametrize(
    "text", [None, "metrics.a < 0.45", "metrics.a > 0.45", "name = 'elm'"]
)
def test_datasets_count_alike(
    sides: Sides, shelf: Shelf, datasets: Any, text: str | None
) -> None:
    found(sides, shelf, datasets=datasets, filter=text)


@pytest.mark.parametrize("ascending", [True, False])
@pytest.mark.parametrize("field", FIELDS)
def test_an_order_is_kept_alike(
    sides: Sides, shelf: Shelf, field: str, ascending: bool
) -> None:
    order = [{"field_name": field, "ascending": ascending}, {"field_name": "name"}]

    found(sides, shelf, order_by=order)
    pages = sides.pages(
        "POST",
        "logged-models/search",
        {"experiment_ids": shelf.experiments, "order_by": order, "max_results": 2},
    )

    assert [len(page["models"]) for page in pages] == [2, 2, 1]


@pytest.mark.parametrize(
    "dataset",
    cases(
        *(TRAIN, TEST, OTHER, {"dataset_name": "train"}, {"dataset_digest": "3"}),
        {"dataset_name": "nobody's"},
        {"dataset_name": ""},
    ),
)
@pytest.mark.parametrize("field", ["metrics.a", "metrics.b c", "name"])
def test_an_order_by_a_dataset_is_kept_alike(
    sides: Sides, shelf: Shelf, field: str, dataset: dict[str, str]
) -> None:
    order = [{"field_name": field, **dataset}, {"field_name": "name"}]

    assert found(sides, shelf, order_by=order).status == 200


@pytest.mark.parametrize(
    "order",
    cases(
        *([{"field_name": name}] for name in ("params.p", "tags.t", "nope", "", "a.b")),
        *([{"field_name": name}] for name in ("attributes.name", "`name`", "name ASC")),
        *([], None, "x", 5, [{}], [{"ascending": True}]),
        [{"field_name": "name"}, {"field_name": "name", "ascending": False}],
        [{"field_name": "metrics.nothing"}, {"field_name": "name"}],
    ),
)
def test_an_odd_order_is_answered_alike(sides: Sides, shelf: Shelf, order: Any) -> None:
    found(sides, shelf, order_by=order)


@pytest.mark.parametrize(
    "asked",
    cases(
        *({"max_results": size} for size in (1, 4, 5, 6, "2", 50_000, "x", None)),
        *({"page_token": token} for token in ("", None)),
        *({"experiment_ids": ids} for ids in ([], None, "x", ["999"], ["-1"], ["x"])),
        *({"experiment_ids": ids} for ids in ([""], [5])),
        {"unknown": 5},
    ),
)
def test_a_search_is_answered_alike(
    sides: Sides, shelf: Shelf, asked: dict[str, Any]
) -> None:
    found(sides, shelf, **asked)


def test_experiments_are_missed_alike(sides: Sides) -> None:
    assert sides.same("POST", "logged-models/search", {}).status == 400
