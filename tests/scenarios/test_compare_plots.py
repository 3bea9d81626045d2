"""Searches as comparisons, and what plots of them are given, on every database."""

from __future__ import annotations

import re
from html import unescape

import pytest

from tests.fixtures.api import Api
from tests.fixtures.sites import App, Stack
from tests.scenarios import acts
from tests.scenarios.test_compare import asked, columns, points, shown

HOSTILE = "</script><script>alert(1)</script>"


@pytest.fixture
def api(site: App | Stack) -> Api:
    return site.client()


@pytest.fixture
def experiment(api: Api) -> str:
    return acts.new_experiment(api)


@pytest.fixture
def trio(api: Api, experiment: str) -> list[str]:
    """Runs of different rates and models."""
    runs = [acts.new_run(api, experiment) for _ in range(3)]
    for number, run in enumerate(runs):
        acts.log_param(api, run, "rate", str(10.0**-number))
        acts.log_param(api, run, "model", ("tree", "net", "tree")[number])
        acts.log_metric(api, run, "loss", (1.0, 2.0, 4.0)[number])
    return runs


def cells(page: str, group: str) -> list[str]:
    """The numbers of a group of runs."""
    own = page.partition('class="boxed"')[2]
    (row,) = re.findall(rf'<tr><th scope="row">{group}</th>(.*?)</tr>', own, re.DOTALL)
    found = re.findall(r"<td[^>]*>(.*?)</td>", row)
    return [re.sub("<[^>]*>", "", cell) for cell in found]


def test_a_search_is_compared_and_can_be_sent(
    api: Api, experiment: str, trio: list[str]
) -> None:
    query = {"experiment": experiment, "filter": "params.model = 'tree'"}
    order = "metrics.loss DESC"

    page = asked(api, **query, order=order).body.decode()

    assert columns(page) == [trio[2], trio[0]]
    assert "All 2 runs of" in page
    assert "params.model = &#39;tree&#39;" in page
    # Its forms ask for the same search again.
    assert f'name="order" value="{order}"' in page
    assert 'name="runs"' not in page
    acts.log_param(api, late := acts.new_run(api, experiment), "model", "tree")
    assert late in columns(asked(api, **query).body.decode())


def test_of_a_search_the_first_are_compared_without_some(
    api: Api, experiment: str, trio: list[str]
) -> None:
    query = {"experiment": experiment, "order": "metrics.loss"}

    first = asked(api, **query, most=2).body.decode()
    rest = asked(api, **query, without=trio[0]).body.decode()

    assert columns(first) == trio[:2]
    assert "The first 2 runs of" in first
    assert columns(rest) == trio[1:]
    assert "1 left out" in rest


@pytest.mark.parametrize(
    ("query", "status", "words"),
    [
        ({"filter": "params.model = 'none'"}, 404, "No run is found"),
        ({"filter": "params.model ="}, 400, "ilter"),
        ({"order": "nonsense order"}, 400, "nonsense"),
    ],
)
def test_a_search_without_runs_says_so(
    api: Api, experiment: str, query: dict[str, str], status: int, words: str
) -> None:
    answer = asked(api, experiment=experiment, **query)

    assert answer.status == status
    assert words in unescape(answer.body.decode())


def test_the_table_of_runs_leads_to_all_that_it_finds(
    api: Api, experiment: str, trio: list[str]
) -> None:
    query = {"filter": "metrics.loss < 3", "order": "metrics.loss"}
    table = api.raw("GET", f"/experiments/{experiment}", query=query).body.decode()

    (link,) = re.findall(r'href="([^"]*)"[^>]*>Compare all</a>', table)

    page = api.raw("GET", unescape(link)).body.decode()
    assert columns(page) == trio[:2]
    (back,) = re.findall(r'href="([^"]*)">Show them as a table</a>', page)
    again = api.raw("GET", unescape(back)).body.decode()
    assert trio[0] in again
    assert trio[2] not in again


def test_some_of_the_runs_are_compared_further(
    api: Api, experiment: str, trio: list[str]
) -> None:
    fields = {"experiment": experiment, "axis": "params.rate", "scale": "log"}

    answer = api.submit("/compare", **fields, only=".".join(trio[:2]))

    place = f"/compare?runs={trio[0]}.{trio[1]}&axis=params.rate&scale=log"
    assert answer.headers["Location"].endswith(place)


