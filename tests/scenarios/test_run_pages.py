"""The pages of one run on every database, read without a browser."""

from __future__ import annotations

import math
import re
from itertools import chain

import pytest
from trackgate_server.web.shown import NOTHING
from trackgate_wire import limits
from trackgate_wire.metrics import Metric
from trackgate_wire.runs import LOG_BATCH, LogBatch, Param, RunTag

from tests.fixtures.api import Api
from tests.fixtures.sites import App, Stack
from tests.scenarios import acts, run_pages

HOSTILE = "<script>alert(1)</script> \" ' & {{7*7}} Bäume ?#%2F\\"


@pytest.fixture
def api(site: App | Stack) -> Api:
    return site.client()


@pytest.fixture
def run(api: Api) -> str:
    return acts.new_run(api, acts.new_experiment(api))


def test_a_run_with_nothing_has_a_page(api: Api, run: str) -> None:
    page = run_pages.get(api, run)

    assert "No metrics yet." in page
    assert run in page


def test_no_run_no_page(api: Api) -> None:
    assert api.raw("GET", "/runs/0123456789abcdef").status == 404


def test_a_metric_is_shown_with_its_last_value_and_its_extremes(
    api: Api, run: str
) -> None:
    values = [3.0, math.nan, -1.5, 0.25]
    points = [Metric("loss", value, 5 + n, n) for n, value in enumerate(values)]
    acts.log_points(api, run, points)

    assert run_pages.row(run_pages.get(api, run), "loss")[1:] == [
        *("0.25", "-1.5", "3"),
        "3",
    ]


def test_what_is_no_number_is_shown_as_such(api: Api, run: str) -> None:
    acts.log_metric(api, run, "lost", math.nan)
    acts.log_metric(api, run, "high", math.inf)

    page = run_pages.get(api, run)

    assert run_pages.row(page, "lost")[1:] == ["NaN", NOTHING, NOTHING, "0"]
    assert run_pages.row(page, "high")[1:3] == ["∞", "∞"]
    assert run_pages.spots(page, "lost") == 0


def test_a_long_history_is_drawn_from_few_points(api: Api, run: str) -> None:
    run_pages.log_course(api, run, "long", 3_000)

    assert 25 <= run_pages.spots(run_pages.get(api, run), "long") <= 35


def test_points_of_one_step_are_drawn_by_their_times(api: Api, run: str) -> None:
    points = [Metric("flat", n * n, 1_000 * n, 0) for n in range(200)]
    acts.log_points(api, run, points)

    assert 25 <= run_pages.spots(run_pages.get(api, run), "flat") <= 35


def test_the_whole_range_of_steps_is_drawn(api: Api, run: str) -> None:
    steps = [limits.INT64_MIN, -1, 0, 1, limits.INT64_MAX]
    acts.log_points(api, run, [Metric("wide", 1.0, 0, step) for step in steps])

    page = run_pages.get(api, run)

    assert run_pages.row(page, "wide")[-1] == f"{limits.INT64_MAX:,}"
    assert run_pages.spots(page, "wide") >= 3


def test_metrics_of_the_machine_stand_apart(api: Api, run: str) -> None:
    for key in ("loss", "system/cpu", "systemic"):
        acts.log_metric(api, run, key, 1.0)

    page = run_pages.get(api, run)
    assert run_pages.names(page, "metrics") == ["loss", "systemic"]
    assert "1 system metric" in page
    charts = run_pages.get(api, run, "charts", of="system")
    assert run_pages.charts(charts) == ["system/cpu"]


def test_long_lists_go_on_by_name(api: Api, run: str) -> None:
    params = [f"p{number:03}" for number in range(310)]
    for start in range(0, len(params), 100):
        batch = [Param(key, "v") for key in params[start : start + 100]]
        api.call(LOG_BATCH, LogBatch(run_id=run, params=batch))

    first = run_pages.get(api, run)
    second = run_pages.follow(api, first)
    third = run_pages.follow(api, second)

    shown = [run_pages.names(page, "params") for page in (first, second, third)]
    assert [len(one) for one in shown] == [100, 200, 10]
    assert list(chain.from_iterable(shown)) == params


def test_an_entry_is_found_by_its_name_or_its_value(api: Api, run: str) -> None:
    for key, value in (("optimizer", "AdamW"), ("rate", "0.1"), ("adam_beta", "0.9")):
        acts.log_param(api, run, key, value)

    found = run_pages.get(api, run, "params", find="aDAM")

    assert run_pages.names(found, "params") == ["adam_beta", "optimizer"]
    assert "Nothing contains that." in run_pages.get(api, run, "tags", find="%")


