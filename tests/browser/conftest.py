"""A real browser at the pages of a real site, as each of the people."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.browser.logins import Logins
from tests.browser.reader import DESKTOP, PHONE, Reader, Scheme
from tests.browser.team_work import TeamWork, logged_by_the_stock_client
from tests.environment.missing import missing
from tests.environment.peers import Release
from tests.fixtures.sites import Sites, Stack

__all__ = ["DESKTOP", "PHONE", "Reader", "Scheme", "Sit"]

# Without the last ones it looks for its maker's servers at every start.
_FLAGS = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update"),
    "--disable-sync",
)


@pytest.fixture(scope="session")
def browser(request: pytest.FixtureRequest) -> Iterator[Browser]:
    """Chromium of the system's packages, if possible the one without windows."""
    program = shutil.which("chromium-headless-shell") or shutil.which("chromium")
    if program is None:
        missing(request.config, "no chromium")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=program, args=[*_FLAGS])
        yield started
        started.close()


@pytest.fixture(scope="session")
def pictures() -> Path | None:
    """Where pictures go: the folder that TRACKGATE_PICTURES names, or nowhere."""
    given = os.environ.get("TRACKGATE_PICTURES")
    if not given:
        return None
    folder = Path(given)
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@pytest.fixture(scope="session")
def logins(sites: Sites, browser: Browser) -> Logins:
    """Kept for the session; they end before the sites do."""
    del sites
    return Logins(browser)


@pytest.fixture(scope="session")
def work(
    sites: Sites,
    peer_python: Callable[[Release], Path],
    tmp_path_factory: pytest.TempPathFactory,
) -> TeamWork:
    """What a team logged with the stock client, shared: a test only reads it."""
    home = tmp_path_factory.mktemp("team")
    return logged_by_the_stock_client(peer_python("3"), sites.stack("sqlite"), home)


Sit = Callable[..., Reader]


@pytest.fixture
def sit(logins: Logins, stack: Stack, pictures: Path | None) -> Generator[Sit]:
    """Have somebody sit down: `sit("ada", javascript=False, size=PHONE)`."""
    with ExitStack() as ended:

        def sit_down(
            name: str = "ada",
            *,
            javascript: bool = True,
            size: tuple[int, int] = DESKTOP,
            scheme: Scheme = "light",
            site: Stack = stack,
            own_clock: bool = False,
        ) -> Reader:
            """own_clock  for `Reader.pass_time`"""
            if own_clock:
                context = ended.enter_context(logins.new(site, name, javascript))
                context.clock.install()
            else:
                context = logins.of(site, name, javascript)
            page = ended.enter_context(context.new_page())
            page.set_viewport_size({"width": size[0], "height": size[1]})
            page.emulate_media(color_scheme=scheme)
            ended.callback(context.clear_permissions)
            return Reader(page, site, pictures)

        yield sit_down