def test_lines_run_across_what_differs(api: Api, trio: list[str]) -> None:
    given = points(shown(api, trio), "parallel")

    drawn = {axis["text"]: axis for axis in given["axes"]}
    assert list(drawn) == ["params.model", "params.rate", "metrics.loss"]
    assert drawn["params.model"]["categories"] == ["net", "tree"]
    assert drawn["params.model"]["values"] == ["tree", "net", "tree"]
    assert drawn["params.rate"]["values"] == [1.0, 0.1, 0.01]
    assert drawn["params.rate"]["far"]
    assert given["colour"]["text"] == "metrics.loss"


def test_axes_and_ranges_are_those_of_the_address(api: Api, trio: list[str]) -> None:
    query = {"axis": ["metrics.loss", "params.rate"], "from": ["", "0.1"]}
    asking = {"runs": ".".join(trio), **query, "to": ["3", ""], "scale": ["", "log"]}

    page = asked(api, **asking).body.decode()

    assert re.findall(r'data-axis="([^"]*)"', page) == query["axis"]
    assert 'name="to" value="3"' in page
    assert 'name="from" value="0.1"' in page


def test_groups_have_mean_and_deviation_without_a_script(
    api: Api, trio: list[str]
) -> None:
    page = shown(api, trio, box="metrics.loss", by="params.model")

    assert cells(page, "tree") == ["2", "2.5", "2.1213", "1", "2.5", "4"]
    assert cells(page, "net") == ["1", "2", "\N{EN DASH}", "2", "2", "2"]
    assert points(page, "boxed")["groups"][1] == {
        "name": "tree",
        "runs": [0, 2],
        "values": [1.0, 4.0],
    }


def test_a_contour_has_three_numbers_of_each_run(api: Api, trio: list[str]) -> None:
    chosen = ["params.rate", "duration", "metrics.loss"]
    runs = ".".join(trio)

    page = asked(api, runs=runs, contour=chosen, contourscale=["log", ""])

    given = points(page.body.decode(), "contoured")
    assert given["across"]["values"] == [1.0, 0.1, 0.01]
    assert given["across"]["log"]
    assert given["up"]["name"] == "duration, s"
    assert given["height"]["values"] == [1.0, 2.0, 4.0]


@pytest.mark.parametrize(
    ("plot", "section"),
    [
        ("parallel", "parallel"),
        ("scatter", "scattered"),
        ("contour", "contoured"),
        ("boxes", "boxed"),
    ],
)
def test_a_plot_is_answered_by_itself(
    api: Api, trio: list[str], plot: str, section: str
) -> None:
    fields = {"runs": ".".join(trio), "across": "metrics.loss"}

    answer = api.submit(f"/compare/{plot}", **fields)

    page = answer.body.decode()
    assert answer.status == 200
    assert re.findall(r'<section class="([^"]*)"', page) == [section]
    assert "<html" not in page
    assert points(page, section)
    assert api.submit("/compare/pie", **fields).status == 404


def test_a_single_run_has_no_plots_beside_its_charts(api: Api, trio: list[str]) -> None:
    page = shown(api, trio[:1])

    assert 'class="overlaid"' in page
    assert 'class="parallel"' not in page


def test_hostile_values_are_text_in_every_plot(api: Api, trio: list[str]) -> None:
    for run in trio[:2]:
        acts.log_param(api, run, "note", HOSTILE)
        acts.set_tag(api, run, "kind", HOSTILE)
    asking = {
        "axis": ["params.note", "metrics.loss"],
        "across": "params.note",
        "by": "tags.kind",
    }

    page = asked(api, runs=".".join(trio), **asking).body.decode()

    assert "<script>alert" not in page
    assert points(page, "parallel")["axes"][0]["values"] == [HOSTILE, HOSTILE, None]
    assert points(page, "boxed")["groups"][0]["name"] == HOSTILE


def test_more_runs_than_an_address_has_room_for_are_told_of_the_search(
    api: Api, experiment: str
) -> None:
    runs = [acts.new_run(api, experiment) for _ in range(245)]

    by_form = api.submit("/compare", run=runs).body.decode()
    by_search = asked(api, experiment=experiment).body.decode()

    assert "cannot be sent to somebody" in by_form
    assert "cannot be sent to somebody" not in by_search
    assert sorted(columns(by_search)) == sorted(runs)
