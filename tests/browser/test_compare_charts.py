"""Charts of compared runs in a browser."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, expect

from tests.browser import run_courses
from tests.browser.conftest import Sit
from tests.browser.sweeps import compared
from tests.fixtures.sites import Stack
from tests.fixtures.waiting import wait_until
from tests.scenarios import run_pages

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def counts(plot: Locator) -> list[int]:
    """How many points each line has."""
    return plot.evaluate("element => element.data.map((line) => line.x.length)")


def test_who_zooms_in_sees_more_points_of_each_run(sit: Sit, stack: Stack) -> None:
    api = stack.client()
    runs = [run_courses.going(api) for _ in range(2)]
    for run in runs:
        run_pages.log_course(api, run, "long", 8_000)
    reader = sit("vera")
    mouse = reader.page.mouse
    reader.go(compared(runs))
    plot = reader.page.locator("figure[data-name=long] .plot")
    plot.scroll_into_view_if_needed()
    expect(plot.locator(".scatterlayer .trace")).to_have_count(2, timeout=15_000)
    thinned = counts(plot)
    box = plot.bounding_box()
    assert box is not None
    left, top = box["x"] + 200, box["y"] + 80

    mouse.move(left, top)
    mouse.down()
    mouse.move(left + 60, top, steps=3)
    mouse.up()

    wait_until(lambda: min(counts(plot)) > max(thinned) + 100)
    mouse.dblclick(left, top)
    wait_until(lambda: counts(plot) == thinned)
    assert reader.problems == []
