"""Images over steps: a slider where scripts run, side by side where they do not."""

from __future__ import annotations

from urllib.parse import quote, unquote

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import PHONE, Sit
from tests.browser.team_work import TeamWork
from tests.fixtures.sites import Stack
from tests.scenarios.artifact_acts import png, run_with

pytestmark = [pytest.mark.browser, pytest.mark.slow]

SMALL = "+compressed.webp"


def name(key: str, step: int) -> str:
    """As the stock client calls an image."""
    return f"{key}+step+{step}+timestamp+1700000000000+0f{step}"


def image(step: int) -> bytes:
    return png(step * 2 % 256, 90, 255 - step * 2 % 256, side=180)


@pytest.fixture(scope="module")
def run(stack: Stack) -> str:
    """A run that logged two kinds of images, one of them half as often."""
    files: dict[str, bytes | str] = {}
    for key, steps in (("samples~cats", range(0, 100, 10)), ("attention", (0, 50, 90))):
        for step in steps:
            files[f"images/{name(key, step)}.png"] = image(step)
            files[f"images/{name(key, step)}{SMALL}"] = image(step)
    return run_with(stack.client("ada"), files)


def place(run: str, path: str) -> str:
    return f"/runs/{run}/artifacts?path={quote(path, safe='')}"


def labels(page: Page) -> list[str]:
    """What the sliders say, from the top."""
    return page.locator(".step-line output").all_inner_texts()


def test_everybody_can_read_it(sit: Sit, work: TeamWork) -> None:
    reader = sit()
    folder = work.image.rpartition("/")[0]

    for look, path in {"folder": folder, "image": work.image}.items():
        reader.go(place(work.best, path))
        reader.looks_right(f"steps-{look}")


def test_the_sliders_of_a_folder_move_together(sit: Sit, run: str) -> None:
    reader = sit()
    page = reader.page
    reader.go(place(run, "images"))
    assert labels(page) == ["step 90", "step 90"]

    slider = page.get_by_label("Step of samples/cats")
    slider.focus()
    for _ in range(3):
        page.keyboard.press("ArrowLeft")
    assert labels(page) == ["step 50", "step 60"]
    page.wait_for_url("**&step=60")
    shown = page.locator(".steps img").nth(1)
    assert name("samples~cats", 60) in unquote(shown.get_attribute("src") or "")
    assert shown.get_attribute("alt") == "samples/cats, step 60"
    assert shown.evaluate("one => one.decode().then(() => one.naturalWidth)") == 180
    marked = page.locator(".images [aria-current]").all_inner_texts()
    assert [one.strip() for one in marked] == ["step 50", "step 60"]

    page.reload()
    assert labels(page) == ["step 50", "step 60"]
    page.get_by_label("Step of samples/cats").press("Home")
    assert labels(page) == ["step 0", "step 0"]
    assert reader.problems == []


def test_the_slider_of_an_image_leads_to_the_others(sit: Sit, run: str) -> None:
    reader = sit()
    page = reader.page
    reader.go(place(run, f"images/{name('samples~cats', 50)}.png"))
    entries = page.evaluate("history.length")
    page.evaluate("window.stays = true")

    page.get_by_label("Step of samples/cats").focus()
    for step in (60, 70):
        page.keyboard.press("ArrowRight")
        page.wait_for_function(
            "step => document.querySelector('h2').innerText.includes(`step ${step} `)",
            arg=step,
        )

    assert name("samples~cats", 70) in unquote(page.url)
    assert page.evaluate("document.activeElement.ariaValueText") == "step 70"
    assert page.evaluate("window.stays")
    assert page.evaluate("history.length") == entries
    download = page.locator("text=Download").get_attribute("href") or ""
    assert name("samples~cats", 70) in unquote(download)
    assert reader.problems == []


def test_without_a_script_they_stand_side_by_side(sit: Sit, run: str) -> None:
    reader = sit("vera", javascript=False)
    page = reader.page
    reader.go(place(run, "images"))

    assert page.locator(".step-line:visible").count() == 0
    assert page.locator(".steps img").count() == 2
    page.locator(".images").nth(1).get_by_text("step 30").click()
    assert page.locator(".images [aria-current]").inner_text().strip() == "step 30"


def test_nothing_moves_while_it_is_moved(sit: Sit, run: str) -> None:
    reader = sit(size=PHONE)
    page = reader.page
    reader.go(place(run, "images"))
    tops = (
        "[...document.querySelectorAll('.images, .entries')].map(one => one.offsetTop)"
    )
    before = page.evaluate(tops)

    page.get_by_label("Step of attention").press("Home")
    page.wait_for_url("**&step=0")

    assert page.evaluate(tops) == before
