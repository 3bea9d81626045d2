"""Browsers that are logged in."""

from __future__ import annotations

from urllib.parse import quote

from playwright.sync_api import Browser, BrowserContext

from tests.browser.reader import DESKTOP
from tests.fixtures.sites import Stack


class Logins:
    """Everybody's own browser, with scripts and without, logged in once and kept.

    What it fetched stays in its cache, as in the browsers that people have.
    """

    def __init__(self, browser: Browser) -> None:
        self._browser = browser
        self._kept: dict[tuple[str, str, bool], BrowserContext] = {}

    def of(self, site: Stack, name: str, javascript: bool) -> BrowserContext:
        """The one of somebody at a site."""
        key = (site.address, name, javascript)
        if key not in self._kept:
            self._kept[key] = self.new(site, name, javascript)
        return self._kept[key]

    def new(self, site: Stack, name: str, javascript: bool) -> BrowserContext:
        """Another one, which the caller closes."""
        context = self._browser.new_context(
            java_script_enabled=javascript,
            viewport={"width": DESKTOP[0], "height": DESKTOP[1]},
            color_scheme="light",
            # What fades in has other colours meanwhile.
            reduced_motion="reduce",
            timezone_id="Europe/Berlin",
            locale="en-GB",
        )
        # From the address, and not by `http_credentials`: with those every request
        # takes a way through the tests, and nothing is cached.
        scheme, _, place = site.address.partition("://")
        login = f"{quote(name)}:{quote(site.passwords[name])}"
        page = context.new_page()
        page.goto(f"{scheme}://{login}@{place}/connect")
        page.close()
        return context
