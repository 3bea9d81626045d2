"""Logged models: those of an experiment, one of them, and the ways there."""

from __future__ import annotations

import pytest

from tests.browser.conftest import Sit
from tests.browser.team_work import TeamWork
from tests.fixtures.sites import Stack
from tests.scenarios.acts import new_experiment, new_run
from tests.scenarios.logged_model_acts import measure, new_model

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture(scope="module")
def experiment(stack: Stack) -> str:
    """More models than a page has."""
    api = stack.client()
    experiment = new_experiment(api)
    run = new_run(api, experiment)
    for number in range(55):
        model = new_model(
            api,
            experiment,
            name=f"step-{number:02}",
            params={"depth": str(number % 5)},
            source_run_id=run,
        )
        measure(api, run, model, "f1", number / 55)
    return experiment


def test_everybody_can_read_them(sit: Sit, work: TeamWork) -> None:
    reader = sit()
    reader.go(f"/experiments/{work.fraud}/models")
    reader.page.click("summary >> text=Columns")
    reader.looks_right("logged-models")

    reader.page.locator("td.short-name a").first.click()
    assert "/logged-models/m-" in reader.page.url
    reader.looks_right("logged-model")
    reader.page.click("nav.tabs >> text=Files")
    reader.looks_right("logged-model-files")
    reader.page.click("nav.tabs >> text=Overview")
    reader.page.click("text=Delete")
    reader.looks_right("logged-model-delete")


@pytest.mark.parametrize("javascript", [True, False])
def test_from_the_runs_to_a_model_and_its_version(
    sit: Sit, work: TeamWork, javascript: bool
) -> None:
    reader = sit("vera", javascript=javascript)
    page = reader.page
    reader.go(f"/experiments/{work.fraud}")

    page.click(".title >> text=Models")
    page.fill("[name=filter]", "params.depth = '6'")
    page.click("form.search button")
    (row,) = page.locator("tbody tr").all()
    assert "tree-6" in row.inner_text()
    row.locator("a", has_text=f"{work.model}, version 3").click()
    page.locator("main a[href*='/logged-models/']").first.click()
    assert page.locator("h1").inner_text().startswith("tree")
    assert "load_model(" in page.locator(".snippet").first.inner_text()
    assert page.locator("text=Register model").count() == 0

    page.click(".run-about >> text=tree-6")
    page.click(".run-about >> a:has-text('tree')")
    assert "/logged-models/m-" in page.url
    assert reader.problems == []


def test_more_of_them_come_in_place(sit: Sit, experiment: str) -> None:
    reader = sit()
    page = reader.page
    reader.go(f"/experiments/{experiment}/models?order=-metrics.f1")
    page.evaluate("window.stays = true")

    page.click("a[rel=next]")
    page.wait_for_selector("tbody tr:nth-child(55)")

    found = page.locator("tbody tr td:first-child a").all_inner_texts()
    assert found == [f"step-{number:02}" for number in range(54, -1, -1)]
    assert page.evaluate("window.stays")
    assert page.locator("a[rel=next]").count() == 0
    assert reader.problems == []


def test_addresses_of_the_stock_pages_lead_here(sit: Sit, work: TeamWork) -> None:
    reader = sit()
    reader.go(f"/#/experiments/{work.fraud}/models")
    reader.page.wait_for_url(f"**/experiments/{work.fraud}/models")
    link = reader.page.locator("td.short-name a").first.get_attribute("href") or ""
    model = link.rpartition("/")[2]

    reader.go(f"/#/experiments/{work.fraud}/models/{model}")
    reader.page.wait_for_url(f"**/logged-models/{model}")
