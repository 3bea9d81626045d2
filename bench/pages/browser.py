"""The browser that all pages are measured in: Chromium of the system's packages."""

from __future__ import annotations

import json
import shutil
from collections.abc import Generator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright

from bench.pages.visit import Visit, visit_of
from bench.systems.system import FIRST_ANSWER, System

_WATCH = (Path(__file__).parent / "watch.js").read_text()
_WINDOW = ViewportSize(width=1280, height=860)
_PATIENCE_S = 60
_LOOK_MS = 50
# Nothing but the measured servers is asked, by the browser or by the pages.
_FLAGS = (
    *("--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-sync"),
    *("--disable-background-networking", "--disable-component-update"),
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
)


@contextmanager
def started() -> Generator[Browser]:
    """Chromium, until the block ends; raises FileNotFoundError without one."""
    program = shutil.which("chromium")
    if program is None:
        raise FileNotFoundError("no chromium: apt-get install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=[*_FLAGS])
        yield browser
        browser.close()


def visits(
    browser: Browser, system: System, path: str, wanted: Mapping[str, str]
) -> tuple[Visit, Visit]:
    """A first visit with nothing kept, and a second one right after it.

    wanted  the text or the CSS selector of what people come for

    Raises TimeoutError of playwright where that does not show within a minute.
    """
    headers = dict(system.headers)
    context = browser.new_context(viewport=_WINDOW, extra_http_headers=headers)
    with closing(context):
        context.add_init_script(_WATCH.replace("WANTED", json.dumps(dict(wanted))))
        page = context.new_page()
        # Connections are open before, and nothing that pages need is kept.
        page.goto(system.address + FIRST_ANSWER)
        first = _visit(page, system, path)
        page.goto("about:blank")
        return first, _visit(page, system, path)


def _visit(page: Page, system: System, path: str) -> Visit:
    page.goto(system.address + path, wait_until="commit")
    patience_ms = _PATIENCE_S * 1000
    shown = "() => window.shownAt"
    page.wait_for_function(shown, timeout=patience_ms, polling=_LOOK_MS)
    # What was asked for and not waited for is not to disturb the next one.
    system.tree.wait_until_quiet(share=0.1, for_s=0.3, within_s=5)
    return visit_of(page.evaluate("() => window.told()"))
