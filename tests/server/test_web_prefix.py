"""All pages below a path of the site's."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path

import pytest
from trackgate_server.web.page import PAGES

from tests.fixtures.databases import KINDS, NewStore
from tests.fixtures.sites import running_app
from tests.scenarios.acts import new_experiment, new_run

PREFIX = "/team"
LED_TO = re.compile(r'(?:href|src|action|formaction|data-[a-z-]+)="([^"]*)"')


@pytest.fixture(scope="module", params=KINDS)
def shown(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    new_store: NewStore,
) -> dict[str, str]:
    """The pages that need nothing but their path, as an admin sees them."""
    folder: Path = tmp_path_factory.mktemp("prefix")
    paths = [one.path for one in PAGES if one.method == "GET" and "<" not in one.path]
    store = new_store(request.param)
    with running_app(folder, store, static_prefix=PREFIX) as app:
        ada = app.client("ada")
        new_run(ada, new_experiment(ada))
        answers = {path: app.client("adam").raw("GET", path) for path in paths}
    return {
        path: answer.body.decode()
        for path, answer in answers.items()
        if answer.status == 200
    }


def test_every_link_stays_below_the_prefix(shown: dict[str, str]) -> None:
    assert {"/", "/experiments", "/connect", "/people", "/server"} <= set(shown)
    for path, text in shown.items():
        for place in map(unescape, LED_TO.findall(text)):
            if place.startswith("/"):
                assert place.startswith(PREFIX), f"{path} leads to {place}"


def test_nothing_is_written_into_a_page_that_its_policy_forbids(
    shown: dict[str, str],
) -> None:
    for path, text in shown.items():
        assert not re.search(r"<style|\sstyle=|\son[a-z]+=", text), path
        for script in re.findall(r"<script([^>]*)>", text):
            assert "src=" in script or "application/json" in script, path
