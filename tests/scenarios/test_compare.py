"""Runs beside each other on every database, read without a browser."""

from __future__ import annotations

import json
import math
import re
from html import unescape
from typing import Any

import pytest
from trackgate_wire.runs import LOG_BATCH, LogBatch, Param

from tests.fixtures.api import Answer, Api
from tests.fixtures.sites import App, Stack
from tests.scenarios import acts, run_pages

HOSTILE = "<script>alert(1)</script> \" ' & {{7*7}} Bäume ?#%2F\\"
NOTHING = "\N{EN DASH}"


@pytest.fixture
def api(site: App | Stack) -> Api:
    return site.client()


@pytest.fixture
def pair(api: Api) -> list[str]:
    """Two runs of one experiment."""
    experiment = acts.new_experiment(api)
    return [acts.new_run(api, experiment) for _ in range(2)]


def asked(api: Api, **query: object) -> Answer:
    return api.raw("GET", "/compare", query=query)


def shown(api: Api, runs: list[str], **query: str) -> str:
    answer = asked(api, runs=".".join(runs), **query)
    assert answer.status == 200, answer.body.decode()
    return answer.body.decode()


def differing(page: str) -> list[str]:
    """Names that differ, in their order."""
    return _rows(page.partition("<details")[0])


def alike(page: str) -> list[str]:
    """Names that all have in common."""
    return _rows(page.partition("<details")[2].partition("</details>")[0])


def _rows(text: str) -> list[str]:
    return [unescape(name) for name in re.findall(r'<tr data-name="([^"]*)"', text)]


def columns(page: str) -> list[str]:
    """Ids of the runs, from left to right."""
    return re.findall(r'<th [^>]*data-run="([^"]*)"', page)


def test_what_differs_stands_apart_from_what_is_the_same(
    api: Api, pair: list[str]
) -> None:
    for run, rate in zip(pair, ("0.1", "0.2"), strict=True):
        acts.log_param(api, run, "rate", rate)
        acts.log_param(api, run, "layers", "3")
        acts.log_metric(api, run, "loss", float(rate))
        acts.log_metric(api, run, "epochs", 5.0)
        acts.set_tag(api, run, "team", "vision")
    acts.log_param(api, pair[1], "extra", "yes")

    page = shown(api, pair)

    assert differing(page) == ["extra", "rate", "loss"]
    assert alike(page) == ["layers", "epochs", "team"]
    assert run_pages.row(page, "rate") == ["0.1", "0.2"]
    assert run_pages.row(page, "loss") == ["0.1", "0.2"]
    assert run_pages.row(page, "extra") == [NOTHING, "yes"]
    assert run_pages.row(page, "layers") == ["3"]


def test_not_a_number_is_like_itself_and_like_no_number(
    api: Api, pair: list[str]
) -> None:
    for run, value in zip(pair, (math.nan, 1.0), strict=True):
        acts.log_metric(api, run, "same", math.nan)
        acts.log_metric(api, run, "other", value)
        acts.log_metric(api, run, "endless", math.inf)

    page = shown(api, pair)

    assert differing(page) == ["other"]
    assert run_pages.row(page, "other") == ["NaN", "1"]
    assert run_pages.row(page, "same") == ["NaN"]
    assert alike(page) == ["endless", "same"]


def test_the_runs_stand_in_the_order_asked_for_each_once(
    api: Api, pair: list[str]
) -> None:
    first, second = pair

    for query in (
        {"run": [second, first, second]},
        {"runs": f"{second},{first}"},
        {"runs": f"{second}.{first}"},
        {"run": [second], "runs": first},
    ):
        answer = asked(api, **query)
        assert columns(answer.body.decode()) == [second, first]


def test_one_of_them_is_left_out(api: Api, pair: list[str]) -> None:
    assert columns(shown(api, pair, without=pair[0])) == [pair[1]]


