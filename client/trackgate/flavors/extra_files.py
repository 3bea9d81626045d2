"""Files that a user puts beside a model."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from trackgate.errors import InvalidParameterValue
from trackgate.models.loading import fetched

_FOLDER = "extra_files"


def copy_extra_files(options: Mapping[str, Any], folder: Path) -> dict[str, Any]:
    """Copy what the option `extra_files` names into the model's folder.

    Each is a local path or an artifact's URI. Returns their entry in the flavor's
    section of the MLmodel file. Raises InvalidParameterValue where two share a name.
    """
    wanted: Sequence[str] = options.get(_FOLDER) or ()
    if not wanted:
        return {}
    if isinstance(wanted, str):
        raise InvalidParameterValue(f"extra_files is a list of paths, not {wanted!r}.")
    target = folder / _FOLDER
    target.mkdir()
    return {_FOLDER: [{"path": _copy(one, target)} for one in wanted]}


def _copy(wanted: str, target: Path) -> str:
    found = fetched(str(wanted))
    copy = target / found.name
    if copy.exists():
        raise InvalidParameterValue(f"Two extra files are named {found.name!r}.")
    if found.is_dir():
        shutil.copytree(found, copy)
    else:
        shutil.copyfile(found, copy)
    return f"{_FOLDER}/{found.name}"
