"""A flavor of somebody else's: a distribution with an entry point, and no more."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

DOCS = Path(__file__).parents[2] / "docs" / "flavors.md"
PROGRAM = """
import sys
import recipes
from trackgate import pyfunc
from trackgate.models import loading, plugins, saving
from trackgate.models.packaging import Packaging

flavor = plugins.find("recipes")
packaging = Packaging(pip_requirements=["numpy"])
saved = saving.save(flavor, {"factor": 3}, sys.argv[1], packaging)
assert list(saved.flavors) == ["recipes", "python_function"], saved.flavors
assert loading.load(flavor, sys.argv[1]) == {"factor": 3}
assert pyfunc.load_model(sys.argv[1]).predict([1, 2]) == [3, 6]
print("loaded both ways")
"""


@pytest.fixture
def installed(tmp_path: Path) -> Path:
    """A folder on the search path with the module of the docs and its metadata."""
    home = tmp_path / "site"
    metadata = home / "recipes-1.0.dist-info"
    metadata.mkdir(parents=True)
    (home / "recipes.py").write_text(module_of_the_docs())
    (metadata / "METADATA").write_text(
        "Metadata-Version: 2.1\nName: recipes\nVersion: 1.0\n"
    )
    (metadata / "entry_points.txt").write_text(
        "[trackgate.flavors]\nrecipes = recipes:FLAVOR\n"
    )
    return home


def module_of_the_docs() -> str:
    text = DOCS.read_text(encoding="utf-8")
    start = text.index("# recipes.py")
    return text[start : text.index("```", start)]


def test_the_flavor_of_the_docs_is_found_and_loads_both_ways(
    installed: Path, tmp_path: Path
) -> None:
    ended = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(tmp_path / "model")],
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(installed)},
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )

    assert ended.stdout == "loaded both ways\n"
