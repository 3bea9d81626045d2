"""Served models: a form on the site's own pages asks a real process of the model."""

from __future__ import annotations

from collections.abc import Generator

import pytest
import requests
from trackgate import TrackingClient

from tests.browser.conftest import Sit
from tests.fixtures.sites import PASSWORDS, Stack, running_stack
from tests.fixtures.waiting import wait_until
from tests.proxy.tiny_models import register

pytestmark = [pytest.mark.browser, pytest.mark.nginx, pytest.mark.slow]

NAME = "Decision Tree"
SERVED = "/models/Decision%20Tree/served"
_LOCAL = ("--serve-env-manager", "local")


@pytest.fixture(scope="module")
def stack() -> Generator[Stack]:
    """A site that serves two of a model's versions, one of which is not there yet."""
    uris = ("models:/Decision Tree/Production", "models:/Decision Tree@champion")
    flags = [word for uri in uris for word in ("--serve", uri)]
    with running_stack(None, *_LOCAL, *flags) as started:
        client = TrackingClient(
            started.address, username="ada", password=PASSWORDS["ada"]
        )
        client.create_registered_model(NAME)
        version = register(client, NAME, "<b>good</b>")
        client.transition_model_version_stage(NAME, version, "Production")
        wait_until(lambda: _state(started) == "serving")
        yield started


def test_a_viewer_tries_a_model_out(sit: Sit) -> None:
    reader = sit("vera")
    reader.go(SERVED)
    section = reader.page.locator("section.trial").first

    section.get_by_text("Version 1 answers.").wait_for()
    section.get_by_label("Input").fill('{"inputs": [[1.0], [2.0]]}')
    section.get_by_role("button", name="Predict").click()

    section.get_by_role("cell", name="<b>good</b>").first.wait_for()
    assert section.locator("tbody tr").count() == 2
    assert section.locator("[data-answer] b").count() == 0
    assert reader.problems == []


def test_what_a_model_refuses_is_shown(sit: Sit) -> None:
    reader = sit("vera")
    reader.go(SERVED)
    section = reader.page.locator("section.trial").first

    section.get_by_label("Input").fill('{"nonsense": 1}')
    section.get_by_role("button", name="Predict").click()

    section.locator("[data-answer] .problem").get_by_text("400:").wait_for()
    # The browser itself tells of every answer that is no success.
    assert [one for one in reader.problems if "400" not in one] == []


def test_a_model_that_is_not_there_yet_is_said_to_be_none(sit: Sit) -> None:
    reader = sit("vera")

    reader.go(SERVED)

    section = reader.page.locator("section.trial").nth(1)
    section.get_by_text("Nothing answers").wait_for()
    assert "No version is registered there." in section.inner_text()


def test_without_a_script_the_page_says_how_to_ask(sit: Sit) -> None:
    reader = sit("vera", javascript=False)

    reader.go(SERVED)
    reader.page.get_by_text("With curl").first.click()

    command = f"curl -u vera {reader.site.address}/serve/Decision%20Tree/Production"
    assert command in reader.text()
    assert reader.page.get_by_role("button", name="Predict").first.is_disabled()
    reader.page.get_by_role("link", name="What answers now").first.click()
    assert '"state"' in reader.page.content()


def test_everybody_can_read_it(sit: Sit) -> None:
    reader = sit()

    reader.go(SERVED)
    section = reader.page.locator("section.trial").first
    section.get_by_text("Version 1 answers.").wait_for()
    section.get_by_role("button", name="Predict").click()
    section.get_by_role("cell").first.wait_for()

    reader.looks_right("models-trying")
    reader.go("/models")
    assert reader.page.get_by_role("link", name="served").count() == 1
    assert reader.problems == []


def _state(stack: Stack) -> str:
    auth = ("ada", PASSWORDS["ada"])
    listed = requests.get(f"{stack.address}/serve", auth=auth, timeout=10).json()
    return listed["models"][0]["state"]
