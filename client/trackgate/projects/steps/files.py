"""A project's files: copies for steps to work in, and what tells that they changed."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Collection, Iterator
from pathlib import Path

# Of version control, and what programs keep beside the code that they look at or run.
_NOT_CODE = frozenset(
    {
        *(".git", ".hg", ".svn", "__pycache__", ".ipynb_checkpoints", ".DS_Store"),
        *(".mypy_cache", ".pytest_cache", ".ruff_cache", "mlruns", "mlartifacts"),
    }
)
# In the top folder of each virtual environment (PEP 405).
_ENVIRONMENT = "pyvenv.cfg"


def copy(folder: Path, to: Path) -> None:
    """Copy a project, so that what its program writes is in nobody's way."""
    for path in _all(folder):
        target = to / path.relative_to(folder)
        target.parent.mkdir(parents=True, exist_ok=True)
        if path.is_symlink():
            target.symlink_to(_link(path, folder))
        else:
            shutil.copy2(path, target)


def digest(folder: Path, parts: Collection[str] = ()) -> str:
    """A digest of the files of a folder, and of their names.

    parts  of the folder that count; all, where none are named
    """
    whole = hashlib.sha256()
    for path in sorted(_all(folder)):
        name = path.relative_to(folder)
        if not parts or any(name.is_relative_to(part) for part in parts):
            whole.update(f"{name.as_posix()}\0{_content(path)}\0".encode())
    return whole.hexdigest()


def digest_of(path: Path) -> str:
    """A digest of a file, or of a folder's files."""
    return digest(path) if path.is_dir() else _content(path)


def _all(folder: Path) -> Iterator[Path]:
    """Its files, and its links to folders, which are not followed."""
    for root, folders, names in os.walk(folder):
        here = Path(root)
        links = [name for name in folders if (here / name).is_symlink()]
        folders[:] = [
            name
            for name in folders
            if name not in links
            and name not in _NOT_CODE
            and not (here / name / _ENVIRONMENT).exists()
        ]
        for name in (*links, *names):
            if name not in _NOT_CODE and _is_kept(here / name):
                yield here / name


def _is_kept(path: Path) -> bool:
    """Not a socket or a pipe, which cannot be copied."""
    return path.is_symlink() or path.is_file()


def _link(path: Path, folder: Path) -> str:
    """Where the copy of a link leads; what is outside of the folder stays there."""
    if path.resolve().is_relative_to(folder.resolve()):
        return os.readlink(path)
    return str(path.resolve())


def _content(path: Path) -> str:
    if not path.is_file():
        # A link to a folder, or to nothing.
        return os.readlink(path)
    with path.open("rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
    return f"{found}{'x' if os.access(path, os.X_OK) else ''}"
