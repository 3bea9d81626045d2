"""Registered models: the list, a model, its versions, and what viewers see of them."""

from __future__ import annotations

from dataclasses import dataclass
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

from tests.browser.conftest import DESKTOP, PHONE, Reader, Sit
from tests.fixtures.api import Api
from tests.fixtures.sites import Stack
from tests.scenarios.acts import (
    get_run,
    log_metric,
    log_param,
    new_experiment,
    new_name,
    new_run,
)
from tests.scenarios.registry_acts import (
    get_model,
    get_version,
    move,
    new_model,
    new_version,
    rename,
    set_alias,
)

pytestmark = [pytest.mark.browser, pytest.mark.slow]

HOSTILE = "<img src=x onerror=alert(1)> \"'><b onclick=alert(2)> {{7*7}} Bäume ?#%2F"
MARKDOWN = """Tells **fraud** from the rest.

- trained weekly
- owner: the risk team
"""
TRAPS = f"{HOSTILE}\n\n[trap](javascript:alert(1)) <script>alert(2)</script>"
MLMODEL = """
flavors:
  python_function: {loader_module: mlflow.sklearn, python_version: 3.11.9}
  sklearn: {sklearn_version: 1.6.1, pickled_model: model.pkl}
signature:
  inputs: '[{"type": "double", "name": "amount", "required": true},
    {"type": "string", "name": "country", "required": true},
    {"type": "long", "name": "age <b onclick=alert(1)>", "required": false}]'
  outputs: '[{"type": "double", "name": "risk"}]'
  params: '[{"name": "threshold", "type": "double", "default": 0.5, "shape": null}]'
"""


@dataclass(frozen=True)
class Tree:
    """A registered model with a past."""

    name: str

    @property
    def path(self) -> str:
        return f"/models/{quote(self.name, safe='')}"


@pytest.fixture(scope="module")
def tree(stack: Stack) -> Tree:
    api = stack.client()
    name = new_model(api, new_name("Fraud"))
    described = UpdateRegisteredModel(name=name, description=MARKDOWN)
    api.call(UPDATE_REGISTERED_MODEL, described)
    api.call(SET_REGISTERED_MODEL_TAG, SetRegisteredModelTag(name, "team", "risk"))
    for depth in range(1, 7):
        _version(api, name, depth)
    move(api, name, "3", "Production", comment="first one that holds up")
    move(api, name, "5", "Production", archive=True, comment="better recall")
    move(api, name, "6", "Staging")
    set_alias(api, name, "champion", "5")
    set_alias(api, name, "challenger", "6", comment="on trial until Friday")
    return Tree(name)


def _version(api: Api, name: str, depth: int) -> None:
    run = new_run(api, new_experiment(api))
    for key, value in {"depth": str(depth), "criterion": "gini"}.items():
        log_param(api, run, key, value)
    log_metric(api, run, "recall", 0.8 + depth / 100)
    log_metric(api, run, "loss", 0.31 / depth)
    place = f"{get_run(api, run).info.artifact_uri.partition(':')[2]}/model"
    upload = f"/api/2.0/mlflow-artifacts/artifacts{place}/MLmodel"
    assert api.raw("PUT", upload, body=MLMODEL).status == 200
    number = new_version(api, name, f"runs:/{run}/model", run_id=run)
    tag = SetModelVersionTag(name, number, "data", f"2026-0{depth}")
    api.call(SET_MODEL_VERSION_TAG, tag)


PAGES = {
    "list": "/models",
    "model": "{model}",
    "version": "{model}/versions/5",
    "compare": "{model}/compare?version=3&version=5",
    "history": "{model}/history",
    "delete": "{model}/delete",
    "delete-version": "{model}/versions/5/delete",
    "served": "{model}/served",
}


# Those with more than words and buttons.
WIDE = ("list", "model", "version", "compare")


