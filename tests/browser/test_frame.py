"""What stands around every page."""

from __future__ import annotations

import pytest
from playwright.sync_api import FloatRect

from tests.browser.conftest import Sit
from tests.browser.reader import Reader
from tests.fixtures.sites import Stack
from tests.scenarios import acts
from tests.scenarios.run_table_acts import named_run

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def header(reader: Reader, path: str) -> list[FloatRect | None]:
    """Where the parts of the header stand on a page."""
    reader.go(path)
    parts = reader.page.locator("header.top *").all()
    return [part.bounding_box() for part in parts]


def test_the_header_is_the_same_on_all_pages(sit: Sit, stack: Stack) -> None:
    api = stack.client()
    experiment = acts.new_experiment(api)
    run = named_run(api, experiment, "trial", 1_000)
    reader = sit()

    first = header(reader, "/connect")

    # Where one is stands in bold letters, so what is behind the navigation counts.
    for path in (f"/experiments/{experiment}", f"/runs/{run}/charts", "/models"):
        assert header(reader, path)[-3:] == first[-3:]
