"""The page of one run in a browser."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect
from trackgate_wire.metrics import Metric
from trackgate_wire.runs import LOG_BATCH, LogBatch, Param, RunTag

from tests.browser import run_courses
from tests.browser.conftest import Sit
from tests.browser.team_work import TeamWork
from tests.fixtures.sites import Stack
from tests.scenarios import acts

pytestmark = [pytest.mark.browser, pytest.mark.slow]

TRAP = "<img src='http://elsewhere.test/x' onerror=alert(1)><script>alert(2)</script>"


def test_everybody_can_read_it(sit: Sit, work: TeamWork) -> None:
    reader = sit()

    assert reader.go(f"/runs/{work.best}").status == 200

    text = reader.text()
    for part in ("train/loss", "adamw", "vision", "photos-train", "fold-0"):
        assert part in text
    reader.looks_right("run")


def test_a_viewer_without_a_script_reads_all_and_changes_nothing(
    sit: Sit, work: TeamWork
) -> None:
    reader = sit("vera", javascript=False)

    reader.go(f"/runs/{work.best}")

    assert reader.page.locator("main form[method=post]").count() == 0
    reader.page.get_by_role("link", name="train/loss").click()
    assert reader.page.locator("[data-list=points] tbody tr").count() == 300


def test_an_editor_needs_no_script(sit: Sit, stack: Stack) -> None:
    run = run_courses.going(stack.client(), "loss")
    reader = sit(javascript=False)
    page = reader.page
    reader.go(f"/runs/{run}")

    page.get_by_text("Rename").click()
    page.get_by_label("New name").fill("<b>better</b>")
    page.get_by_role("button", name="Save").first.click()
    expect(page.locator("h1")).to_have_text("<b>better</b>")
    page.get_by_text("Write a note").click()
    page.get_by_role("textbox", name="Note").fill("It is *good*.")
    page.get_by_role("button", name="Preview").click()
    expect(page.locator(".preview em")).to_have_text("good")
    page.get_by_role("button", name="Save").last.click()
    expect(page.locator("div.note em")).to_have_text("good")
    page.get_by_label("Name of a tag").fill("team")
    page.get_by_label("Value of the tag").fill("vision")
    page.get_by_role("button", name="Set tag").click()
    expect(page.locator("tr[data-name=team] td").first).to_have_text("vision")
    page.get_by_role("button", name="Remove the tag team").click()
    expect(page.locator("tr[data-name=team]")).to_have_count(0)
    page.get_by_role("button", name="Delete").click()
    expect(page.get_by_role("status")).to_contain_text("was deleted")
    page.get_by_role("button", name="Restore").click()
    expect(page.get_by_role("status")).to_contain_text("is back")


def test_a_list_is_narrowed_as_somebody_types(sit: Sit, work: TeamWork) -> None:
    reader = sit()
    reader.go(f"/runs/{work.best}")
    rows = reader.page.locator("[data-list=params] tbody tr:visible")

    reader.page.get_by_label("Find parameters").fill("ADAM")

    expect(rows).to_have_count(1)
    assert "optimizer" in rows.inner_text()
    reader.page.get_by_label("Find parameters").fill("")
    expect(rows).to_have_count(5)


def test_a_long_list_goes_on_in_place(sit: Sit, stack: Stack) -> None:
    api = stack.client()
    run = run_courses.going(api)
    acts.log_points(api, run, [Metric(f"m{n:03}", n, 0) for n in range(120)])
    reader = sit()
    reader.go(f"/runs/{run}")
    rows = reader.page.locator("[data-list=metrics] tbody tr")
    expect(rows).to_have_count(50)

    reader.page.get_by_role("link", name="More").click()

    expect(rows).to_have_count(120)
    assert reader.page.url.endswith(f"/runs/{run}")


def test_a_run_that_goes_on_shows_what_comes(sit: Sit, stack: Stack) -> None:
    api = stack.client()
    run = run_courses.going(api, "accuracy", "loss")
    reader = sit(own_clock=True)
    reader.go(f"/runs/{run}")
    reader.page.evaluate("document.querySelector('h1').dataset.same = 'yes'")

    acts.log_metric(api, run, "loss", 0.125, run_courses.STARTED_MS + 9, 9)
    acts.log_metric(api, run, "brand new", 1.0)
    reader.pass_time(5)

    rows = reader.page.locator("[data-list=metrics] tbody tr")
    expect(rows).to_have_count(3, timeout=15_000)
    expect(rows.nth(2)).to_contain_text("0.125")
    assert reader.page.locator("h1[data-same]").count() == 1
    assert reader.problems == []


def test_anybodys_text_does_no_harm(sit: Sit, stack: Stack) -> None:
    api = stack.client()
    run = run_courses.going(api, "a b: c")
    tags = [
        *(RunTag("mlflow.runName", TRAP[:200]), RunTag("trap", TRAP)),
        RunTag("mlflow.note.content", f"{TRAP} ![x](http://elsewhere.test/y.png)"),
    ]
    params = [Param("trap", TRAP * 20)]
    api.call(LOG_BATCH, LogBatch(run_id=run, params=params, tags=tags))
    reader = sit()

    for path in ("", "/charts", "/params", "/points?metric=a%20b:%20c"):
        reader.go(f"/runs/{run}{path}")
        assert reader.page.locator("h1").inner_text() == TRAP[:200]

    assert reader.page.locator("main img, main script").count() == 0
    assert reader.problems == []
