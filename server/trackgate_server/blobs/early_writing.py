"""Large bodies go to the disk while they still arrive.

Left alone, the kernel begins to write when the whole file is synced, and its sender
waits for all of it. Begun early, little is left to wait for.
"""

from __future__ import annotations

import ctypes
import os
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

# So much more of a file is worth a word to the kernel.
_STEP_BYTES = 16 * 1024 * 1024
_IDLE_S = 0.2
_BUSY_S = 0.02
# sync_file_range(2): begin to write, wait for nothing.
_SYNC_FILE_RANGE_WRITE = 2


# Descriptor, offset, length, flags.
BeginWriting = Callable[[int, int, int, int], int]


class EarlyWriter:
    """Watches the folder in which the proxy collects bodies.

    It changes nothing about what is synced when, only how long that takes.
    """

    def __init__(self, spool: Path, begin_writing: BeginWriting) -> None:
        self._spool = spool
        self._begin_writing = begin_writing
        self._begun: dict[str, int] = {}
        self._stopping = threading.Event()
        self._thread = threading.Thread(
            target=self._run, name="trackgate-early-writer", daemon=True
        )
        self._thread.start()

    @classmethod
    def of(cls, spool: Path) -> EarlyWriter | None:
        """One for that folder; None where the system has no such call (Linux has)."""
        begin_writing = _find_call()
        return cls(spool, begin_writing) if begin_writing else None

    def close(self) -> None:
        """Watch no longer."""
        self._stopping.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stopping.wait(_BUSY_S if self._begun else _IDLE_S):
            # Files may go at any moment: their bodies are complete.
            with suppress(OSError):
                self._look()

    def _look(self) -> None:
        with os.scandir(self._spool) as entries:
            found = [(one.name, one.stat(follow_symlinks=False)) for one in entries]
        sizes = {name: stat.st_size for name, stat in found}
        large = {name: size for name, size in sizes.items() if size >= _STEP_BYTES}
        self._begun = {name: self._begun.get(name, 0) for name in large}
        for name, size in large.items():
            begun = self._begun[name]
            if size - begun >= _STEP_BYTES:
                self._begin(name, begun, size - begun)
                self._begun[name] = size

    def _begin(self, name: str, start: int, length: int) -> None:
        flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
        file = os.open(self._spool / name, flags)
        try:
            self._begin_writing(file, start, length, _SYNC_FILE_RANGE_WRITE)
        finally:
            os.close(file)


def _find_call() -> BeginWriting | None:
    """sync_file_range of the C library; None where it has none."""
    try:
        call = ctypes.CDLL(None).sync_file_range
    except (AttributeError, OSError):
        return None
    call.argtypes = [ctypes.c_int, ctypes.c_int64, ctypes.c_int64, ctypes.c_uint]
    return call
