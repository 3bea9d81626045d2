"""Sliders through images: where they stop, where they stand, what pages say of them."""

from __future__ import annotations

import json
import re
from html import unescape

import pytest
from trackgate_server.operations import artifact_folders
from trackgate_server.web import artifact_steps
from trackgate_server.web.artifact_images import Series, series_in, series_of
from trackgate_server.web.artifact_steps import Slider

from tests.fixtures.api import Api
from tests.fixtures.sites import App
from tests.scenarios.artifact_acts import png, run_with

HOSTILE = "</script><script>alert(1)</script>"


def series(*steps: int) -> Series:
    (found,) = series_in(name(step) for step in steps)
    return found


def name(step: int, at_ms: int = 17) -> str:
    return f"cats+step+{step}+timestamp+{at_ms}+0f.png"


def slider_at(step: int | None, *steps: int) -> Slider:
    (strip,) = artifact_steps.strips([series(*steps)], step)
    assert strip.slider is not None
    return strip.slider


@pytest.mark.parametrize(
    ("step", "stands_at"),
    [(None, 300), (300, 300), (299, 100), (100, 100), (0, 100), (10**30, 300)],
)
def test_it_stands_at_the_newest_image_of_a_step(
    step: int | None, stands_at: int
) -> None:
    assert slider_at(step, 300, 100, 200 + 100).here.step == stands_at


def test_a_single_image_needs_no_slider() -> None:
    (strip,) = artifact_steps.strips([series(5)], None)

    assert strip.slider is None


def test_images_in_no_series_have_no_slider() -> None:
    (strip,) = artifact_steps.strips(series_in(["a.png", "b.png"]), None)

    assert strip.slider is None


def test_images_of_one_step_are_counted() -> None:
    (found,) = series_in([name(5, 1), name(5, 2), name(1_000, 3)])

    (strip,) = artifact_steps.strips([found], 5)

    assert strip.slider is not None
    labels = [stop.label for stop in strip.slider.stops]
    assert labels == ["step 5, 1 of 2", "step 5, 2 of 2", "step 1,000"]
    assert strip.slider.place == 1


def test_the_slider_of_a_file_stands_at_it_even_if_there_are_many() -> None:
    names = [name(step) for step in range(5_000)]
    found = series_of(names[1_234], names)
    assert found is not None

    slider = artifact_steps.at_image(found, names[1_234])

    assert slider is not None
    assert slider.here.name == names[1_234]
    assert len(slider.stops) <= 1_001


def test_a_smaller_copy_has_no_slider_of_its_own() -> None:
    small = name(1).replace(".png", "+compressed.webp")
    found = series_of(small, [name(1), small, name(2)])
    assert found is not None

    assert artifact_steps.at_image(found, small) is None


# Pages


@pytest.fixture
def api(app: App) -> Api:
    return app.client()


def page(api: Api, run: str, **query: str) -> str:
    answer = api.raw("GET", f"/runs/{run}/artifacts", query=query)
    assert answer.status == 200
    return answer.body.decode()


def test_a_folder_shows_its_images_at_the_step_that_is_asked_for(api: Api) -> None:
    files = {f"images/{name(step)}": png(step, 0, 0) for step in (0, 100, 200)}
    run = run_with(api, {**files})

    newest, then = (
        page(api, run, path="images"),
        page(api, run, path="images", step="150"),
    )

    assert 'aria-valuetext="step 200"' in newest
    assert 'aria-valuetext="step 100"' in then
    assert 'alt="cats, step 100"' in then
    assert 'aria-valuetext="step 200"' in page(api, run, path="images", step="x")


def test_the_page_of_an_image_has_a_slider_to_the_others(api: Api) -> None:
    run = run_with(api, {f"i/{name(step)}": png(step, 0, 0) for step in (0, 100)})

    shown = page(api, run, path=f"i/{name(0)}")

    assert 'data-steps="file"' in shown
    assert 'value="0" aria-valuetext="step 0"' in shown


def test_a_large_folder_has_all_of_its_images_in_the_slider(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(artifact_folders, "SHOWN", 3)
    run = run_with(api, {f"i/{name(step)}": png(step, 0, 0) for step in range(8)})

    first = page(api, run, path="i")
    (token,) = set(re.findall(r'data-from="([^"]+)"', first))
    second = page(api, run, path="i", **{"from": token})

    (stops,) = re.findall(r'<script type="application/json">(.*?)</script>', first)
    assert [step for _, _, step, _ in json.loads(stops)] == list(range(8))
    assert "data-steps" not in second


def test_names_stay_words_in_what_the_script_reads(api: Api) -> None:
    names = [f"i/{HOSTILE.replace('/', '~')}'\"_step_{n}.png" for n in (1, 2)]
    run = run_with(api, dict.fromkeys(names, png(1, 2, 3)))

    shown = page(api, run, path="i")

    (stops,) = re.findall(r'<script type="application/json">(.*?)</script>', shown)
    assert "<" not in stops
    assert [f"i/{stop[0]}" for stop in json.loads(stops)] == names
    assert "<script>alert" not in shown
    assert "<script>alert" in unescape(shown)