@pytest.mark.parametrize(
    ("size", "scheme", "names"),
    [(DESKTOP, "light", tuple(PAGES)), (PHONE, "dark", WIDE)],
    ids=["desktop", "phone"],
)
def test_everybody_can_read_the_pages(
    sit: Sit, tree: Tree, size: tuple[int, int], scheme: str, names: tuple[str, ...]
) -> None:
    reader = sit(size=size, scheme=scheme)

    for name in names:
        assert reader.go(PAGES[name].format(model=tree.path)).status == 200
        reader.picture(f"models-{name}-{size[0]}-{scheme}")
        assert reader.faults() == []
        assert fits(reader)
    assert reader.problems == []


def test_an_editor_moves_a_version_without_a_script(
    sit: Sit, stack: Stack, tree: Tree
) -> None:
    reader = sit("ada", javascript=False)
    reader.go(f"{tree.path}/versions/2")

    reader.page.get_by_label("Move to").select_option("Staging")
    reader.page.get_by_label("Comment").first.fill("to be looked at")
    reader.page.get_by_role("button", name="Move", exact=True).click()

    assert "The version is in its new stage." in reader.text()
    assert get_version(stack.client(), tree.name, "2").current_stage == "Staging"
    reader.go(tree.path)
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
    assert [tag.value for tag in get_model(stack.client(), other).tags] == [HOSTILE]

    page.get_by_role("link", name="Delete…").click()
    assert f"Delete “{other}”?" in reader.text()
    page.get_by_role("button", name="Delete it").click()
    assert "The model was deleted with all its versions." in reader.text()


def test_hostile_words_are_only_words(sit: Sit, stack: Stack) -> None:
    api, reader = stack.client(), sit("ada")
    name = new_model(api, f"{HOSTILE} {new_name()}", versions=2)
    place = f"/models/{quote(name, safe='')}"
    set_alias(api, name, "best", "2", comment=HOSTILE)
    move(api, name, "2", "Production", comment=HOSTILE)
    rename(api, rename(api, name, f"{name}2").name, name)
    api.call(
        UPDATE_REGISTERED_MODEL, UpdateRegisteredModel(name=name, description=TRAPS)
    )
    described = UpdateModelVersion(name=name, version="2", description=TRAPS)
    api.call(UPDATE_MODEL_VERSION, described)
    api.call(SET_REGISTERED_MODEL_TAG, SetRegisteredModelTag(name, "k", HOSTILE))
    api.call(SET_MODEL_VERSION_TAG, SetModelVersionTag(name, "2", "k", HOSTILE))
    for path in (
        *("", "/versions/2", "/history", "/delete", "/versions/2/delete"),
        *("/compare?version=1&version=2", "/compare", "/served"),
    ):
        assert reader.go(place + path).status == 200
        assert_harmless(reader)
    reader.go(f"/models?name={quote(name)}")
    assert_harmless(reader)
    reader.page.get_by_role("link", name=name).first.click()
    assert reader.page.get_by_role("heading", level=1).inner_text() == name
    assert reader.problems == []


def test_more_models_come_into_the_page(sit: Sit, stack: Stack) -> None:
    api, stem = stack.client(), new_name("many")
    for number in range(60):
        new_model(api, f"{stem} {number:02}")
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
    reader.picture("models-refused")
    assert reader.faults() == []
    assert reader.problems == []


def test_a_viewer_sees_no_forms(sit: Sit, tree: Tree) -> None:
    reader = sit("vera")

    for path in PAGES.values():
        reader.go(path.format(model=tree.path))

        assert reader.page.locator("form[method=post]").count() == 0


def fits(reader: Reader) -> bool:
    """Whether the page itself does not scroll sideways."""
    script = "document.documentElement.scrollWidth <= innerWidth"
    return bool(reader.page.evaluate(script))


def assert_harmless(reader: Reader) -> None:
    assert reader.page.locator("main img, main b[onclick], main script").count() == 0
    assert reader.page.locator("main a[href^=javascript]").count() == 0
    assert "> 49 " not in reader.text()
