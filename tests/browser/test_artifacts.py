"""Pages of files: the tree, the viewers, and what can be done from there."""

from __future__ import annotations

import zipfile
from pathlib import Path
from urllib.parse import quote

import pytest

from tests.browser.conftest import Sit
from tests.browser.team_work import TeamWork
from tests.fixtures.sites import Stack
from tests.scenarios.acts import new_name
from tests.scenarios.artifact_acts import run_with
from tests.scenarios.registry_acts import get_version

pytestmark = [pytest.mark.browser, pytest.mark.slow]

MLMODEL = "flavors: {python_function: {loader_module: mlflow.sklearn}}"


def place(run: str, path: str = "") -> str:
    return f"/runs/{run}/artifacts" + (f"?path={quote(path)}" if path else "")


def item(label: str) -> str:
    """The selector of an entry in the tree."""
    return f'.artifact-tree a.item:has(.label:text-is("{label}"))'


SEEN = {
    "files": "",
    "code": "code/train.py",
    "json": "config.json",
    "table": "data/scores.csv",
    "parquet": "data/scores.parquet",
    "images": "images",
    "model": "model",
    "page": "plots/kinds.html",
    "drawing": "plots/kinds.svg",
    "report": "report.md",
    "sound": "data/done.wav",
    "unknown": "data/weights.bin",
}


def test_everybody_can_read_them(sit: Sit, work: TeamWork) -> None:
    reader = sit()

    for name, path in {**SEEN, "image": work.image}.items():
        assert reader.go(place(work.best, path)).status == 200
        reader.looks_right(f"artifacts-{name}")


def test_folders_open_in_place(sit: Sit, work: TeamWork) -> None:
    reader = sit()
    page = reader.page
    reader.go(place(work.best))
    page.evaluate("window.stays = true")

    page.click(item("code"))
    page.click(item("train.py"))
    page.wait_for_selector("#artifact .lines")
    assert "import mlflow" in page.inner_text("#artifact .text")
    assert page.url.endswith("path=code%2Ftrain.py")
    assert page.title().startswith("code/train.py")

    page.go_back()
    page.wait_for_selector("#artifact table.entries")
    assert page.locator(item("code")).get_attribute("aria-current") == "page"
    assert page.evaluate("window.stays")
    assert reader.problems == []


def test_arrow_keys_lead_through_the_tree(sit: Sit, work: TeamWork) -> None:
    reader = sit()
    page = reader.page
    reader.go(place(work.best))
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))

    page.focus(item("code"))
    page.keyboard.press("ArrowRight")
    page.wait_for_selector(item("train.py"))
    page.keyboard.press("ArrowRight")
    assert page.evaluate("document.activeElement.title") == "train.py"
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_selector("#artifact .lines")

    assert [url for url in asked if "/branch?" in url] == [
        f"{reader.site.address}/runs/{work.best}/artifacts/branch?path=code"
    ]
    assert page.url.endswith("path=code%2Ftrain.py")


def test_without_a_script_links_do_the_same(sit: Sit, work: TeamWork) -> None:
    reader = sit("vera", javascript=False)
    page = reader.page
    reader.go(place(work.best))

    page.click(item("plots"))
    page.click(item("kinds.svg"))
    assert page.locator("iframe.sealed").count() == 1
    page.click("text=Source")
    assert "<rect" in page.inner_text("#artifact .text")
    page.click(item("images"))
    page.click(".images >> text=step 500")

    assert page.locator(".images [aria-current]").inner_text() == "step 500"
    assert page.locator(".image img").evaluate("one => one.naturalWidth") == 96
    assert page.locator("text=Register model").count() == 0


def test_lines_to_load_a_model_are_copied(sit: Sit, work: TeamWork) -> None:
    reader = sit()
    reader.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    reader.go(place(work.best, "model"))

    reader.page.locator(".snippet button").nth(1).click()
    reader.page.wait_for_selector("text=Copied")

    copied = reader.page.evaluate("navigator.clipboard.readText()")
    assert copied.startswith("import mlflow\n")
    assert f'load_model("runs:/{work.best}/model")' in copied


def test_sound_is_known_before_it_is_played(sit: Sit, work: TeamWork) -> None:
    reader = sit()
    reader.go(place(work.best, "data/done.wav"))

    length_s = reader.page.locator("audio").evaluate(
        "one => one.readyState ? one.duration : new Promise("
        "done => one.addEventListener('loadedmetadata', () => done(one.duration)))"
    )

    assert length_s == 0.5

    assert reader.problems == []


def test_files_and_folders_are_saved(sit: Sit, work: TeamWork, tmp_path: Path) -> None:
    reader = sit("vera")
    reader.go(place(work.best, "config.json"))
    with reader.page.expect_download() as file:
        reader.page.click("text=Download")
    reader.page.click(item("plots"))
    with reader.page.expect_download() as folder:
        reader.page.click("text=Download zip")

    assert file.value.suggested_filename == "config.json"
    assert folder.value.suggested_filename == "plots.zip"
    folder.value.save_as(tmp_path / "plots.zip")
    with zipfile.ZipFile(tmp_path / "plots.zip") as archive:
        assert sorted(archive.namelist()) == ["plots/kinds.html", "plots/kinds.svg"]


@pytest.mark.parametrize("javascript", [True, False])
def test_a_model_is_registered_from_its_folder(
    sit: Sit, stack: Stack, javascript: bool
) -> None:
    run = run_with(stack.client("ada"), {"model/MLmodel": MLMODEL})
    reader = sit(javascript=javascript)
    page, name = reader.page, new_name("Tree")
    reader.go(place(run, "model"))

    page.click("text=Register model")
    if javascript:
        reader.looks_right("artifacts-register")
    page.fill("[name=name]", name)
    page.fill("[name=description]", "From its **folder**.")
    page.click("main button.first")

    assert f"/models/{name}/versions/1?" in page.url
    assert "registered as version 1" in page.inner_text(".notice")
    version = get_version(stack.client("ada"), name, "1")
    assert (version.run_id, version.user_id) == (run, "ada")
    page.goto(f"{stack.address}/models/{name}/versions/1/artifacts")
    assert f"models:/{name}/1" in page.inner_text(".snippet >> nth=0")
