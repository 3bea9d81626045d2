"""Registered models: the list, a model, its versions, and what viewers see of them."""

from __future__ import annotations

from urllib.parse import quote

import pytest
from trackgate_wire.model_versions import (
    SET_MODEL_VERSION_TAG,
    UPDATE_MODEL_VERSION,
    SetModelVersionTag,
    UpdateModelVersion,
)
from trackgate_wire.registered_models import (
    SET_REGISTERED_MODEL_TAG,
    UPDATE_REGISTERED_MODEL,
    SetRegisteredModelTag,
    UpdateRegisteredModel,
)

from tests.browser.conftest import Sit
from tests.browser.reader import Reader
from tests.browser.team_work import TeamWork
from tests.fixtures.sites import Stack
from tests.scenarios import registry_acts
from tests.scenarios.acts import new_name
from tests.scenarios.artifact_acts import run_with

pytestmark = [pytest.mark.browser, pytest.mark.slow]

HOSTILE = "<img src=x onerror=alert(1)> \"'><b onclick=alert(2)> {{7*7}} Bäume ?#%2F"
TRAPS = f"{HOSTILE}\n\n[trap](javascript:alert(1)) <script>alert(2)</script>"
MLMODEL = """
flavors:
  python_function: {loader_module: mlflow.sklearn, python_version: <b onclick=alert(1)>}
signature:
  inputs: '[{"type": "double", "name": "amount", "required": true},
    {"type": "long", "name": "age <b onclick=alert(1)>", "required": false}]'
  outputs: '[{"type": "double", "name": "risk"}]'
"""
PAGES = {
    "list": "/models",
    "model": "{model}",
    "version": "{model}/versions/3",
    "compare": "{model}/compare?version=2&version=4",
    "history": "{model}/history",
    "delete": "{model}/delete",
    "delete-version": "{model}/versions/3/delete",
    "served": "{model}/served",
}


@pytest.fixture
def pages(work: TeamWork) -> dict[str, str]:
    """Addresses of pages about the team's model."""
    place = address_of(work.model)
    return {name: path.format(model=place) for name, path in PAGES.items()}


def address_of(model: str) -> str:
    return f"/models/{quote(model, safe='')}"


def test_everybody_can_read_them(sit: Sit, pages: dict[str, str]) -> None:
    reader = sit()

    for name, path in pages.items():
        assert reader.go(path).status == 200
        reader.looks_right(f"models-{name}")


def test_a_viewer_reads_them_without_a_script(sit: Sit, work: TeamWork) -> None:
    reader = sit("vera", javascript=False)
    page = reader.page

    reader.go("/models?name=detect")
    page.get_by_role("link", name=work.model).click()
    assert "Tells fraud from the rest" in reader.text()
    assert page.get_by_text("@champion").count() >= 1
    page.get_by_role("link", name="Version 3", exact=True).first.click()

    for part in ("Production", "distance", "criterion", "recall", "sklearn"):
        assert part in reader.text()


def test_an_editor_moves_a_version_without_a_script(sit: Sit, stack: Stack) -> None:
    name = registry_acts.new_model(stack.client(), versions=2)
    reader = sit("ada", javascript=False)
    reader.go(f"{address_of(name)}/versions/2")

    reader.page.get_by_label("Move to").select_option("Staging")
    reader.page.get_by_label("Comment").first.fill("to be looked at")
    reader.page.get_by_role("button", name="Move", exact=True).click()

    assert "The version is in its new stage." in reader.text()
    assert registry_acts.stages(stack.client(), name, "2") == ["Staging"]
    reader.go(address_of(name))
    assert "to be looked at" in reader.text()


