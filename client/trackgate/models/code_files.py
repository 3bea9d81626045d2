"""Code that a model brings along: copied into its folder, found when it is loaded."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from trackgate.errors import InvalidParameterValue
from trackgate.models.permission import require_for_code

FOLDER = "code"


def copy(paths: Sequence[str | os.PathLike[str]] | None, folder: Path) -> str | None:
    """Copy files and folders into the model's, and return the name they are under.

    Raises InvalidParameterValue where one is missing, or is the model's own folder.
    """
    if not paths:
        return None
    if isinstance(paths, str | os.PathLike):
        raise InvalidParameterValue(f"code_paths is a list of paths, not {paths!r}.")
    target = folder / FOLDER
    target.mkdir()
    for given in paths:
        _copy(Path(given).absolute(), target)
    return FOLDER


def put_on_search_path(folder: Path, config: Mapping[str, Any]) -> None:
    """Let the code be imported, before anything of the same name elsewhere.

    config  the section of the MLmodel file that may name it

    Raises PermissionDenied where such code is forbidden.
    """
    named = config.get(FOLDER)
    if not named:
        return
    require_for_code("one with code of its own")
    place = str(inside(folder, str(named)))
    if place not in sys.path:
        sys.path.insert(0, place)


def inside(folder: Path, name: str) -> Path:
    """A file or folder that the MLmodel file names; raises InvalidParameterValue
    where that is not in the model's folder."""
    root = folder.resolve()
    place = (root / name).resolve()
    if not place.is_relative_to(root):
        raise InvalidParameterValue(f"{name!r} is not inside the model's folder.")
    return place


def _copy(source: Path, target: Path) -> None:
    if not source.exists():
        raise InvalidParameterValue(f"code_paths: {source} does not exist.")
    if target.is_relative_to(source):
        raise InvalidParameterValue(f"code_paths: {source} holds the model itself.")
    if source.is_file():
        shutil.copyfile(source, target / source.name)
        return
    shutil.copytree(
        source,
        target / source.name,
        ignore=shutil.ignore_patterns("__pycache__"),
        dirs_exist_ok=True,
    )
