"""Files that are replaced as a whole, for their owner's eyes unless said otherwise."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from trackgate_proxy.site.data_folder import SECRET_MODE


def write_whole(path: Path, text: str, mode: int = SECRET_MODE) -> bool:
    """Let a file hold this text; returns whether that needed a new file.

    A reader sees the old file or the new one, never a part of it, also after a crash.
    One that holds the text already, with this mode and owner, keeps its time.
    """
    if _is_already(path, text.encode(), mode):
        return False
    beside = path.with_name(path.name + ".new")
    beside.unlink(missing_ok=True)
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, SECRET_MODE)
    with open(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        # Not left to the umask, which may take away what others are to have.
        os.fchmod(descriptor, mode)
        # Or a crash of the machine might leave the new name without its content.
        os.fsync(descriptor)
    beside.replace(path)
    _sync_folder(path.parent)
    return True


def _is_already(path: Path, content: bytes, mode: int) -> bool:
    try:
        state = path.lstat()
    except FileNotFoundError:
        return False
    return (
        stat.S_ISREG(state.st_mode)
        and stat.S_IMODE(state.st_mode) == mode
        and state.st_uid == os.geteuid()
        and path.read_bytes() == content
    )


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
