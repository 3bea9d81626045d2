"""Hostile files: shown harmless, whatever they hold and however they are named."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Dialog, Page

from tests.browser.conftest import Sit
from tests.browser.reader import Reader
from tests.fixtures.sites import Stack
from tests.scenarios.artifact_acts import run_with

pytestmark = [pytest.mark.browser, pytest.mark.slow]

HOSTILE = "<img src=x onerror=alert(1)>\"'&{{7*7}} %2F+?#"


class Ear:
    """Listens where hostile files call; remembers whoever connects."""

    def __init__(self) -> None:
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.address = f"http://127.0.0.1:{self._listening.getsockname()[1]}"
        self.heard: list[bytes] = []
        threading.Thread(target=self._listen, daemon=True).start()

    def close(self) -> None:
        self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()

    def _listen(self) -> None:
        while True:
            try:
                calling, _ = self._listening.accept()
            except OSError:
                return
            with calling:
                calling.settimeout(1)
                try:
                    self.heard.append(calling.recv(200))
                except TimeoutError:
                    self.heard.append(b"connected")


@pytest.fixture
def ear() -> Iterator[Ear]:
    listening = Ear()
    yield listening
    listening.close()


def page_calling(ear: Ear) -> str:
    to = ear.address
    return f"""<html><head><meta http-equiv=refresh content='0;url={to}/refresh'>
<base href='{to}/'><link rel=stylesheet href='{to}/css'><link rel=icon href='{to}/icon'>
<link rel=preconnect href='{to}'><link rel=preload as=image href='{to}/preload'>
<link rel=prefetch href='{to}/prefetch'>
<style>@import url({to}/import); body {{ background: url({to}/background) }}</style>
</head><body onload="fetch('{to}/load'); alert(1)">
<script src='{to}/script'></script>
<script>fetch('{to}/inline'); document.title = 'RAN'; top.location = '{to}/top'</script>
<img src='{to}/img' onerror="alert(2)"><iframe src='{to}/frame'></iframe>
<iframe srcdoc="<img src='{to}/inner'><script>alert(3)</script>"></iframe>
<object data='{to}/object'></object><embed src='{to}/embed'>
<video src='{to}/video' poster='{to}/poster' autoplay></video>
<form action='{to}/form'><button id=send>Send</button></form>
<a id=link href='{to}/link' ping='{to}/ping'>A link</a></body></html>"""


def drawing_calling(ear: Ear) -> str:
    to = ear.address
    return f"""<svg xmlns="http://www.w3.org/2000/svg" onload="fetch('{to}/load')">
<script href="{to}/script"/><script>fetch('{to}/inline'); alert(1)</script>
<image href="{to}/image" width="9" height="9"/><use href="{to}/use#a"/>
<style>@import url({to}/import);</style>
<foreignObject width="99" height="99"><body xmlns="http://www.w3.org/1999/xhtml">
<img src="{to}/img" onerror="alert(2)"/><iframe src="{to}/frame"/>
</body></foreignObject>
<text y="20">drawn</text></svg>"""


def markdown_calling(ear: Ear) -> str:
    to = ear.address
    return f"""![a]({to}/image) <img src="{to}/tag" onerror="alert(1)">
<script>fetch('{to}/inline')</script> <iframe src="{to}/frame"></iframe>
[run](javascript:alert(2)) drawn"""


def watched(reader: Reader) -> list[str]:
    """Dialogs that scripts open."""
    opened: list[str] = []

    def note(dialog: Dialog) -> None:
        opened.append(dialog.message)
        dialog.dismiss()

    reader.page.on("dialog", note)
    return opened


# Long enough for what a page asks for by itself.
_PATIENCE_MS = 1_000


def test_hostile_files_run_nothing_and_call_nobody(
    sit: Sit, stack: Stack, ear: Ear
) -> None:
    files = {
        "evil.html": page_calling(ear),
        "evil.svg": drawing_calling(ear),
        "evil.md": markdown_calling(ear),
    }
    run = run_with(stack.client("ada"), {**files})
    shown, alone = {name: sit() for name in files}, {name: sit() for name in files}
    dialogs = [watched(reader) for reader in (*shown.values(), *alone.values())]

    for name, reader in shown.items():
        reader.go(f"/runs/{run}/artifacts?path={name}")
        assert reader.page.title().startswith(name)
    _press(shown["evil.html"].page, "#send")
    _press(shown["evil.html"].page, "#link")
    for name, reader in alone.items():
        reader.go(f"/runs/{run}/artifacts/file?path={name}")
    shown["evil.html"].page.wait_for_timeout(_PATIENCE_MS)

    assert ear.heard == []
    assert not any(dialogs)
    for name, reader in shown.items():
        assert reader.page.url.endswith(f"/artifacts?path={name}")
        assert reader.page.title() != "RAN"
    assert all(reader.page.title() != "RAN" for reader in alone.values())


def _press(page: Page, selector: str) -> None:
    page.frame_locator("iframe.sealed").locator(selector).click()
    page.wait_for_timeout(200)


def test_other_sites_cannot_frame_a_file(
    sit: Sit, stack: Stack, tmp_path: Path
) -> None:
    run = run_with(stack.client("ada"), {"page.html": "<h1>Hello</h1>"})
    framing = tmp_path / "framing.html"
    address = f"{stack.address}/runs/{run}/artifacts/file?path=page.html"
    framing.write_text(f"<iframe src='{address}'></iframe>")
    reader = sit()

    reader.page.goto(framing.as_uri())
    reader.page.wait_for_timeout(500)

    assert reader.page.frames[1].url == "chrome-error://chromewebdata/"
    assert any("frame-ancestors" in one for one in reader.problems)


def test_hostile_names_are_words(sit: Sit, stack: Stack) -> None:
    run = run_with(stack.client("ada"), {f"{HOSTILE}/{HOSTILE}.txt": HOSTILE})
    reader = sit()
    dialogs = watched(reader)
    page = reader.page
    reader.go(f"/runs/{run}/artifacts")

    page.get_by_title(HOSTILE, exact=True).first.click()
    page.locator("#artifact-name", has_text=HOSTILE).wait_for()
    page.click("#artifact table.entries a.entry")
    page.wait_for_selector("#artifact .lines")

    assert page.inner_text("#artifact .text").strip() == HOSTILE
    assert page.title().startswith(f"{HOSTILE}/{HOSTILE}.txt")
    assert dialogs == []
    assert reader.problems == []
