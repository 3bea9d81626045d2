"""The table of runs in a browser, with JavaScript and without."""

from __future__ import annotations

import re
import time

import pytest
from playwright.sync_api import expect
from trackgate_wire.runs import UPDATE_RUN, UpdateRun
from trackgate_wire.scalars import RunStatus

from tests.browser.conftest import Sit
from tests.browser.reader import Reader
from tests.browser.team_work import TeamWork
from tests.fixtures.sites import Stack
from tests.scenarios.acts import (
    log_metric,
    log_param,
    new_experiment,
    new_name,
    set_tag,
)
from tests.scenarios.run_table_acts import named_run

pytestmark = [pytest.mark.browser, pytest.mark.slow]

HOSTILE = "<img src=x onerror=\"document.title='taken'\"> {{7*7}} \"'"


def now_ms() -> int:
    return time.time_ns() // 1_000_000


@pytest.fixture(scope="module")
def many(stack: Stack) -> str:
    """An experiment with 130 runs; its id."""
    api = stack.client()
    experiment = new_experiment(api)
    for number in range(130):
        named_run(api, experiment, f"run {number:03}", 1_000 + number)
    return experiment


def names(reader: Reader) -> list[str]:
    links = reader.page.locator("table.runs tbody th a:not(.fold, .parent)")
    return links.all_inner_texts()


def test_everybody_can_read_it(sit: Sit, work: TeamWork) -> None:
    reader = sit()
    here = f"/experiments/{work.photos}"
    for name, path in {
        "nested": f"{here}?nested=flat&filter=params.fold IS NOT NULL",
        "wrong": f"{here}?filter=metrics.loss => 0.9",
        "groups": f"{here}?group=params.architecture",
        "empty": f"{here}?filter=metrics.none > 1",
        "several": f"/runs?experiment={work.photos}&experiment={work.fraud}"
        "&filter=metrics.recall > 0 OR status != 'FINISHED'",
        "table": here,
    }.items():
        assert reader.go(path).status == 200
        reader.looks_right(f"runs-{name}")
    assert "Product photos" in reader.page.title()


def test_everybody_can_read_its_panels(sit: Sit, work: TeamWork) -> None:
    reader = sit()
    reader.go(f"/experiments/{work.photos}")

    for panel in ("picker", "views", "tagging"):
        reader.page.locator(f".{panel} summary").click()
        reader.looks_right(f"runs-{panel}", within=f".{panel}")
        reader.page.keyboard.press("Escape")


def test_anybodys_words_are_only_words(sit: Sit, stack: Stack) -> None:
    api = stack.client()
    experiment = new_experiment(api, new_name("Vision, "))
    hostile = named_run(api, experiment, HOSTILE, now_ms() - 1_000)
    log_param(api, hostile, "model", HOSTILE)
    set_tag(api, hostile, "team", HOSTILE * 30)
    running = named_run(api, experiment, "under way", now_ms() - 5_000)
    log_metric(api, running, "accuracy", 0.5, now_ms())
    reader = sit()

    for query in ("?group=params.model", "?column=tags.team&column=params.model", ""):
        reader.go(f"/experiments/{experiment}{query}")
        assert HOSTILE in reader.text()
        assert reader.page.title().startswith("Vision")
        assert reader.page.locator("main img").count() == 0
    assert names(reader) == [HOSTILE, "under way"]
    reader.looks_right("runs-hostile")


def test_it_is_searched_sorted_and_unfolded_without_a_script(
    sit: Sit, work: TeamWork
) -> None:
    reader = sit("vera", javascript=False)
    page = reader.page
    reader.go(f"/experiments/{work.photos}")
    assert len(names(reader)) == 25

    page.get_by_role("link", name="Show 5 nested runs").click()
    assert len(names(reader)) == 30
    page.get_by_label("Filter of runs").fill("params.architecture = 'resnet50'")
    page.get_by_role("button", name="Search").click()
    page.get_by_role("link", name="val/accuracy").click()

    found = work.names(
        lambda run: run.params["architecture"] == "resnet50", by="val/accuracy"
    )
    assert names(reader) == found
    assert len(found) == 6
    page.get_by_text("Columns", exact=True).click()
    page.get_by_role("checkbox", name="team").check()
    page.get_by_role("button", name="Show these").click()
    assert page.get_by_role("columnheader", name="team").is_visible()
    assert len(names(reader)) == 6


def test_runs_are_deleted_and_restored_without_a_script(sit: Sit, stack: Stack) -> None:
    api = stack.client()
    experiment = new_experiment(api)
    for number in range(3):
        named_run(api, experiment, f"run {number}", number)
    reader = sit(javascript=False)
    page = reader.page
    reader.go(f"/experiments/{experiment}")

    page.get_by_label("Choose run 1").check()
    page.get_by_label("Choose run 2").check()
    page.get_by_role("button", name="Delete").click()

    assert "Runs deleted: 2" in reader.text()
    assert names(reader) == ["run 0"]
    page.get_by_role("link", name="Deleted", exact=True).click()
    page.get_by_label("Choose run 2").check()
    page.get_by_role("button", name="Restore").click()
    assert names(reader) == ["run 1"]


