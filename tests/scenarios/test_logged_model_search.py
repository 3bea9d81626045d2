"""Search of logged models, on both databases."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import pytest
from trackgate_wire.errors import InvalidParameterValue
from trackgate_wire.logged_models import (
    SEARCH_LOGGED_MODELS,
    DatasetOfSearch,
    LoggedModelOrder,
    SearchLoggedModels,
)

from tests.fixtures.api import Api
from tests.fixtures.sites import DATABASES, Sites
from tests.scenarios.acts import new_experiment, new_run
from tests.scenarios.logged_model_acts import (
    delete_model,
    measure,
    names_found,
    new_model,
)

TRAIN, TEST, OTHER = ("train", "1"), ("test", "2"), ("train", "3")


class Shelf(NamedTuple):
    """Some models of one experiment; "newest" was made last."""

    api: Api
    experiment: str

    def find(self, text: str | None = None, **asked: Any) -> list[str]:
        """Names of what a filter finds, sorted."""
        return sorted(self.in_order(filter=text, **asked))

    def in_order(self, *fields: str, **asked: Any) -> list[str]:
        """Names in the order of fields; a minus before one means descending."""
        order = [
            LoggedModelOrder(field_name=one.lstrip("-"), ascending=one[0] != "-")
            for one in fields
        ]
        return names_found(
            self.api, self.experiment, **{"order_by": order, "max_results": 2, **asked}
        )


@pytest.fixture(scope="module", params=DATABASES)
def shelf(request: pytest.FixtureRequest, sites: Sites) -> Shelf:
    api = sites.app(request.param).client()
    experiment = new_experiment(api)
    run = new_run(api, experiment)

    def made(name: str, **fields: Any) -> str:
        return new_model(api, experiment, name=name, source_run_id=run, **fields)

    oak = made("Oak", model_type="tree", params={"depth": "2"}, tags={"team": "a"})
    elm = made("elm", model_type="tree", params={"depth": "10"})
    net = made("net", model_type="deep", tags={"team": "B", "odd key": "x"})
    made("newest")
    delete_model(api, made("gone"))
    measure(api, run, oak, "loss", 0.5, TRAIN, timestamp=1)
    measure(api, run, oak, "loss", 0.3, TEST, timestamp=2)
    measure(api, run, elm, "loss", 0.4, OTHER, timestamp=2)
    measure(api, run, elm, "loss", 0.9, timestamp=1)
    measure(api, run, net, "loss", math.nan, TRAIN)
    measure(api, run, net, "val loss", math.inf)
    return Shelf(api, experiment)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("name = 'elm'", "elm"),
        ("name ILIKE 'O%'", "Oak"),
        ("name LIKE 'o%'", ""),
        ("attributes.name IN ('Oak', 'net', 'gone')", "Oak net"),
        ("name NOT IN ('Oak')", "elm net newest"),
        ("model_type = 'tree'", "Oak elm"),
        ("model_type = ''", "newest"),
        ("status = 'PENDING' AND name != 'net'", "Oak elm newest"),
        (
            "creation_timestamp > 0 AND last_updated_timestamp > 1.5",
            "Oak elm net newest",
        ),
        ("params.depth = '2'", "Oak"),
        ("params.depth != '2'", "elm"),
        ("params.depth IN ('2', '10')", "Oak elm"),
        ("params.depth IS NULL", "net newest"),
        ("tags.team ILIKE 'b'", "net"),
        ("tags.`odd key` IS NOT NULL", "net"),
        ("metrics.loss < 0.45", "Oak elm"),
        ("metrics.loss > 0.45", "Oak elm"),
        ("metrics.loss != 0.3", "Oak elm net"),
        ("metrics.`val loss` = 1e999", "net"),
        ("metrics.nothing = 0", ""),
        ("min(metrics.loss) < 0.35", "Oak"),
        ("max(metrics.loss) < 0.6", "Oak"),
        ("name = 'elm' OR (model_type = 'deep' AND tags.team = 'B')", "elm net"),
    ],
)
def test_a_filter_finds_what_it_describes(
    shelf: Shelf, text: str, expected: str
) -> None:
    assert shelf.find(text) == sorted(expected.split())


@pytest.mark.parametrize(
    ("datasets", "text", "expected"),
    [
        ([TRAIN], None, "Oak net"),
        ([("train", None)], None, "Oak elm net"),
        ([TRAIN, OTHER], None, "Oak elm net"),
        ([("nobody's", None)], None, ""),
        ([TEST], "metrics.loss < 0.45", "Oak"),
        ([TRAIN], "metrics.loss < 0.45", ""),
        ([TRAIN], "max(metrics.loss) <= 0.5", "Oak"),
        ([TEST], "name = 'Oak'", "Oak"),
        ([OTHER], "name = 'Oak'", ""),
    ],
)
def test_datasets_say_which_measurements_count(
    shelf: Shelf,
    datasets: list[tuple[str, str | None]],
    text: str | None,
    expected: str,
) -> None:
    asked = [
        DatasetOfSearch(dataset_name=name, dataset_digest=digest)
        for name, digest in datasets
    ]

    assert shelf.find(text, datasets=asked) == sorted(expected.split())


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ((), "newest net elm Oak"),
        (("creation_timestamp", "name"), "Oak elm net newest"),
        (("name",), "Oak elm net newest"),
        (("-name",), "newest net elm Oak"),
        (("-model_type", "name"), "Oak elm net newest"),
        (("-model_type", "name", "model_type"), "Oak elm net newest"),
        (("status", "-name"), "newest net elm Oak"),
        # The newest measurement counts; NaN after the numbers, nothing last.
        (("metrics.loss",), "Oak elm net newest"),
        (("-metrics.loss",), "elm Oak net newest"),
        (("metrics.val loss", "name"), "net Oak elm newest"),
        (("metrics.nothing", "-name"), "newest net elm Oak"),
    ],
)
def test_an_order_holds_over_all_pages(
    shelf: Shelf, fields: tuple[str, ...], expected: str
) -> None:
    if "creation_timestamp" in fields or not fields:
        # Some may have been made in the same millisecond.
        assert sorted(shelf.in_order(*fields)) == sorted(expected.split())
        return
    assert shelf.in_order(*fields) == expected.split()


@pytest.mark.parametrize("size", [1, 3, 4, 50_000])
def test_a_metric_orders_by_the_dataset_it_was_measured_on(
    shelf: Shelf, size: int
) -> None:
    order = LoggedModelOrder(
        field_name="metrics.loss", ascending=False, dataset_name="train"
    )

    found = shelf.in_order(order_by=[order], max_results=size)

    assert found == ["Oak", "elm", "net", "newest"]


@pytest.mark.parametrize(
    ("asked", "named"),
    [
        ({"filter": "nothing = 'x'"}, "character 1"),
        ({"filter": "metrics.loss = 'x'"}, "character 16"),
        ({"filter": "name > 'x'"}, "allowed here: ="),
        ({"filter": "experiment_id = '1'"}, "character 1"),
        ({"order_by": [LoggedModelOrder(field_name="params.depth")]}, "clause 1"),
        ({"order_by": [LoggedModelOrder(field_name="metrics.")]}, "clause 1"),
        ({"order_by": [LoggedModelOrder(field_name="name")] * 33}, "32"),
        ({"datasets": [DatasetOfSearch(dataset_name="x")] * 101}, "100"),
        ({"max_results": 0}, "max_results"),
        ({"max_results": 50_001}, "50000"),
        ({"page_token": "x"}, "page token"),
        ({"experiment_ids": ["x"]}, "experiment ID"),
    ],
)
def test_a_wrong_search_is_refused(
    shelf: Shelf, asked: dict[str, Any], named: str
) -> None:
    fields: dict[str, Any] = {"experiment_ids": ["0"], **asked}
    request = SearchLoggedModels(**fields)

    with pytest.raises(InvalidParameterValue, match=named):
        shelf.api.call(SEARCH_LOGGED_MODELS, request)


def test_a_page_token_is_good_for_the_same_search_only(shelf: Shelf) -> None:
    asked = SearchLoggedModels(experiment_ids=[shelf.experiment], max_results=1)
    token = shelf.api.call(SEARCH_LOGGED_MODELS, asked).next_page_token
    other = SearchLoggedModels(
        experiment_ids=[shelf.experiment], filter="name = 'Oak'", page_token=token
    )

    with pytest.raises(InvalidParameterValue, match="page token"):
        shelf.api.call(SEARCH_LOGGED_MODELS, other)


def test_a_search_without_experiments_finds_nothing(shelf: Shelf) -> None:
    asked = SearchLoggedModels(experiment_ids=[])

    assert shelf.api.call(SEARCH_LOGGED_MODELS, asked).models == []
    missing = shelf.api.raw("POST", SEARCH_LOGGED_MODELS.url, body="{}")
    assert (missing.status, "experiment_ids" in missing.message) == (400, True)
