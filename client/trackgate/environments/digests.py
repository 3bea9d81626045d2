"""Hashes of what is on disk."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path

# Made by installing, running or committing: no part of what is installed or run.
_BYPRODUCTS = frozenset({".git", "__pycache__", "build", "mlruns", ".venv"})


def digest(path: Path) -> str:
    """A hash of a file, or of all files of a folder, with their names and modes.

    Raises OSError where there is nothing, or a file cannot be read.
    """
    whole = hashlib.sha256()
    if not path.is_dir():
        whole.update(path.read_bytes())
        return whole.hexdigest()
    for file in sorted(_files(path)):
        name = os.fsencode(file.relative_to(path))
        mode = file.lstat().st_mode
        content = (
            os.fsencode(file.readlink()) if file.is_symlink() else file.read_bytes()
        )
        whole.update(b"%o %d %d " % (mode, len(name), len(content)) + name + content)
    return whole.hexdigest()


def _files(folder: Path) -> Iterator[Path]:
    for root, folders, names in os.walk(folder):
        folders[:] = [one for one in folders if one not in _BYPRODUCTS]
        for name in (*names, *folders):
            file = Path(root, name)
            # Sockets and pipes have no content; linked folders are no more than links.
            if file.is_symlink() or file.is_file():
                yield file
