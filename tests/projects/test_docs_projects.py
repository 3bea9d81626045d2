"""What docs/projects.md shows runs as it stands."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.fixtures.sites import Stack
from tests.projects.conftest import FIXTURES
from tests.projects.git_site import commit, git
from tests.projects.shown_blocks import SECTIONS, run_section

pytestmark = [pytest.mark.nginx, pytest.mark.slow]

# What these need is in tests of their own.
_ELSEWHERE = {"Containers", "Kubernetes", "Your own backend"}


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A folder with the project and the repository that the page speaks of."""
    folder = tmp_path / "place"
    project = shutil.copytree(FIXTURES / "article", folder / "path" / "to" / "project")
    shutil.copytree(project, tmp_path / "work" / "sub" / "folder")
    commit(tmp_path / "work")
    git(tmp_path / "work", "branch", "--move", "main")
    repository = folder / "path" / "to" / "repo.git"
    git(tmp_path, "clone", "--quiet", "--bare", "work", str(repository))
    return folder


@pytest.mark.parametrize("name", sorted(set(SECTIONS) - _ELSEWHERE))
def test_the_blocks_of_a_section_run(
    name: str, place: Path, as_ada: Stack, kept_environments: Path
) -> None:
    run_section(name, place)
