"""Checksums of a model's files: noted when it is saved, compared when it is fetched.

They show that files are whole and belong together. They stand in the MLmodel file, so
they do not show who wrote it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import Any

from trackgate.errors import InvalidState
from trackgate.models.kinds import is_dict
from trackgate.models.mlmodel import MLMODEL_FILE_NAME, OURS, Model

_ENTRY = "files"
# The MLmodel file holds the checksums, and stock clients have calls that rewrite the
# others in a model that is stored already.
_NOT_NOTED = frozenset({MLMODEL_FILE_NAME, "conda.yaml", "requirements.txt"})


def of_folder(folder: Path) -> dict[str, dict[str, Any]]:
    """SHA-256 and size in bytes of each file in a folder, by its path in it."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    names = {path: path.relative_to(folder).as_posix() for path in files}
    return {
        name: {"sha256": _sha256(path), "size": path.stat().st_size}
        for path, name in names.items()
        if name not in _NOT_NOTED
    }


def note(model: Model, folder: Path) -> None:
    """Put the checksums of a folder's files into its MLmodel file's entries."""
    model.extra[OURS] = {**_ours(model), _ENTRY: of_folder(folder)}


def verify(folder: Path, model: Model | None = None) -> None:
    """Compare the files of a model's folder with what was noted.

    Raises InvalidState naming the first file that is missing or another one. Nothing
    is noted in models that other clients saved, and nothing raised.
    """
    for name, noted in _noted(model or Model.load(folder)).items():
        _check_inside(name)
        path = folder / name
        if not path.is_file():
            raise InvalidState(f"The model's file {name!r} is missing.")
        size = path.stat().st_size
        if size != noted.get("size"):
            raise InvalidState(
                f"The model's file {name!r} has {size} bytes;"
                f" {noted.get('size')} were noted when it was saved."
            )
        found = _sha256(path)
        if found != noted.get("sha256"):
            raise InvalidState(
                f"The model's file {name!r} is not the one that was saved: its SHA-256"
                f" is {found}, and {noted.get('sha256')} was noted."
            )


def _noted(model: Model) -> Mapping[str, Mapping[str, Any]]:
    files = _ours(model).get(_ENTRY)
    return files if is_dict(files) else {}


def _ours(model: Model) -> Mapping[str, Any]:
    entry = model.extra.get(OURS)
    return entry if is_dict(entry) else {}


def _check_inside(name: str) -> None:
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts:
        raise InvalidState(f"The MLmodel file notes a file outside of it: {name!r}.")


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
