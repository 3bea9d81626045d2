"""Somebody at a browser."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Literal

# It has no types.
from axe_playwright_python.base import (  # pyright: ignore[reportMissingTypeStubs]
    AXE_SCRIPT,
)
from playwright.sync_api import ConsoleMessage, Page, Request, Response

from tests.fixtures.sites import Stack

Scheme = Literal["light", "dark"]

DESKTOP, PHONE = (1280, 860), (390, 844)
# Whether faults are looked for, which takes the longest. Nothing but colours depends on
# the scheme, and no colour on the width: so two looks have the faults of all four.
_LOOKS: dict[tuple[tuple[int, int], Scheme], bool] = {
    (DESKTOP, "light"): True,
    (DESKTOP, "dark"): False,
    (PHONE, "light"): False,
    (PHONE, "dark"): True,
}
# What a page may not have: axe-core calls lesser faults moderate and minor.
_SERIOUS = ["serious", "critical"]
# It would speak to what is in frames, where nothing of ours answers.
_FIND_FAULTS = """async ([within, impacts]) => {
  const options = { resultTypes: ["violations"], iframes: false };
  const found = await axe.run(within ?? document, options);
  return found.violations.filter(({ impact }) => impacts.includes(impact)).flatMap(
    ({ id, nodes }) => nodes.map((node) => `${id}: ${node.html} ${node.failureSummary}`)
  );
}"""
_SETTLED = """new Promise(
  (done) => requestAnimationFrame(() => requestAnimationFrame(() => done()))
)"""


class Reader:
    """Somebody at a browser; what goes wrong there is told at the end.

    page      the browser's page
    problems  errors of scripts, of the content policy, and requests elsewhere
    """

    def __init__(self, page: Page, site: Stack, pictures: Path | None) -> None:
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

    def picture(self, name: str) -> None:
        """Keep what the whole page looks like, if pictures are wanted."""
        if self._pictures is not None:
            file = f"{re.sub(r'[^a-z0-9-]+', '-', name.lower())}.png"
            self.page.screenshot(path=self._pictures / file, full_page=True)

    def looks_right(self, name: str, within: str | None = None) -> None:
        """Look at the open page on a desk and on a phone, by day and by night.

        It has no serious faults, needs no scrolling sideways, and nothing went wrong
        up to now. Needs scripts; leaves the page as it is on a desk by day.

        within  look for faults in this part of the page only, by its selector
        """
        for (size, scheme), is_searched in _LOOKS.items():
            if is_searched or self._pictures is not None:
                self.show(size, scheme)
                self.picture(f"{name}-{size[0]}-{scheme}")
            if is_searched:
                faults = self.faults(within)
                assert faults == [], f"{name}, {size[0]} wide, {scheme}: {faults}"
                assert self.fits(), f"{name}, {size[0]} wide"
        self.show(DESKTOP, "light")
        assert self.problems == [], f"{name}: {self.problems}"

    def show(self, size: tuple[int, int], scheme: Scheme) -> None:
        """Have the open page drawn in another size, in the colours of day or night."""
        self.page.set_viewport_size({"width": size[0], "height": size[1]})
        self.page.emulate_media(color_scheme=scheme)
        self.page.evaluate(_SETTLED)

    def faults(self, within: str | None = None) -> list[str]:
        """Serious faults for people who use no mouse or see no screen."""
        if not self.page.evaluate("'axe' in window"):
            self.page.evaluate(AXE_SCRIPT)
        return self.page.evaluate(_FIND_FAULTS, [within, _SERIOUS])

    def fits(self) -> bool:
        """Whether the page itself does not scroll sideways."""
        script = "document.documentElement.scrollWidth <= innerWidth"
        return bool(self.page.evaluate(script))

    def pass_time(self, seconds: int) -> None:
        """Have the page's clock go on, so that what waits for a time happens now.

        Only for who sat down with `own_clock=True`.
        """
        self.page.clock.fast_forward(seconds * 1_000)

    def _heard(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.problems.append(f"{message.type}: {message.text}")

    def _requested(self, request: Request) -> None:
        own = (self.site.address, "data:", "blob:", "about:")
        if not request.url.startswith(own):
            self.problems.append(f"asked for {request.url}")
