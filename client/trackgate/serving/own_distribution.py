"""Where this Trackgate was installed from, for environments that need it too."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from importlib.metadata import distribution
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

_NAME = "trackgate"
# What serving needs beside the client.
EXTRA = "models"
# What a build of the project needs.
_SOURCES = (
    *("pyproject.toml", "README.md", "LICENSE"),
    *("wire", "client", "server", "proxy"),
)


@dataclass(frozen=True, slots=True)
class Origin:
    """Where to install it from.

    version  of this installation
    project  folder of its source; None where it came from a package index
    """

    version: str
    project: Path | None = None

    def requirements(self) -> list[str]:
        """Arguments of `pip install`."""
        if self.project is not None:
            return ["--editable", f"{self.project}[{EXTRA}]"]
        return [f"{_NAME}[{EXTRA}]=={self.version}"]

    def copy_source(self, target: Path) -> None:
        """Copy what a build needs; only where there is a project."""
        if self.project is None:
            return
        target.mkdir()
        for name in _SOURCES:
            source = self.project / name
            if source.is_dir():
                ignored = shutil.ignore_patterns("__pycache__")
                shutil.copytree(source, target / name, ignore=ignored)
            else:
                shutil.copy2(source, target / name)


def origin() -> Origin:
    """Where this Trackgate is from, as pip recorded it (PEP 610)."""
    found = distribution(_NAME)
    record: dict[str, Any] = json.loads(found.read_text("direct_url.json") or "{}")
    url = urlsplit(str(record.get("url", "")))
    project = Path(unquote(url.path))
    if url.scheme == "file" and (project / "pyproject.toml").is_file():
        return Origin(found.version, project)
    return Origin(found.version)