def test_a_part_of_a_name_finds_it(api: Api, pair: list[str]) -> None:
    for key in ("train/loss", "val/LOSS", "accuracy"):
        acts.log_metric(api, pair[0], key, 1.0)

    assert differing(shown(api, pair, find="loss")) == ["train/loss", "val/LOSS"]
    assert run_pages.charts(shown(api, pair, find="acc")) == ["accuracy"]
    assert "of such a name differs" in shown(api, pair, find="nothing like it")


def test_runs_of_two_experiments_name_theirs(api: Api, run: str) -> None:
    name = acts.new_name()
    other = acts.new_run(api, acts.new_experiment(api, name))

    assert f">{name}</a></td>" in shown(api, [run, other])


@pytest.mark.parametrize(
    ("query", "status", "words"),
    [
        ({}, 400, "No run was chosen"),
        ({"runs": ".,."}, 400, "No run was chosen"),
        ({"runs": ".".join(f"{n:x}" for n in range(501))}, 400, "at most 500"),
        ({"run": ["0123456789abcdef"]}, 404, "0123456789abcdef"),
    ],
)
def test_what_cannot_be_compared_is_said(
    api: Api, query: dict[str, object], status: int, words: str
) -> None:
    answer = asked(api, **query)

    assert answer.status == status
    assert words in answer.body.decode()


def test_hostile_names_and_values_are_text(api: Api, pair: list[str]) -> None:
    acts.log_param(api, pair[0], "plain", HOSTILE)
    acts.set_tag(api, pair[0], "tagged", HOSTILE * 100)
    acts.set_tag(api, pair[0], "mlflow.runName", HOSTILE)

    page = shown(api, pair, find="")

    assert "<script>alert" not in page
    assert unescape(page).count(HOSTILE) > 5
    assert "<script>alert" not in shown(api, pair, find=HOSTILE)


def test_of_very_many_names_the_first_are_shown(api: Api, pair: list[str]) -> None:
    for number in range(0, 201, 67):
        some = [Param(f"p{n:03}", "same") for n in range(number, number + 67)]
        api.call(LOG_BATCH, LogBatch(run_id=pair[0], params=some))

    page = shown(api, pair)

    assert len(differing(page)) == 200
    assert "200 of 201 that differ" in page
    assert differing(shown(api, pair, find="p200")) == ["p200"]


def test_a_form_leads_on_to_the_address(api: Api, pair: list[str]) -> None:
    answer = api.submit("/compare", run=pair, find="loss")

    assert answer.status == 303
    place = f"/compare?runs={'.'.join(pair)}&find=loss"
    assert answer.headers["Location"].endswith(place)


def test_a_form_has_room_for_more_runs_than_an_address(api: Api) -> None:
    experiment = acts.new_experiment(api)
    runs = [acts.new_run(api, experiment) for _ in range(245)]

    answer = api.submit("/compare", run=runs)

    assert answer.status == 200
    assert columns(answer.body.decode()) == runs
    assert 'method="get"' not in answer.body.decode()


def test_two_values_of_each_run_are_held_against_each_other(
    api: Api, pair: list[str]
) -> None:
    for run, rate in zip(pair, ("0.1", "auto</script>"), strict=True):
        acts.log_param(api, run, "rate", rate)
    acts.log_metric(api, pair[0], "loss", 0.5)
    acts.log_metric(api, pair[1], "loss", math.nan)

    usual = points(shown(api, pair))
    other = points(shown(api, pair, across="metrics.loss", up="params.none"))

    assert usual["across"]["values"] == ["0.1", "auto</script>"]
    assert usual["across"]["categories"] == ["0.1", "auto</script>"]
    assert usual["up"]["values"] == [0.5, None]
    assert other["across"] == usual["up"]
    assert other["up"]["values"] == [None, None]


def points(page: str, section: str = "scattered") -> dict[str, Any]:
    """What a plot's script is given to draw."""
    own = page.partition(f'<section class="{section}"')[2]
    found = re.search(r"<script type=.application/json.>(.*?)</script>", own)
    assert found is not None
    return json.loads(found[1])
