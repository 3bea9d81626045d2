"""Charts on a page, by the names of what they show."""

from __future__ import annotations

from playwright.sync_api import Locator, Page, expect


def plot(page: Page, name: str) -> Locator:
    """Where plotly draws, or will."""
    return page.locator(f"figure[data-name='{name}'] .plot")


def drawn(page: Page, name: str) -> Locator:
    """A chart, once plotly has drawn it."""
    chart = plot(page, name)
    expect(chart.locator(".scatterlayer .trace").first).to_be_attached(timeout=15_000)
    return chart