def test_more_is_appended_and_all_can_be_chosen(sit: Sit, many: str) -> None:
    reader = sit()
    page = reader.page
    reader.go(f"/experiments/{many}")
    expect(page.get_by_role("button", name="Compare")).to_be_disabled()

    page.get_by_role("link", name="Load more").click()

    expect(page.locator("table.runs tbody tr")).to_have_count(130)
    assert page.get_by_role("link", name="Load more").count() == 0
    page.get_by_label("Choose run 129").check()
    page.get_by_label("Choose run 120").click(modifiers=["Shift"])
    assert "10 chosen" in reader.text()
    page.get_by_label("Choose all runs on the screen").check()
    assert "130 chosen" in reader.text()
    assert reader.problems == []


def test_the_chosen_runs_stand_in_the_address_of_the_comparison(
    sit: Sit, many: str
) -> None:
    for javascript in (True, False):
        reader = sit(javascript=javascript)
        page = reader.page
        reader.go(f"/experiments/{many}")
        page.get_by_label("Choose run 129").check()
        page.get_by_label("Choose run 128").check()

        page.get_by_role("button", name="Compare").click()

        page.wait_for_url("**/compare?*")
        assert len(re.findall(r"\b\w{32}\b", page.url)) == 2
        assert "tag_key" not in page.url


def test_names_are_completed_by_the_keyboard(sit: Sit, work: TeamWork) -> None:
    reader = sit()
    page = reader.page
    reader.go(f"/experiments/{work.photos}")
    box = page.get_by_label("Filter of runs")

    box.press_sequentially("top")
    expect(page.locator(".complete [role=option]")).to_have_text(["metrics.`val/top3`"])
    reader.looks_right("runs-completion", within="#find")
    box.press("ArrowDown")
    box.press("Enter")
    box.press_sequentially("< 0.97")
    box.press("Enter")

    page.wait_for_url("**filter=**")
    assert box.input_value() == "metrics.`val/top3` < 0.97"
    found = work.names(lambda run: run.metrics["val/top3"] < 0.97)
    assert sorted(names(reader)) == sorted(found)
    assert 0 < len(found) < len(work.runs)
    assert reader.problems == []


def test_a_wrong_filter_is_marked_where_it_is_wrong(sit: Sit, work: TeamWork) -> None:
    reader = sit()
    page = reader.page

    reader.go(f"/experiments/{work.photos}?filter=metrics.loss => 0.9")

    box = page.get_by_label("Filter of runs")
    expect(box).to_be_focused()
    assert page.locator("#wrong mark").inner_text() == "="
    selected = "e => e.value.slice(e.selectionStart, e.selectionEnd)"
    assert box.evaluate(selected) == "="


def test_a_running_run_updates_by_itself(sit: Sit, stack: Stack) -> None:
    api = stack.client()
    experiment = new_experiment(api)
    run = named_run(api, experiment, "under way", now_ms())
    log_metric(api, run, "loss", 0.5, now_ms())
    other = named_run(api, experiment, "silent", now_ms() - 1)
    reader = sit(own_clock=True)
    page = reader.page
    reader.go(f"/experiments/{experiment}")
    page.get_by_label("Choose under way").check()
    silent = page.locator(f"#run-{other}").element_handle()

    log_metric(api, run, "loss", 0.125, now_ms(), step=1)
    reader.pass_time(5)
    expect(page.locator(f"#run-{run}")).to_contain_text("0.125", timeout=15_000)
    ended = UpdateRun(run_id=run, status=RunStatus.KILLED, end_time=now_ms())
    named_run(api, experiment, "new", now_ms() + 1)
    api.call(UPDATE_RUN, ended)
    reader.pass_time(5)
    expect(page.locator(f"#run-{run}")).to_contain_text("killed", timeout=15_000)

    expect(page.get_by_role("link", name="1 new run: show")).to_be_visible(
        timeout=9_000
    )
    assert page.get_by_label("Choose under way").is_checked()
    assert silent is not None
    assert silent.evaluate("row => row.isConnected")
    assert reader.problems == []


def test_a_saved_view_is_opened_by_somebody_else(sit: Sit, stack: Stack) -> None:
    api = stack.client()
    experiment = new_experiment(api, new_name("Vision, "))
    for number in range(5):
        run = named_run(api, experiment, f"attempt {number}", number)
        log_metric(api, run, "accuracy", 0.8 + number / 20)
    ada, vera = sit("ada", javascript=False), sit("vera")
    name = f"{HOSTILE} {new_name('best')}"[:120]
    ada.go(f"/experiments/{experiment}?filter=metrics.accuracy > 0.9&order=run_name")
    ada.page.get_by_text("Views", exact=True).click()
    ada.page.get_by_label("Name of the view").fill(name)
    ada.page.get_by_role("button", name="Save").click()
    assert "saved for everybody" in ada.text()

    vera.go(f"/experiments/{experiment}")
    vera.page.get_by_text("Views", exact=True).click()
    vera.page.get_by_role("link", name=name).click()

    vera.page.wait_for_url("**view=**")
    assert names(vera) == ["attempt 3", "attempt 4"]
    vera.page.locator(".views summary").click()
    assert vera.page.get_by_role("button", name="Save").count() == 0
    assert "Vision" in vera.page.title()
    vera.looks_right("runs-view-opened")


def test_a_group_leads_to_its_runs(sit: Sit, work: TeamWork) -> None:
    reader = sit()
    reader.go(f"/experiments/{work.photos}")

    reader.page.get_by_label("Group by").select_option("params.architecture")
    reader.page.get_by_role("link", name="vit-small").click()

    reader.page.wait_for_url("**filter=**")
    found = work.names(lambda run: run.params["architecture"] == "vit-small")
    assert names(reader) == found[::-1]
    assert len(found) == 6
    assert reader.problems == []
