"""Styles and scripts of the pages, under addresses that change with what they hold.

So a browser keeps them for good and still never mixes two versions.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

_FOLDER = Path(__file__).parent / "static"
# The whole of plotly.js, as the package ships it for its own pages.
_PLOTLY = "plotly.min.js"
_DIGEST_LENGTH = 12


class Assets:
    """Files that pages load.

    digest  of all of them; a part of their addresses
    """

    def __init__(self) -> None:
        files = sorted(one for one in _FOLDER.rglob("*") if one.is_file())
        self._files = {one.relative_to(_FOLDER).as_posix(): one for one in files}
        self.digest = _digest(files)
        self._files[_PLOTLY] = _plotly_folder() / _PLOTLY

    def find(self, name: str) -> Path | None:
        """The file of that name; None for any other."""
        return self._files.get(name)


def _digest(files: Iterable[Path]) -> str:
    found = hashlib.sha256(version("plotly").encode())
    for file in files:
        found.update(file.name.encode() + b"\0" + file.read_bytes())
    return found.hexdigest()[:_DIGEST_LENGTH]


def _plotly_folder() -> Path:
    # Importing it would take a second and a hundred megabytes.
    spec = find_spec("plotly")
    if spec is None or not spec.submodule_search_locations:
        raise RuntimeError("The package plotly is not installed.")
    return Path(spec.submodule_search_locations[0]) / "package_data"
