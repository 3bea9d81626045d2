"""README's pictures, made of what the stock client logged.

    TRACKGATE_README_PICTURES=docs/pictures pytest tests/browser/test_readme_pictures.py

makes them anew; without the variable they are made and thrown away.
"""

from __future__ import annotations

import io
import os
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Locator, expect

from tests.browser.conftest import Sit
from tests.browser.reader import Reader
from tests.browser.team_work import TeamWork

pytestmark = [pytest.mark.browser, pytest.mark.slow]

SIZE = (1280, 870)
MOST_BYTES = 150_000


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(os.environ.get("TRACKGATE_README_PICTURES", tmp_path))


def test_of_the_runs(sit: Sit, work: TeamWork, folder: Path) -> None:
    reader = sit(size=SIZE)

    reader.go(f"/experiments/{work.photos}")

    keep(reader, folder / "runs.png")


def test_of_a_run(sit: Sit, work: TeamWork, folder: Path) -> None:
    reader = sit(size=SIZE)

    reader.go(f"/runs/{work.best}")

    keep(reader, folder / "run.png")


def test_of_runs_beside_each_other(sit: Sit, work: TeamWork, folder: Path) -> None:
    reader = sit(size=SIZE)
    # As many steps in each, and the same size of batches, so that more can be seen.
    compared = [
        run.id
        for run in work.runs
        if run.params["batch_size"] == "256" and run.status == "FINISHED"
    ]

    reader.go(f"/compare?runs={'.'.join(compared)}&colour=metrics.val/accuracy")

    show_from(reader.page.locator("figure[data-name='val/loss']"))
    for name in ("val/loss", "val/top3"):
        lines = reader.page.locator(f"figure[data-name='{name}'] .trace")
        expect(lines).to_have_count(len(compared), timeout=15_000)
    keep(reader, folder / "compare.png")


def show_from(element: Locator) -> None:
    """Scroll until an element is nearly at the top."""
    element.evaluate("one => scrollTo(0, one.getBoundingClientRect().top - 12)")


def keep(reader: Reader, file: Path) -> None:
    taken = Image.open(io.BytesIO(reader.page.screenshot()))
    # So many colours are enough, and take a third of the room.
    taken.convert("RGB").quantize(256, dither=Image.Dither.NONE).save(
        file, optimize=True
    )
    assert 10_000 < file.stat().st_size < MOST_BYTES
    assert reader.problems == []
