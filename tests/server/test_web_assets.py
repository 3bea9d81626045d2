"""Styles and scripts of pages, on their way through Nginx."""

from __future__ import annotations

import re

import pytest
import requests

from tests.fixtures.sites import PASSWORDS, Stack

pytestmark = pytest.mark.nginx


def get(stack: Stack, path: str) -> requests.Response:
    return requests.get(
        stack.address + path,
        auth=("vera", PASSWORDS["vera"]),
        headers={"Accept-Encoding": "gzip"},
        timeout=30,
    )


@pytest.fixture(scope="module")
def style(stack: Stack) -> str:
    """The path of the pages' style."""
    found = re.search(r'href="([^"]+/base\.css)"', get(stack, "/connect").text)
    assert found is not None
    return found[1]


def test_they_are_compressed_and_pages_are_not(stack: Stack, style: str) -> None:
    sent = get(stack, style)

    assert sent.headers["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in sent.headers["Vary"]
    assert sent.text.startswith("/* What all pages look like")
    assert "Content-Encoding" not in get(stack, "/connect").headers


def test_they_are_kept_for_good(stack: Stack, style: str) -> None:
    assert "immutable" in get(stack, style).headers["Cache-Control"]
    other = re.sub(r"/static/[0-9a-f]+/", "/static/0123456789ab/", style)
    assert "immutable" not in get(stack, other).headers["Cache-Control"]


def test_nobody_gets_them_without_a_password(stack: Stack, style: str) -> None:
    assert requests.get(stack.address + style, timeout=30).status_code == 401
