"""A project's files as one block of bytes, which travels to where it runs."""

from __future__ import annotations

import io
import tarfile
from pathlib import Path

# Of no use to a program, and often larger than all the rest.
_LEFT_OUT = frozenset({".git", "__pycache__"})
# Marks a virtual environment (PEP 405), whose paths are this machine's.
_ENVIRONMENT = "pyvenv.cfg"


def pack(folder: Path) -> bytes:
    """All files of a folder; the same bytes as long as nothing in it changes."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as archive:
        _add(archive, folder, Path("."))
    return packed.getvalue()


def unpack(packed: bytes, folder: Path) -> None:
    """Write packed files to a folder, which is made."""
    with tarfile.open(fileobj=io.BytesIO(packed), mode="r") as archive:
        # What `pack` has packed is the user's own; links may lead to data elsewhere.
        archive.extraction_filter = lambda member, _: member
        archive.extractall(folder)  # noqa: S202


def _add(archive: tarfile.TarFile, top: Path, folder: Path) -> None:
    for path in sorted((top / folder).iterdir()):
        if path.name in _LEFT_OUT or (path / _ENVIRONMENT).exists():
            continue
        name = folder / path.name
        archive.add(path, str(name), recursive=False)
        if path.is_dir() and not path.is_symlink():
            _add(archive, top, name)
