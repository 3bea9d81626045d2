"""Experiments: the list, and the page about one."""

from __future__ import annotations

import pytest
from trackgate_wire.experiments import SET_EXPERIMENT_TAG, SetExperimentTag

from tests.browser.conftest import DESKTOP, PHONE, Sit
from tests.fixtures.api import Api
from tests.fixtures.sites import Stack
from tests.scenarios.acts import new_experiment, new_name, new_run

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


@pytest.fixture(scope="module")
def stem(stack: Stack) -> str:
    """Part of the names of some experiments, one of them with all there is."""
    api, stem = stack.client(), new_name("trees")[:14]
    for number in range(3):
        experiment = new_experiment(api, f"{stem}, attempt {number}")
        for _ in range(number * 2):
            new_run(api, experiment)
        tag(api, experiment, "team", "vision")
    tag(api, experiment, "mlflow.note.content", NOTE)
    tag(api, experiment, HOSTILE[:200].replace("'", "").replace('"', ""), HOSTILE)
    return stem


def tag(api: Api, experiment: str, key: str, value: str) -> None:
    api.call(SET_EXPERIMENT_TAG, SetExperimentTag(experiment, _allowed(key), value))


def _allowed(key: str) -> str:
    return "".join(one for one in key if one.isalnum() or one in "_-. /:")


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_everybody_can_read_them(
    sit: Sit, stem: str, size: tuple[int, int], scheme: str
) -> None:
    reader = sit(size=size, scheme=scheme)

    for name, path in {
        "list": "/experiments",
        "refused": "/experiments?filter=name = 'a' AND nonsense",
        "about": about(reader.site, stem),
    }.items():
        reader.go(path)
        reader.picture(f"experiments-{name}-{size[0]}-{scheme}")
        assert reader.faults() == []
    assert reader.page.title().startswith(stem)
    assert reader.problems == []


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


def about(site: Stack, stem: str) -> str:
    """The address of the page about the last of them."""
    answer = site.client().raw("GET", "/experiments", query={"name": stem})
    return answer.body.decode().partition('/edit"')[0].rpartition('"')[2] + "/edit"
