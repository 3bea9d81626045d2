"""A real browser at the pages of a real site, as each of the people."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import Any, Literal

import pytest

# It has no types.
from axe_playwright_python.sync_playwright import (  # pyright: ignore[reportMissingTypeStubs]
    Axe,
)
from playwright.sync_api import (
    Browser,
    ConsoleMessage,
    Page,
    Request,
    Response,
    sync_playwright,
)

from tests.environment.missing import missing
from tests.fixtures.sites import Stack

Scheme = Literal["light", "dark"]

DESKTOP, PHONE = (1280, 860), (390, 844)
# What a page may not have: axe-core calls lesser faults moderate and minor.
_SERIOUS = ("serious", "critical")
# Without the last ones it looks for its maker's servers at every start.
_FLAGS = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update"),
    "--disable-sync",
)


class Reader:
    """Somebody at a browser; what goes wrong there is told at the end.

    page      the browser's page
    problems  errors of scripts, of the content policy, and requests elsewhere
    """

    def __init__(self, page: Page, site: Stack, pictures: Path) -> None:
        self.page = page
        self.site = site
        self.problems: list[str] = []
        self._pictures = pictures
        page.on("console", self._heard)
        page.on("pageerror", lambda error: self.problems.append(str(error)))
        page.on("request", self._requested)

    def go(self, path: str) -> Response:
        """Open a page by its path, such as "/experiments"."""
        response = self.page.goto(self.site.address + path, wait_until="load")
        assert response is not None
        return response

    def text(self) -> str:
        """What the page's content says."""
        return self.page.locator("main").inner_text()

    def picture(self, name: str) -> Path:
        """Keep what the whole page looks like."""
        file = self._pictures / f"{re.sub(r'[^a-z0-9-]+', '-', name.lower())}.png"
        self.page.screenshot(path=file, full_page=True)
        return file

    def faults(self) -> list[str]:
        """Serious faults for people who use no mouse or see no screen."""
        axe: Any = Axe()
        return [
            f"{fault['id']}: {node['html']} {node.get('failureSummary', '')}"
            for fault in axe.run(self.page).response["violations"]
            if fault["impact"] in _SERIOUS
            for node in fault["nodes"]
        ]

    def _heard(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.problems.append(f"{message.type}: {message.text}")

    def _requested(self, request: Request) -> None:
        own = (self.site.address, "data:", "blob:", "about:")
        if not request.url.startswith(own):
            self.problems.append(f"asked for {request.url}")


@pytest.fixture(scope="session")
def browser(request: pytest.FixtureRequest) -> Iterator[Browser]:
    """Chromium of the system's packages."""
    program = shutil.which("chromium")
    if program is None:
        missing(request.config, "no chromium")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=program, args=[*_FLAGS])
        yield started
        started.close()


@pytest.fixture(scope="session")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where screenshots go; TRACKGATE_PICTURES names another folder."""
    given = os.environ.get("TRACKGATE_PICTURES")
    folder = Path(given) if given else tmp_path_factory.mktemp("pictures")
    folder.mkdir(parents=True, exist_ok=True)
    return folder


Sit = Callable[..., Reader]


@pytest.fixture
def sit(browser: Browser, stack: Stack, pictures: Path) -> Generator[Sit]:
    """Have somebody sit down: `sit("ada", javascript=False, size=PHONE)`."""
    ended: list[Callable[[], None]] = []

    def sit_down(
        name: str = "ada",
        *,
        javascript: bool = True,
        size: tuple[int, int] = DESKTOP,
        scheme: Scheme = "light",
    ) -> Reader:
        context = browser.new_context(
            http_credentials={"username": name, "password": stack.passwords[name]},
            java_script_enabled=javascript,
            viewport={"width": size[0], "height": size[1]},
            color_scheme=scheme,
            timezone_id="Europe/Berlin",
            locale="en-GB",
        )
        ended.append(context.close)
        return Reader(context.new_page(), stack, pictures)

    yield sit_down
    for end in ended:
        end()
