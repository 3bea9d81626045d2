"""Runs beside each other in a browser."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.charts import drawn
from tests.browser.conftest import Sit
from tests.browser.sweeps import PLOTS, compared, section_of, sweep
from tests.fixtures.sites import Stack
from tests.scenarios import acts

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture(scope="module")
def swept(stack: Stack) -> list[str]:
    """Runs of a search for good parameters."""
    return sweep(stack.client())


def test_everybody_can_read_them(sit: Sit, swept: list[str]) -> None:
    reader = sit()
    reader.go(compared(swept, smooth="0.5"))

    reader.page.locator(".overlaid figure.chart").last.scroll_into_view_if_needed()
    drawn(reader.page, "val/accuracy")
    for name in PLOTS:
        section_of(reader.page, name)
    reader.page.get_by_text("Axes and ranges").click()
    reader.page.locator("details.alike summary").click()

    reader.looks_right("compare")


def test_without_a_script_there_is_the_table(sit: Sit, swept: list[str]) -> None:
    reader = sit("vera", javascript=False)
    page = reader.page
    reader.go(compared(swept))

    page.get_by_text("What is the same in all").click()

    expect(page.locator("[data-alike=params] tr[data-name=batch_size]")).to_be_visible()
    expect(page.locator("figure.chart").first).to_be_hidden()
    reader.picture("compare-without-script")
    page.get_by_role("button", name="Leave out trial-01").click()
    assert page.locator("th.run").count() == 5
    page.get_by_label("Find").fill("rate")
    page.get_by_role("button", name="Find").click()
    assert page.locator(".compared tr[data-name]").count() == 1


def test_a_chart_has_a_line_of_each_run(sit: Sit, swept: list[str]) -> None:
    reader = sit()
    page = reader.page
    reader.go(compared(swept))
    page.locator(".overlaid figure.chart").last.scroll_into_view_if_needed()
    chart = drawn(page, "val/accuracy")
    expect(chart.locator(".scatterlayer .trace")).to_have_count(6)

    page.locator(".overlaid").get_by_label("By").select_option("relative")
    page.get_by_label("Log scale").check()

    expect(chart.locator(".xtitle")).to_have_text("seconds")
    assert "x=relative&log=1" in page.url
    figure = page.locator("figure[data-name='val/accuracy']")
    with page.expect_download() as download:
        figure.get_by_role("button", name="Picture").click()
    assert download.value.suggested_filename == "val_accuracy.png"
    assert reader.problems == []


def test_from_the_table_of_runs_to_the_comparison(
    sit: Sit, stack: Stack, swept: list[str]
) -> None:
    experiment = acts.get_run(stack.client(), swept[0]).info.experiment_id
    reader = sit()
    page = reader.page
    reader.go(f"/experiments/{experiment}")

    for name in ("trial-02", "trial-03"):
        page.get_by_label(f"Choose {name}").check()
    page.get_by_role("button", name="Compare").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("2 runs compared")
    assert reader.problems == []


def test_one_value_is_held_against_another(sit: Sit, swept: list[str]) -> None:
    reader = sit()
    page = reader.page
    reader.go(compared(swept))
    section = page.locator(".scattered")
    section.scroll_into_view_if_needed()
    expect(section.locator(".xtitle")).to_have_text("learning_rate", timeout=15_000)

    section.locator("#scatter-across").select_option(label="model")

    expect(section.locator(".xtitle")).to_have_text("model")
    expect(section.locator("path.point")).to_have_count(6)
    assert "across=params.model" in page.url
    page.reload()
    expect(section.locator("#scatter-across")).to_have_value("params.model")
    assert reader.problems == []
