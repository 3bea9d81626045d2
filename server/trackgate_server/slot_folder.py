"""A private folder whose names are looked up in its descriptor, not by path.

So nobody can exchange it meanwhile, and a long path does not matter (a socket's holds
107 bytes). Standard library only: the main process stays small.
"""

from __future__ import annotations

import fcntl
import os
import stat
import time
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path

_LOCK = "lock"
_NEW_LINK = "slot.new"
_TRY_AGAIN_S = 0.005


class UnsafeSlots(ValueError):
    """The folder cannot be used as it is; the message says what to change."""


class SlotFolder:
    """The folder in which servers share slots; it is made if it is not there.

    Raises UnsafeSlots unless it is this account's own and private.
    """

    def __init__(self, path: Path) -> None:
        self._descriptor = _open_private(path)

    def address(self, name: str) -> str:
        """A path to a name here, however long the folder's is; in this process only."""
        return f"/proc/self/fd/{self._descriptor}/{name}"

    def names(self) -> list[str]:
        """All that is here."""
        return os.listdir(self._descriptor)

    @contextmanager
    def locked(self, patience_s: float) -> Generator[None]:
        """Hold the folder's lock; raises TimeoutError when it cannot be had."""
        deadline_s = time.monotonic() + patience_s
        descriptor = self.open(_LOCK, os.O_RDWR | os.O_CREAT)
        try:
            while not try_lock(descriptor):
                if time.monotonic() >= deadline_s:
                    raise TimeoutError("The folder of slots stays locked.")
                time.sleep(_TRY_AGAIN_S)
            yield
        finally:
            os.close(descriptor)

    def open(self, name: str, flags: int) -> int:
        """A descriptor of a file, which is this account's alone if it is made."""
        flags |= os.O_CLOEXEC | os.O_NOFOLLOW
        return os.open(name, flags, 0o600, dir_fd=self._descriptor)

    def exists(self, name: str) -> bool:
        """Whether it is there; a link, whether what it leads to is."""
        try:
            os.stat(name, dir_fd=self._descriptor)
        except FileNotFoundError:
            return False
        return True

    def point(self, link: str, target: str) -> None:
        """Let a slot lead elsewhere, so that it is never missing."""
        with suppress(OSError):
            if os.readlink(link, dir_fd=self._descriptor) == target:
                return
        self.remove(_NEW_LINK)
        os.symlink(target, _NEW_LINK, dir_fd=self._descriptor)
        os.rename(
            _NEW_LINK, link, src_dir_fd=self._descriptor, dst_dir_fd=self._descriptor
        )

    def remove(self, name: str) -> None:
        """Remove a name; that it is not there is fine."""
        with suppress(FileNotFoundError):
            os.unlink(name, dir_fd=self._descriptor)


def try_lock(descriptor: int) -> bool:
    """Whether nobody else had the file locked; then this process has."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _open_private(folder: Path) -> int:
    """The folder's descriptor; whoever could write there could answer for us."""
    try:
        with suppress(FileExistsError):
            folder.mkdir(mode=0o700)
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except OSError as error:
        raise UnsafeSlots(
            f"--slots-dir {folder} cannot be used: {error.strerror}."
        ) from error
    state = os.fstat(descriptor)
    if state.st_uid != os.geteuid():
        raise UnsafeSlots(
            f"--slots-dir {folder} belongs to account {state.st_uid}, and the server"
            f" runs as {os.geteuid()}; give it to that one: chown {os.geteuid()}"
            f" {folder}"
        )
    mode = stat.S_IMODE(state.st_mode)
    if mode & 0o077:
        raise UnsafeSlots(
            f"--slots-dir {folder} is open to others (mode {mode:04o}); make it"
            f" private: chmod 700 {folder}"
        )
    return descriptor
