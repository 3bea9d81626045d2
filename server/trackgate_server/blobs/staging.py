"""Where bytes wait, unseen, until they are complete.

Hidden folders beside the artifacts, on the same file system, so that a rename puts a
file in place. No area can bear their names: an area begins with an experiment's id.
"""

from __future__ import annotations

import os
import secrets
import shutil
import time
from collections.abc import Generator
from contextlib import contextmanager, suppress

from trackgate_server.blobs import folders
from trackgate_server.blobs.place import Place
from trackgate_server.blobs.store import Body

INCOMING = ".incoming"
_DAY_S = 24 * 3600


class Staging:
    """Arriving files below one store's root.

    root  descriptor of the store's root
    """

    def __init__(self, root: int) -> None:
        self.root = root
        self._synced = folders.SyncedFolders()
        self.folder = hidden_folder(root, INCOMING)

    @contextmanager
    def new_name(self) -> Generator[str]:
        """A name free for use in `folder`; whatever bears it afterwards is removed."""
        name = secrets.token_hex(16)
        try:
            yield name
        finally:
            remove(self.folder, name)

    @contextmanager
    def arrival(self, body: Body) -> Generator[str]:
        """The name of a file in `folder` that holds the whole body, synced."""
        with self.new_name() as name:
            body.put(self.folder, name)
            yield name

    def publish(self, name: str, place: Place) -> None:
        """Move a complete file to its place, so that it stays there after a crash."""
        with folders.made(self.root, place.folder, self._synced) as folder:
            os.rename(name, place.name, src_dir_fd=self.folder, dst_dir_fd=folder)
            os.fsync(folder)

    def withdraw(self, place: Place) -> None:
        """Make a file or a whole folder vanish at once, then remove it."""
        with (
            self.new_name() as name,
            folders.opened(self.root, place.folder) as folder,
        ):
            os.rename(place.name, name, src_dir_fd=folder, dst_dir_fd=self.folder)
            os.fsync(folder)

    def close(self) -> None:
        """Give the descriptor back."""
        os.close(self.folder)

    def sweep(self) -> None:
        """Remove what crashes left behind more than a day ago."""
        remove_older(self.folder, time.time() - _DAY_S)


def hidden_folder(root: int, name: str) -> int:
    """Descriptor, to be kept, of a folder of the server's own."""
    with folders.made(root, (name,), folders.SyncedFolders()) as folder:
        return os.dup(folder)


def remove(folder: int, name: str) -> None:
    """Remove a file or a folder with all in it; what is not there is fine.

    What cannot be removed now is found again by a sweep.
    """
    with suppress(OSError):
        if folders.is_folder(folder, name):
            # Follows no links: it checks each folder's descriptor.
            shutil.rmtree(name, dir_fd=folder)
        else:
            os.unlink(name, dir_fd=folder)


def remove_older(folder: int, before_s: float) -> None:
    """Remove everything in a folder that was last changed before that time."""
    with os.scandir(folder) as entries:
        stale = [entry.name for entry in entries if _changed_s(entry) < before_s]
    for name in stale:
        remove(folder, name)


def _changed_s(entry: os.DirEntry[str]) -> float:
    try:
        return entry.stat(follow_symlinks=False).st_mtime
    except FileNotFoundError:
        return time.time()
