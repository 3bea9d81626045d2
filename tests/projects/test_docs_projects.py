"""What docs/projects.md shows runs as it stands.

The blocks of a section run in its order, in one folder: `sh` and `python` are run,
`ipython` are cells of one notebook, a block that begins with `# a/path` is that file.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.environment.peers import PROJECT
from tests.fixtures.sites import Stack
from tests.notebooks.kernels import running_kernel
from tests.projects.conftest import FIXTURES
from tests.projects.git_site import commit, git

pytestmark = [pytest.mark.nginx, pytest.mark.slow]

_PAGE = (PROJECT / "docs" / "projects.md").read_text(encoding="utf-8")
_SECTIONS = {
    section.partition("\n")[0]: section for section in _PAGE.split("\n## ")[1:]
}
_BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
_FILE = re.compile(r"# (\S+/\S+|\w+\.\w+|MLproject)\n")
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


@pytest.mark.parametrize("name", sorted(set(_SECTIONS) - _ELSEWHERE))
def test_the_blocks_of_a_section_run(
    name: str, place: Path, as_ada: Stack, kept_environments: Path
) -> None:
    blocks: list[tuple[str, str]] = _BLOCK.findall(_SECTIONS[name])
    for language, text in blocks:
        named = _FILE.match(text)
        if named:
            file = place / named[1]
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)
        elif language in ("sh", "python"):
            _run(language, text, place)
    cells = [text for language, text in blocks if language == "ipython"]
    if cells:
        with running_kernel({}) as kernel:
            for cell in cells:
                kernel.run(cell)


def _run(language: str, text: str, folder: Path) -> None:
    shell = ["bash", "-euo", "pipefail", "-c", text]
    done = subprocess.run(
        shell if language == "sh" else [sys.executable, "-c", text],
        cwd=folder,
        env={
            **os.environ,
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        },
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, text + done.stdout + done.stderr
