"""Plots of compared runs in a browser: lines, contour, boxes, and their pictures."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, expect
from trackgate_wire.runs import LOG_BATCH, LogBatch, Param

from tests.browser.conftest import Reader, Sit
from tests.browser.sweeps import PLOTS, compared, section_of, sweep
from tests.fixtures.sites import Stack
from tests.scenarios import acts

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture(scope="module")
def swept(stack: Stack) -> list[str]:
    """Runs of a search for good parameters."""
    return sweep(stack.client())


@pytest.fixture
def lines(sit: Sit, swept: list[str]) -> Callable[..., tuple[Reader, Locator]]:
    """Parallel coordinates, for an address with these values."""

    def opened(**query: str) -> tuple[Reader, Locator]:
        reader = sit()
        reader.go(compared(swept, **query))
        return reader, section_of(reader.page, "parallel")

    return opened


def test_a_range_keeps_the_runs_that_are_in_it(
    lines: Callable[..., tuple[Reader, Locator]],
) -> None:
    reader, section = lines()
    page = reader.page
    page.get_by_text("Axes and ranges").click()

    section.get_by_label("learning_rate from").fill("0.001")
    section.get_by_label("model to").select_option("resnet50")

    expect(section.locator(".count")).to_have_text("3 of 6 runs")
    expect(section.locator(".kept path")).to_have_count(3)
    expect(section.locator(".gone path")).to_have_count(3)
    page.reload()
    section_of(page, "parallel")
    expect(section.locator(".count")).to_have_text("3 of 6 runs")
    page.get_by_text("Runs within the ranges").click()
    expect(section.locator(".listed a")).to_have_count(3)
    section.get_by_role("button", name="Compare only these").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("3 runs compared")
    assert reader.problems == []


def test_a_range_is_drawn_along_an_axis(
    lines: Callable[..., tuple[Reader, Locator]],
) -> None:
    axes = "params.learning_rate&scale=log&axis=metrics.loss&scale="
    reader, section = lines(axis=axes)
    mouse = reader.page.mouse
    box = section.locator(".upright-grip").first.bounding_box()
    assert box is not None
    x, middle = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2

    mouse.move(x, box["y"])
    mouse.down()
    mouse.move(x, middle, steps=4)
    mouse.up()

    expect(section.locator(".count")).to_have_text("3 of 6 runs")
    expect(section.locator(".brushes rect")).to_have_count(1)
    assert "from=0." in reader.page.url
    mouse.click(x, middle)
    expect(section.locator(".count")).to_have_text("6 runs")
    assert "from=" not in reader.page.url
    assert reader.problems == []


def test_a_line_is_named_by_mouse_and_by_keys(
    lines: Callable[..., tuple[Reader, Locator]],
) -> None:
    reader, section = lines(axis="params.learning_rate&axis=metrics.loss")
    tip, plot = section.locator(".tip"), section.locator(".plot")

    plot.focus()
    reader.page.keyboard.press("ArrowDown")

    # The highest loss is that of the smallest rate.
    expect(tip.get_by_role("link", name="trial-05")).to_be_visible()
    expect(section.locator(".named circle")).to_have_count(2)
    reader.page.keyboard.press("Escape")
    expect(tip).to_be_empty()
    section.locator(".kept path").first.hover(position={"x": 1, "y": 1}, force=True)
    expect(tip).to_contain_text("<img src=x onerror=alert(1)>")
    plot.focus()
    reader.page.keyboard.press("ArrowUp")
    reader.page.keyboard.press("Enter")
    expect(reader.page).to_have_url(re.compile(r".*/runs/\w+$"))
    assert reader.problems == []


def test_axes_are_moved_added_and_removed(
    lines: Callable[..., tuple[Reader, Locator]],
) -> None:
    reader, section = lines(axis="params.learning_rate&axis=metrics.loss")
    page = reader.page
    page.get_by_text("Axes and ranges").click()
    names = section.locator(".upright-name")

    section.get_by_role("button", name="Move loss left").click()
    expect(names.first).to_contain_text("loss")
    section.get_by_label("Add").select_option(label="model")
    expect(names).to_have_count(3)
    section.get_by_role("button", name="Remove learning_rate").click()

    expect(names).to_have_count(2)
    assert "axis=metrics.loss&axis=params.model" in page.url
    assert section.get_by_role("button", name="Remove loss").is_disabled()
    page.reload()
    section_of(page, "parallel")
    expect(names.last).to_contain_text("model")
    assert reader.problems == []


def test_an_axis_is_dragged_by_its_name(
    lines: Callable[..., tuple[Reader, Locator]],
) -> None:
    reader, section = lines()
    names = section.locator(".upright-name")
    last = names.last.bounding_box()
    assert last is not None

    names.first.hover()
    reader.page.mouse.down()
    reader.page.mouse.move(last["x"] + last["width"], last["y"], steps=5)
    reader.page.mouse.up()

    expect(names.last).to_contain_text("learning_rate")
    assert reader.page.url.endswith("axis=params.learning_rate")
    assert reader.problems == []


def test_a_contour_says_what_it_lacks(sit: Sit, swept: list[str]) -> None:
    reader = sit()
    page = reader.page
    reader.go(compared(swept))
    section = section_of(page, "contoured")
    expect(section.locator("path.point")).to_have_count(6)

    section.locator("#contour-across").select_option(label="model")

    expect(section.locator(".empty").last).to_contain_text("there are 0")
    section.locator("#contour-across").select_option(label="val/accuracy")
    expect(section.locator(".contourfill path").first).to_be_attached()
    assert "contour=metrics.val%2Faccuracy" in page.url
    assert reader.problems == []


def test_groups_are_chosen_with_their_table(sit: Sit, swept: list[str]) -> None:
    reader = sit()
    page = reader.page
    reader.go(compared(swept))
    section = section_of(page, "boxed")
    expect(section.locator("tbody tr")).to_have_count(2)

    section.get_by_label("Grouped by").select_option(label="model")

    expect(section.locator("tbody tr")).to_have_count(3)
    expect(section.locator(".boxlayer path.box")).to_have_count(3)
    assert "by=params.model" in page.url
    assert reader.problems == []


def test_groups_need_no_script(sit: Sit, swept: list[str]) -> None:
    reader = sit("vera", javascript=False)
    page = reader.page
    reader.go(compared(swept))
    section = page.locator("section.boxed")

    section.get_by_label("Grouped by").select_option(label="model")
    section.get_by_role("button", name="Show").click()

    expect(section.locator("tbody tr")).to_have_count(3)
    assert "Parallel coordinates need JavaScript" in reader.text()


def test_every_plot_is_kept_as_a_picture(sit: Sit, swept: list[str]) -> None:
    reader = sit()
    page = reader.page
    reader.go(compared(swept))

    for name in PLOTS:
        section = section_of(page, name)
        with page.expect_download() as download:
            section.get_by_role("button", name="Picture").click()
        assert download.value.suggested_filename.endswith(".png")
        assert download.value.path().read_bytes().startswith(b"\x89PNG")

    assert reader.problems == []


def test_all_that_a_table_finds_is_compared(sit: Sit, stack: Stack) -> None:
    api = stack.client()
    experiment = acts.new_experiment(api, acts.new_name("wide"))
    for number in range(30):
        run = acts.new_run(api, experiment)
        rate = Param("rate", str(number / 30))
        api.call(LOG_BATCH, LogBatch(run_id=run, params=[rate]))
        acts.log_metric(api, run, "loss", (number - 15) ** 2)
    reader = sit()
    page = reader.page
    reader.go(f"/experiments/{experiment}?filter=metrics.loss+%3E+4")

    page.get_by_role("link", name="Compare all").click()

    section = section_of(page, "parallel")
    expect(section.locator(".kept path")).to_have_count(25)
    expect(page.get_by_role("heading", level=1)).to_have_text("25 runs compared")
    assert f"experiment={experiment}" in page.url
    assert reader.problems == []
