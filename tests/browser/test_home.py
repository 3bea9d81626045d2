"""The first page."""

from __future__ import annotations

import pytest

from tests.browser.conftest import DESKTOP, PHONE, Sit

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_everybody_can_read_it(sit: Sit, size: tuple[int, int], scheme: str) -> None:
    reader = sit(size=size, scheme=scheme)

    assert reader.go("/").status == 200

    reader.picture(f"home-{size[0]}-{scheme}")
    assert reader.faults() == []
    assert reader.problems == []


def test_it_says_who_i_am_without_a_script(sit: Sit) -> None:
    reader = sit("vera", javascript=False)

    reader.go("/")

    assert reader.page.locator(".who").inner_text().split() == ["vera", "viewer"]