def test_news_are_only_what_changed(api: Api, run: str) -> None:
    for key in ("a", "b", "c"):
        acts.log_metric(api, run, key, 1.0, step=1)
    marks = re.findall(r'data-mark="(\w+)"', run_pages.get(api, run))

    acts.log_metric(api, run, "b", 2.0, step=2)
    acts.log_metric(api, run, "d", 3.0)
    news = run_pages.get(api, run, "news", of="own", seen="".join(marks))

    assert re.findall(r'<tr data-name="(\w+)"', news) == ["b", "d"]
    assert 'data-going-on="yes"' in news
    assert "<h1>" not in news


def test_runs_above_and_below_are_linked(api: Api) -> None:
    experiment = acts.new_experiment(api)
    parent, child = (acts.new_run(api, experiment) for _ in range(2))
    acts.set_tag(api, child, "mlflow.parentRunId", parent)

    assert f'href="/runs/{child}"' in run_pages.get(api, parent)
    assert f'href="/runs/{parent}"' in run_pages.get(api, child)


def test_forms_change_the_run(api: Api, run: str) -> None:
    sent = [
        run_pages.post(api, run, "rename", name=" better "),
        run_pages.post(api, run, "note", note="**good**\r\nrun"),
        run_pages.post(api, run, "tags/set", key="team", value="a b"),
        run_pages.post(api, run, "tags/set", key="gone", value=""),
        run_pages.post(api, run, "tags/remove", key="gone"),
    ]

    assert [one.status for one in sent] == [303] * 5
    found = acts.get_run(api, run)
    tags = acts.tags_of(found)
    assert found.info.run_name == tags["mlflow.runName"] == "better"
    assert (tags["mlflow.note.content"], tags["team"]) == ("**good**\nrun", "a b")
    assert "gone" not in tags
    assert "<strong>good</strong>" in run_pages.get(api, run)


def test_an_empty_note_is_none(api: Api, run: str) -> None:
    run_pages.post(api, run, "note", note="some")

    for _ in range(2):
        assert run_pages.post(api, run, "note", note="  ").status == 303

    assert "mlflow.note.content" not in acts.tags_of(acts.get_run(api, run))


def test_a_run_keeps_a_name(api: Api, run: str) -> None:
    assert run_pages.post(api, run, "rename", name=" ").status == 400


def test_a_deleted_run_can_be_restored_and_nothing_else(api: Api, run: str) -> None:
    assert run_pages.post(api, run, "delete").status == 303

    page = run_pages.get(api, run)
    assert "This run is deleted." in page
    assert re.findall(r'action="/runs/\w+/(\w+)"', page) == ["restore"]
    assert run_pages.post(api, run, "rename", name="x").status == 400
    assert run_pages.post(api, run, "restore").status == 303
    assert "This run is deleted." not in run_pages.get(api, run)


def test_a_viewer_changes_nothing(site: App | Stack, run: str) -> None:
    vera = site.client("vera")

    assert 'method="post"' not in run_pages.get(vera, run)
    for action in ("rename", "note", "tags/set", "tags/remove", "delete", "restore"):
        assert run_pages.post(vera, run, action).status == 403


def test_anybodys_text_is_shown_as_it_is(api: Api, run: str) -> None:
    tags = [
        RunTag("mlflow.note.content", HOSTILE),
        RunTag("mlflow.source.name", HOSTILE),
    ]
    batch = LogBatch(run_id=run, params=[Param("p", HOSTILE)], tags=tags)
    api.call(LOG_BATCH, batch)
    run_pages.post(api, run, "rename", name=HOSTILE)

    page = run_pages.get(api, run)

    assert "<script>alert" not in page
    assert run_pages.row(page, "p") == [HOSTILE]


def test_points_stand_in_a_table(api: Api, run: str) -> None:
    run_pages.log_course(api, run, "long", 600)

    first = run_pages.get(api, run, "points", metric="long")
    second = run_pages.follow(api, first)

    rows = [page.split("<tbody>")[1].count("<tr>") for page in (first, second)]
    assert rows == [500, 100]
    answer = api.raw("GET", f"/runs/{run}/points", query={"metric": "none"})
    assert answer.status == 404


def test_charts_are_those_of_the_address(api: Api, run: str) -> None:
    for key in ("train/loss", "val/loss", "rate"):
        run_pages.log_course(api, run, key, 5)

    page = run_pages.get(api, run, "charts", find="LOSS", x="time", log="1", smooth="7")

    assert run_pages.charts(page) == ["train/loss", "val/loss"]
    assert '<option value="time" selected>' in page
    assert 'value="0.99"' in page
