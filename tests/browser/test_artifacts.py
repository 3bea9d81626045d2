"""Pages of files: the tree, the viewers, and what can be done from there."""

from __future__ import annotations

import io
import wave
import zipfile
from pathlib import Path
from urllib.parse import quote

import pytest

from tests.browser.conftest import DESKTOP, PHONE, Sit
from tests.fixtures.sites import Stack
from tests.scenarios.acts import new_name
from tests.scenarios.artifact_acts import png, run_with
from tests.scenarios.registry_acts import get_version

pytestmark = [pytest.mark.browser, pytest.mark.slow]

MLMODEL = """
flavors:
  python_function: {loader_module: mlflow.sklearn, python_version: 3.11.9}
  sklearn: {sklearn_version: 1.6.1, pickled_model: model.pkl}
model_id: m-0f3a
model_size_bytes: 120394
mlflow_version: 3.4.0
signature:
  inputs: '[{"type": "double", "name": "petal length (cm)", "required": true},
    {"type": "string", "name": "country", "required": false}]'
  outputs: '[{"type": "tensor", "tensor-spec": {"dtype": "int64", "shape": [-1]}}]'
  params: '[{"name": "threshold", "type": "double", "default": 0.5, "shape": null}]'
utc_time_created: '2026-05-01 12:00:00.000000'
"""
SVG = """<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 100 60">
<rect width="100" height="60" fill="#eef"/><circle cx="50" cy="30" r="20" fill="#36c"/>
</svg>"""
REPORT = """# Report

Accuracy **0.93** on the test set, see [the table](https://example.com).

| class | precision |
|---|---|
| setosa | 1.0 |
| virginica | 0.9 |
"""


def sound() -> bytes:
    """Half a second of silence."""
    file = io.BytesIO()
    with wave.open(file, "wb") as written:
        written.setnchannels(1)
        written.setsampwidth(2)
        written.setframerate(8_000)
        written.writeframes(bytes(8_000))
    return file.getvalue()


def series() -> dict[str, bytes | str]:
    """Images as clients log them at steps."""
    return {
        f"images/samples~cats+step+{step * 100}+timestamp+17+0f{step}.png": png(
            step * 25, 90, 255 - step * 25
        )
        for step in range(10)
    }


@pytest.fixture(scope="module")
def run(stack: Stack) -> str:
    """A run with files of every kind."""
    rows = "".join(f"{n},{n / 7:.4f},class {n % 3}\n" for n in range(60))
    files: dict[str, bytes | str] = {
        "code/train.py": "import trackgate as mlflow\n\n\ndef train(rate):\n" * 9,
        "config.json": '{"rate": 0.10, "layers": [64, 64], "name": "tree"}',
        "data/table.csv": f"id,score,class\n{rows}",
        "media/tone.wav": sound(),
        "media/weights.bin": bytes(range(256)) * 40,
        "model/MLmodel": MLMODEL,
        "model/model.pkl": b"\x80\x04.",
        "plots/drawing.svg": SVG,
        "plots/page.html": "<h1>Hello</h1><p style='color: teal'>A page.</p>",
        "report.md": REPORT,
    }
    return run_with(stack.client("ada"), files | series())


def place(run: str, path: str = "") -> str:
    return f"/runs/{run}/artifacts" + (f"?path={quote(path)}" if path else "")


def item(label: str) -> str:
    """The selector of an entry in the tree."""
    return f'.artifact-tree a.item:has(.label:text-is("{label}"))'


SEEN = {
    "files": "",
    "code": "code/train.py",
    "table": "data/table.csv",
    "image": "images/samples~cats+step+300+timestamp+17+0f3.png",
    "images": "images",
    "model": "model",
    "drawing": "plots/drawing.svg",
    "report": "report.md",
    "sound": "media/tone.wav",
    "unknown": "media/weights.bin",
}


# Those whose colours differ most; looking for faults takes a second.
LOOKED_AT = {("light", DESKTOP): set(SEEN), ("dark", PHONE): {"code", "model"}}


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_everybody_can_read_them(
    sit: Sit, run: str, size: tuple[int, int], scheme: str
) -> None:
    reader = sit(size=size, scheme=scheme)

    for name, path in SEEN.items():
        assert reader.go(place(run, path)).status == 200
        reader.picture(f"artifacts-{name}-{size[0]}-{scheme}")
        if name in LOOKED_AT.get((scheme, size), ()):
            assert reader.faults() == [], name
    assert reader.problems == []


