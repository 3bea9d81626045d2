"""The blocks of docs/projects.md, run as they stand.

Those of a section run in its order, in one folder: `sh` and `python` are run, `ipython`
are cells of one notebook, a block that begins with `# a/path` is that file.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

from tests.environment.peers import PROJECT
from tests.notebooks.kernels import running_kernel

_PAGE = (PROJECT / "docs" / "projects.md").read_text(encoding="utf-8")
SECTIONS = {section.partition("\n")[0]: section for section in _PAGE.split("\n## ")[1:]}
_BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
_FILE = re.compile(r"# (\S+/\S+|\w+\.\w+|MLproject)\n")


def run_section(name: str, place: Path) -> None:
    """Do in a folder what a section shows; raises AssertionError where that fails."""
    blocks: list[tuple[str, str]] = _BLOCK.findall(SECTIONS[name])
    for language, text in blocks:
        named = _FILE.match(text)
        if named:
            file = place / named[1]
            file.parent.mkdir(parents=True, exist_ok=True)
            # Where `#` begins no comment, the name is for the page only.
            file.write_text(text[named.end() :] if language == "text" else text)
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
