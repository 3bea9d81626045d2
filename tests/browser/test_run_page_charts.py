"""The charts of one run in a browser."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Locator, Page, expect
from trackgate_wire.metrics import Metric

from tests.browser import run_courses
from tests.browser.charts import drawn, plot
from tests.browser.conftest import Sit
from tests.browser.team_work import TeamWork
from tests.fixtures.sites import Stack
from tests.fixtures.waiting import wait_until
from tests.scenarios import acts, run_pages

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def width(element: Locator) -> float:
    """How wide it is, in pixels."""
    box = element.bounding_box()
    return box["width"] if box else 0


def places(chart: Locator) -> list[float]:
    """Where the points of a drawn line stand, from left to right."""
    return chart.evaluate("element => Array.from(element.data[0].x)")


def asked_for(page: Page) -> list[dict[str, list[str]]]:
    """The queries for points from now on."""
    asked: list[dict[str, list[str]]] = []

    def note(url: str) -> None:
        if "get-history-bulk-interval" in url:
            asked.append(parse_qs(urlsplit(url).query))

    page.on("request", lambda request: note(request.url))
    return asked


def test_everybody_can_read_them(sit: Sit, work: TeamWork) -> None:
    reader = sit()

    reader.go(f"/runs/{work.best}/charts?smooth=0.7&log=1")

    drawn(reader.page, "train/loss")
    drawn(reader.page, "val/accuracy")
    reader.looks_right("run-charts")


def test_without_a_script_there_are_outlines_and_a_table(
    sit: Sit, work: TeamWork
) -> None:
    reader = sit("vera", javascript=False)

    reader.go(f"/runs/{work.best}/charts")
    reader.page.get_by_label("By").select_option("time")
    reader.page.get_by_role("button", name="Show").click()

    assert "x=time" in reader.page.url
    assert reader.page.locator("svg.outline path").count() == 4
    reader.picture("run-charts-without-script")
    reader.page.get_by_role("link", name="val/loss").click()
    assert reader.page.locator("[data-list=points] tbody tr").count() == 300
    reader.picture("run-points")
    reader.page.go_back()
    reader.page.get_by_role("link", name="System metrics").click()
    assert reader.page.locator("figure").count() == 1


def test_the_address_keeps_how_they_are_drawn(sit: Sit, work: TeamWork) -> None:
    reader = sit()
    page = reader.page
    reader.go(f"/runs/{work.best}/charts")
    chart = drawn(page, "val/loss")

    page.get_by_label("By").select_option("relative")
    page.get_by_label("Log scale").check()
    page.get_by_label("Smoothing").fill("0.6")

    expect(chart.locator(".xtitle")).to_have_text("minutes")
    expect(chart.locator(".scatterlayer .trace")).to_have_count(2)
    assert "x=relative&log=1&smooth=0.6" in page.url
    page.reload()
    expect(drawn(page, "val/loss").locator(".xtitle")).to_have_text("minutes")
    assert reader.problems == []


def test_who_zooms_in_sees_more_points(sit: Sit, stack: Stack) -> None:
    api = stack.client()
    run = run_courses.going(api)
    run_pages.log_course(api, run, "long", 8_000)
    reader = sit("vera")
    page = reader.page
    reader.go(f"/runs/{run}/charts")
    chart = drawn(page, "long")
    box = chart.bounding_box()
    assert box is not None
    asked = asked_for(page)

    page.mouse.move(box["x"] + 200, box["y"] + 80)
    page.mouse.down()
    page.mouse.move(box["x"] + 260, box["y"] + 80, steps=3)
    page.mouse.up()

    wait_until(lambda: len(places(chart)) > 1_100)
    start, end = (int(asked[0][name][0]) for name in ("start_step", "end_step"))
    assert 0 < start < end < 8_000
    assert reader.problems == []


def test_a_chart_of_a_run_that_goes_on_gets_its_new_points_only(
    sit: Sit, stack: Stack
) -> None:
    api = stack.client()
    run = run_courses.going(api, "loss", "rate")
    reader = sit(own_clock=True)
    page = reader.page
    reader.go(f"/runs/{run}/charts")
    drawn(page, "loss")
    drawn(page, "rate")
    asked = asked_for(page)

    acts.log_metric(api, run, "loss", 0.25, run_courses.STARTED_MS + 60_000, 60)
    acts.log_metric(api, run, "later", 1.0)
    reader.pass_time(5)

    drawn(page, "later")
    last = page.locator("figure[data-name=loss] [data-value=last]")
    expect(last).to_have_text("0.25")
    wait_until(lambda: places(plot(page, "loss"))[-1] == 60)
    steps = {one["metric_key"][0]: one.get("start_step") for one in asked}
    assert steps == {"loss": ["1"], "later": None}
    assert reader.problems == []


def test_only_charts_in_sight_are_drawn(sit: Sit, stack: Stack) -> None:
    api = stack.client()
    run = run_courses.going(api)
    acts.log_points(
        api, run, [Metric(f"m{n:03}", s, s, s) for n in range(90) for s in range(3)]
    )
    reader = sit()
    page = reader.page
    reader.go(f"/runs/{run}/charts")
    drawn(page, "m000")

    while page.locator("figure.chart").count() < 90:
        page.mouse.wheel(0, 4_000)
        page.wait_for_timeout(50)
    page.locator("figure[data-name=m089]").scroll_into_view_if_needed()

    drawn(page, "m089")
    expect(plot(page, "m000").locator("svg.outline")).to_be_attached()
    assert page.locator(".plot .scatterlayer").count() < 20
    assert reader.problems == []


def test_a_chart_is_kept_as_a_picture(sit: Sit, work: TeamWork) -> None:
    reader = sit()
    reader.go(f"/runs/{work.best}/charts")
    figure = reader.page.locator("figure[data-name='val/loss']")
    chart = drawn(reader.page, "val/loss")

    figure.get_by_role("button", name="Enlarge").click()
    wait_until(lambda: width(chart.locator(".main-svg").first) > 1_000)
    with reader.page.expect_download() as download:
        figure.get_by_role("button", name="Picture").click()

    assert download.value.suggested_filename == "val_loss.png"
    assert reader.problems == []
