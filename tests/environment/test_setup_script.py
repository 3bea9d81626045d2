"""`scripts/setup`: everything but the start, as often as one likes."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[2] / "scripts" / "setup"


@pytest.fixture
def data() -> Iterator[Path]:
    # Not below pytest's folders, which no account but the own one may enter.
    folder = Path(tempfile.mkdtemp(prefix="trackgate-setup-"))
    folder.chmod(0o755)
    yield folder / "data"
    shutil.rmtree(folder)


def set_up(*arguments: str) -> subprocess.CompletedProcess[str]:
    kept = {k: v for k, v in os.environ.items() if not k.startswith("TRACKGATE_")}
    return subprocess.run(
        [SCRIPT, *arguments],
        env=kept,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
    )


def test_setup_twice_shows_the_password_once_and_says_what_is_next(data: Path) -> None:
    place = ["--data-dir", str(data), "--first-user", "grace", "--port", "8123"]

    first, second = set_up(*place), set_up(*place)

    assert first.returncode == second.returncode == 0, first.stderr + second.stderr
    assert re.findall("^export TRACKING_[A-Z]+", first.stdout, re.MULTILINE) == [
        "export TRACKING_URI",
        "export TRACKING_USERNAME",
        "export TRACKING_PASSWORD",
    ]
    assert "export" not in second.stdout
    assert "scripts/up starts it" in second.stderr
    owners = {path.owner() for path in (data, *data.rglob("*"))}
    assert owners == {data.owner()}


def test_a_wrong_option_is_refused_before_anything_is_made(data: Path) -> None:
    refused = set_up("--data-dir", str(data), "--wrokers", "3")

    assert refused.returncode == 1
    assert refused.stderr == "Error: No such option '--wrokers'.\n"
    assert not data.exists()


@pytest.mark.parametrize("words", [["--peers"], ["--dev", "--port"]])
def test_what_is_for_development_stands_alone(words: list[str]) -> None:
    refused = set_up(*words)

    assert refused.returncode == 1
    assert "--dev" in refused.stderr
