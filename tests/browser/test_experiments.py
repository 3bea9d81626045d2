"""Experiments: the list, and the page about one."""

from __future__ import annotations

import re

import pytest
from trackgate_wire.experiments import SET_EXPERIMENT_TAG, SetExperimentTag

from tests.browser.conftest import Sit
from tests.browser.team_work import TeamWork
from tests.fixtures.sites import Stack
from tests.scenarios.acts import new_experiment, new_name

pytestmark = [pytest.mark.browser, pytest.mark.slow]

NOTE = """\
# What this is about

Small trees against **large** ones, on the breast-cancer data; see https://x.test/paper.

| depth | accuracy |
|------:|---------:|
|     2 |     0.93 |
|     5 |     0.95 |

> Deeper than five, nothing is gained.

    trackgate.log_param("depth", 5)

![a chart kept elsewhere](https://elsewhere.test/chart.png)
<img src=x onerror="document.title='taken'"> <script>document.title = "taken"</script>
"""
HOSTILE = "<img src=x onerror=\"document.title='taken'\"> {{7*7}} \"'"


def test_everybody_can_read_them(sit: Sit, work: TeamWork) -> None:
    reader = sit()

    for name, path in {
        "list": "/experiments?filter=tags.team IS NOT NULL",
        "refused": "/experiments?filter=name = 'a' AND nonsense",
        "about": f"/experiments/{work.photos}/edit",
    }.items():
        reader.go(path)
        reader.looks_right(f"experiments-{name}")
    assert reader.page.title().startswith("Product photos")


def test_a_viewer_reads_them_without_a_script(sit: Sit, work: TeamWork) -> None:
    reader = sit("vera", javascript=False)

    reader.go("/experiments?name=duct%20pho")

    row = reader.page.get_by_role("row", name=re.compile("Product photos"))
    assert row.get_by_role("cell").nth(1).inner_text() == str(len(work.runs))
    assert "team: vision" in row.inner_text()
    assert reader.page.get_by_text("New experiment").count() == 0
    row.get_by_role("link", name="Product photos").click()
    assert reader.page.get_by_role("heading", level=1).inner_text() == "Product photos"


def test_anybodys_words_are_only_words(sit: Sit, stack: Stack) -> None:
    api, name = stack.client(), f"{HOSTILE} {new_name()}"
    experiment = new_experiment(api, name)
    for key, value in {"mlflow.note.content": NOTE, "team": HOSTILE}.items():
        api.call(SET_EXPERIMENT_TAG, SetExperimentTag(experiment, key, value))
    reader = sit()

    for path in ("/experiments?name=taken", f"/experiments/{experiment}/edit"):
        reader.go(path)
        assert HOSTILE in reader.text()
        assert reader.page.locator("main img, main script").count() == 0
        assert reader.page.title() != "taken"
    reader.looks_right("experiments-hostile")


def test_they_can_be_made_and_named_without_a_script(sit: Sit) -> None:
    reader, name = sit(javascript=False), new_name()

    reader.go("/experiments")
    reader.page.get_by_text("New experiment").click()
    reader.page.get_by_role("textbox", name="Name", exact=True).fill(name)
    reader.page.get_by_role("button", name="Create").click()
    reader.go("/experiments?name=" + name)
    reader.page.get_by_role("link", name=f"Edit {name}").click()
    reader.page.get_by_role("textbox", name="Name", exact=True).fill(f"{name} again")
    reader.page.get_by_role("button", name="Rename").click()

    assert "has its new name" in reader.text()
    assert f"{name} again" in reader.text()

    reader.page.get_by_role("button", name="Delete this experiment").click()
    assert "is deleted" in reader.text()
    reader.page.get_by_role("button", name="Restore").click()
    assert "is back" in reader.text()


def test_a_note_is_seen_while_it_is_written(sit: Sit) -> None:
    reader = sit()
    experiment = new_experiment(reader.site.client())
    page = reader.page

    reader.go(f"/experiments/{experiment}/edit")
    page.get_by_text("Write a note").click()
    page.get_by_role("textbox", name="Note").fill(NOTE)
    address = page.url
    page.get_by_role("button", name="Preview").click()
    page.locator(".preview h3").wait_for()

    assert page.url == address
    assert page.locator(".preview img").count() == 0
    page.get_by_role("button", name="Save").click()
    assert "The note was saved" in reader.text()
    assert "Deeper than five" in reader.text()
    assert "taken" not in page.title()
    assert reader.problems == []


def test_more_are_added_below_those_that_are_there(sit: Sit) -> None:
    reader = sit()
    api, stem = reader.site.client(), new_name("many")
    for number in range(55):
        new_experiment(api, f"{stem} {number:02}")

    reader.go(f"/experiments?name={stem}")
    rows = reader.page.locator("tbody tr")
    assert rows.count() == 50
    reader.page.get_by_role("link", name="More").click()
    rows.nth(54).wait_for()

    assert rows.count() == 55
    assert reader.page.get_by_role("link", name="More").count() == 0
    assert reader.problems == []
