"""The pages for admins: people, and the server."""

from __future__ import annotations

import re

import pytest

from tests.browser.conftest import Sit
from tests.browser.reader import Reader
from tests.scenarios.acts import new_name

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_everybody_can_read_them(sit: Sit) -> None:
    reader = sit("adam")

    for path in ("/people", "/server"):
        reader.go(path)
        reader.looks_right(path[1:])


def test_a_password_is_seen_once(sit: Sit) -> None:
    """With scripts, as nearly everybody has them; the way back shows nothing."""
    reader, name = sit("adam"), new_name("grace")[:20]

    let_in(reader, name)
    reader.picture("people-password-light")
    password = re.search(r"TRACKING_PASSWORD=(\S+)", reader.text())
    assert password is not None
    assert reader.faults() == []
    assert password[1] not in reader.page.url

    reader.page.get_by_role("link", name="Back to people").click()
    assert name in reader.text()
    assert password[1] not in reader.page.content()

    lock_out(reader, name)
    assert name not in reader.text().replace("was removed", "")
    assert reader.problems == []


def test_people_come_and_go_without_a_script(sit: Sit) -> None:
    reader, name = sit("adam", javascript=False), new_name("grace")[:20]

    let_in(reader, name)
    assert "shown only now" in reader.text()
    reader.go("/people")
    row = reader.page.get_by_role("row", name=re.compile(name))
    row.get_by_role("combobox").select_option("admin")
    row.get_by_role("button", name=f"Set the role of {name}").click()
    assert "The role was set" in reader.text()

    lock_out(reader, name)
    assert "locked out" in reader.text()


def let_in(reader: Reader, name: str) -> None:
    reader.go("/people")
    reader.page.get_by_role("textbox", name="Name").fill(name)
    reader.page.get_by_role("button", name="Add").click()
    reader.page.get_by_role("heading", name=f"{name} can come in").wait_for()


def lock_out(reader: Reader, name: str) -> None:
    row = reader.page.get_by_role("row", name=re.compile(name))
    row.locator("summary").click()
    row.get_by_role("button", name=f"Remove {name}").click()
    reader.page.get_by_text("The person was removed").wait_for()