def test_a_model_lives_without_a_script(sit: Sit, stack: Stack) -> None:
    reader = sit("ada", javascript=False)
    page = reader.page
    name, other = new_name("Lives"), f"{HOSTILE} {new_name()}"

    reader.go("/models")
    page.get_by_text("New model").click()
    page.get_by_label("Name", exact=True).fill(name)
    page.get_by_role("button", name="Create").click()
    assert page.get_by_role("heading", level=1).inner_text() == name

    page.get_by_text("Rename", exact=True).first.click()
    page.get_by_label("New name").fill(other)
    page.get_by_role("button", name="Rename").click()
    assert page.get_by_role("heading", level=1).inner_text() == other

    page.get_by_text("Set a tag").click()
    page.get_by_label("Key").fill("team")
    page.get_by_label("Value").fill(HOSTILE)
    page.get_by_role("button", name="Set", exact=True).click()
    tags = registry_acts.get_model(stack.client(), other).tags
    assert [tag.value for tag in tags] == [HOSTILE]

    page.get_by_role("link", name="Delete…").click()
    assert f"Delete “{other}”?" in reader.text()
    page.get_by_role("button", name="Delete it").click()
    assert "The model was deleted with all its versions." in reader.text()


def test_hostile_words_are_only_words(sit: Sit, stack: Stack) -> None:
    name = hostile_model(stack)
    reader, place = sit("ada"), address_of(name)
    for path in (
        *("", "/versions/2", "/history", "/delete", "/versions/2/delete"),
        *("/compare?version=1&version=2", "/compare", "/served"),
    ):
        assert reader.go(place + path).status == 200
        assert_harmless(reader)
    reader.go(f"{place}/versions/2")
    assert "age <b onclick=alert(1)>" in reader.text()
    reader.looks_right("models-hostile")
    reader.go(f"/models?name={quote(name)}")
    assert_harmless(reader)
    reader.page.get_by_role("link", name=name).first.click()
    assert reader.page.get_by_role("heading", level=1).inner_text() == name
    assert reader.problems == []


def hostile_model(stack: Stack) -> str:
    """A model whose every word is meant to do harm; its name."""
    api = stack.client()
    name = registry_acts.new_model(api, f"{HOSTILE} {new_name()}", versions=1)
    run = run_with(api, {"model/MLmodel": MLMODEL})
    registry_acts.new_version(api, name, f"runs:/{run}/model", run_id=run)
    registry_acts.set_alias(api, name, "best", "2", comment=HOSTILE)
    registry_acts.move(api, name, "2", "Production", comment=HOSTILE)
    named = registry_acts.rename(api, name, f"{name}2").name
    registry_acts.rename(api, named, name)
    described = UpdateRegisteredModel(name=name, description=TRAPS)
    api.call(UPDATE_REGISTERED_MODEL, described)
    of_version = UpdateModelVersion(name=name, version="2", description=TRAPS)
    api.call(UPDATE_MODEL_VERSION, of_version)
    api.call(SET_REGISTERED_MODEL_TAG, SetRegisteredModelTag(name, "k", HOSTILE))
    api.call(SET_MODEL_VERSION_TAG, SetModelVersionTag(name, "2", "k", HOSTILE))
    return name


def test_more_models_come_into_the_page(sit: Sit, stack: Stack) -> None:
    api, stem = stack.client(), new_name("many")
    for number in range(60):
        registry_acts.new_model(api, f"{stem} {number:02}")
    with_script, without = sit("vera"), sit("vera", javascript=False)

    with_script.go(f"/models?name={stem}")
    with_script.page.get_by_role("link", name="More").click()
    with_script.page.get_by_text(f"{stem} 59").wait_for()
    without.go(f"/models?name={stem}")
    without.page.get_by_role("link", name="More").click()

    assert with_script.page.locator("tbody tr").count() == 60
    assert without.page.locator("tbody tr").count() == 10
    assert with_script.problems == []


def test_a_wrong_filter_is_shown_where_it_is_wrong(sit: Sit) -> None:
    reader = sit("vera")

    reader.go("/models")
    reader.page.get_by_label("Filter").fill("name = 'a' AND nonsense = 1")
    reader.page.get_by_role("button", name="Search").click()

    assert reader.page.locator(".position mark").inner_text() == "n"
    reader.looks_right("models-refused")


def test_a_viewer_sees_no_forms(sit: Sit, pages: dict[str, str]) -> None:
    reader = sit("vera")

    for path in pages.values():
        reader.go(path)

        assert reader.page.locator("form[method=post]").count() == 0


def assert_harmless(reader: Reader) -> None:
    assert reader.page.locator("main img, main b[onclick], main script").count() == 0
    assert reader.page.locator("main a[href^=javascript]").count() == 0
    assert "> 49 " not in reader.text()
