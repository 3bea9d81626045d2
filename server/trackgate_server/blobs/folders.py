"""Folders opened name by name, below a descriptor, following no link.

A path is never joined to a string and handed to the kernel: each name is opened
relative to the folder before it, so nothing that lies on disk, and nothing that
changes meanwhile, leads out of the store.
"""

from __future__ import annotations

import errno
import os
import stat
import time
from collections.abc import Generator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

FOLDER_MODE = 0o750
FILE_MODE = 0o640
_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
# Without O_NONBLOCK, opening a named pipe would wait for its other end.
_FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_NEW_FILE = os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
# The kernel writes by itself what is older.
_OLD_S = 60.0
_CLOCK_TICK_S = 1.0
_REMEMBERED = 10_000


class SyncedFolders:
    """Syncs folders that may not be on disk as they stand, and no others.

    Who made an entry in a folder may be another request that has not synced it yet,
    so whoever builds on it does. That costs a flush of the disk each time; hence
    folders are remembered by when they last changed.
    """

    def __init__(self) -> None:
        self._changed_ns: dict[tuple[int, int], int] = {}

    def ensure(self, folder: int) -> None:
        """Have all entries of a folder on disk."""
        found = os.fstat(folder)
        identity = (found.st_dev, found.st_ino)
        age_s = time.time() - found.st_mtime
        if age_s > _OLD_S or self._changed_ns.get(identity) == found.st_mtime_ns:
            return
        os.fsync(folder)
        # A second change within one tick of the clock would bear the same time.
        if age_s > _CLOCK_TICK_S:
            if len(self._changed_ns) >= _REMEMBERED:
                self._changed_ns.clear()
            self._changed_ns[identity] = found.st_mtime_ns


def open_root(path: Path) -> int:
    """Descriptor of a folder that the admin named; links to it are followed."""
    return os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)


@contextmanager
def opened(root: int, names: Sequence[str]) -> Generator[int]:
    """Descriptor of the folder `names` below `root`; raises OSError without one."""
    folder = os.dup(root)
    try:
        for name in names:
            folder = _step(folder, name)
        yield folder
    finally:
        os.close(folder)


@contextmanager
def made(root: int, names: Sequence[str], synced: SyncedFolders) -> Generator[int]:
    """As `opened`, making folders that are missing, so that they stay after a crash."""
    folder = os.dup(root)
    try:
        for name in names:
            with suppress(FileExistsError):
                os.mkdir(name, FOLDER_MODE, dir_fd=folder)
            synced.ensure(folder)
            folder = _step(folder, name)
        yield folder
    finally:
        os.close(folder)


def open_folder(folder: int, name: str) -> int:
    """Descriptor of the folder of that name; raises OSError for anything else."""
    return os.open(name, _FOLDER, dir_fd=folder)


def open_file(folder: int, name: str) -> int:
    """Descriptor of a regular file, for reading.

    Raises OSError: IsADirectoryError for a folder, FileNotFoundError for a link, a
    pipe or a device, none of which we ever made.
    """
    descriptor = os.open(name, _FILE, dir_fd=folder)
    mode = os.fstat(descriptor).st_mode
    if stat.S_ISREG(mode):
        return descriptor
    os.close(descriptor)
    if stat.S_ISDIR(mode):
        raise IsADirectoryError(errno.EISDIR, "Is a directory", name)
    raise FileNotFoundError(errno.ENOENT, "Not a regular file", name)


def create_file(folder: int, name: str) -> int:
    """Descriptor of a new file, for writing and reading back."""
    return os.open(name, _NEW_FILE, FILE_MODE, dir_fd=folder)


def is_folder(folder: int, name: str) -> bool:
    """Whether that name is a folder; False also for what does not exist."""
    try:
        found = os.stat(name, dir_fd=folder, follow_symlinks=False)
    except FileNotFoundError:
        return False
    return stat.S_ISDIR(found.st_mode)


def _step(folder: int, name: str) -> int:
    below = open_folder(folder, name)
    os.close(folder)
    return below