def test_folders_open_in_place(sit: Sit, run: str) -> None:
    reader = sit()
    page = reader.page
    reader.go(place(run))
    page.evaluate("window.stays = true")

    page.click(item("code"))
    page.click(item("train.py"))
    page.wait_for_selector("#artifact .lines")
    assert "import trackgate" in page.inner_text("#artifact .text")
    assert page.url.endswith("path=code%2Ftrain.py")
    assert page.title().startswith("code/train.py")

    page.go_back()
    page.wait_for_selector("#artifact table.entries")
    assert page.locator(item("code")).get_attribute("aria-current") == "page"
    assert page.evaluate("window.stays")
    assert reader.problems == []


def test_arrow_keys_lead_through_the_tree(sit: Sit, run: str) -> None:
    reader = sit()
    page = reader.page
    reader.go(place(run))
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))

    page.focus(item("model"))
    page.keyboard.press("ArrowRight")
    page.wait_for_selector(item("MLmodel"))
    page.keyboard.press("ArrowRight")
    assert page.evaluate("document.activeElement.title") == "MLmodel"
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_selector(".model-file")

    assert [url for url in asked if "/branch?" in url] == [
        f"{reader.site.address}/runs/{run}/artifacts/branch?path=model"
    ]
    assert page.url.endswith("path=model%2FMLmodel")


def test_without_a_script_links_do_the_same(sit: Sit, run: str) -> None:
    reader = sit("vera", javascript=False)
    page = reader.page
    reader.go(place(run))

    page.click(item("plots"))
    page.click(item("drawing.svg"))
    assert page.locator("iframe.sealed").count() == 1
    page.click("text=Source")
    assert "<circle" in page.inner_text("#artifact .text")
    page.click(item("images"))
    page.click("text=step 500")

    assert page.locator(".images [aria-current]").inner_text() == "step 500"
    assert page.locator(".image img").evaluate("one => one.naturalWidth") == 24
    assert page.locator("text=Register model").count() == 0


def test_lines_to_load_a_model_are_copied(sit: Sit, run: str) -> None:
    reader = sit()
    reader.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    reader.go(place(run, "model"))

    reader.page.locator(".snippet button").nth(1).click()
    reader.page.wait_for_selector("text=Copied")

    copied = reader.page.evaluate("navigator.clipboard.readText()")
    assert copied.startswith("import mlflow\n")
    assert f'load_model("runs:/{run}/model")' in copied


def test_sound_is_known_before_it_is_played(sit: Sit, run: str) -> None:
    reader = sit()
    reader.go(place(run, "media/tone.wav"))

    length_s = reader.page.locator("audio").evaluate(
        "one => one.readyState ? one.duration : new Promise("
        "done => one.addEventListener('loadedmetadata', () => done(one.duration)))"
    )

    assert length_s == 0.5

    assert reader.problems == []


def test_files_and_folders_are_saved(sit: Sit, run: str, tmp_path: Path) -> None:
    reader = sit("vera")
    reader.go(place(run, "config.json"))
    with reader.page.expect_download() as file:
        reader.page.click("text=Download")
    reader.page.click(item("model"))
    with reader.page.expect_download() as folder:
        reader.page.click("text=Download zip")

    assert file.value.suggested_filename == "config.json"
    assert folder.value.suggested_filename == "model.zip"
    folder.value.save_as(tmp_path / "model.zip")
    with zipfile.ZipFile(tmp_path / "model.zip") as archive:
        assert sorted(archive.namelist()) == ["model/MLmodel", "model/model.pkl"]


@pytest.mark.parametrize("javascript", [True, False])
def test_a_model_is_registered_from_its_folder(
    sit: Sit, stack: Stack, run: str, javascript: bool
) -> None:
    reader = sit(javascript=javascript)
    page, name = reader.page, new_name("Tree")
    reader.go(place(run, "model"))

    page.click("text=Register model")
    reader.picture(f"artifacts-register-{javascript}")
    page.fill("[name=name]", name)
    page.fill("[name=description]", "From its **folder**.")
    page.click("main button.first")

    assert f"/models/{name}/versions/1?" in page.url
    assert "registered as version 1" in page.inner_text(".notice")
    version = get_version(stack.client("ada"), name, "1")
    assert (version.run_id, version.user_id) == (run, "ada")
    page.goto(f"{stack.address}/models/{name}/versions/1/artifacts")
    assert f"models:/{name}/1" in page.inner_text(".snippet >> nth=0")
