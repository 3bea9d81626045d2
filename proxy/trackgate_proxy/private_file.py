"""Files that only their owner may read, replaced as a whole."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from trackgate_proxy.site.data_folder import SECRET_MODE


def write_private(path: Path, text: str) -> bool:
    """Let a file hold this text; returns whether that needed a new file.

    A reader sees the old file or the new one, never a part of it. One that holds the
    text already, and is private, keeps its time.
    """
    if _is_already(path, text.encode()):
        return False
    beside = path.with_name(path.name + ".new")
    beside.unlink(missing_ok=True)
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, SECRET_MODE)
    with open(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        # Or a crash of the machine might leave the new name without its content.
        os.fsync(descriptor)
    beside.replace(path)
    return True


def _is_already(path: Path, content: bytes) -> bool:
    try:
        state = path.lstat()
    except FileNotFoundError:
        return False
    return (
        stat.S_ISREG(state.st_mode)
        and stat.S_IMODE(state.st_mode) == SECRET_MODE
        and state.st_uid == os.geteuid()
        and path.read_bytes() == content
    )
