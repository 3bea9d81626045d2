"""A line on the terminal that says how far a transfer has come."""

from __future__ import annotations

import sys
import threading
import time

# Smaller transfers are over before anyone has read the line.
_WORTH_SHOWING = 4 * 1024 * 1024
_EVERY_S = 0.2
_WIDTH = 24
_MIB = 1024 * 1024


class Progress:
    """Bytes moved out of `total`; shown only while a person watches stderr."""

    def __init__(self, label: str, total: int) -> None:
        self._label = label
        self._total = total
        self._moved = 0
        self._lock = threading.Lock()
        self._started = self._shown = time.monotonic()
        self._visible = total >= _WORTH_SHOWING and sys.stderr.isatty()

    def advance(self, amount: int) -> None:
        """Count bytes that moved; negative, where they must move again."""
        with self._lock:
            self._moved += amount
            now = time.monotonic()
            if not self._visible or now - self._shown < _EVERY_S:
                return
            self._shown = now
            self._print("\r")

    def __enter__(self) -> Progress:
        return self

    def __exit__(self, *_: object) -> None:
        if self._visible:
            self._print("\r", end="\n")

    def _print(self, start: str, end: str = "") -> None:
        part = min(1.0, self._moved / self._total)
        bar = ("█" * round(part * _WIDTH)).ljust(_WIDTH, "·")
        spent_s = max(time.monotonic() - self._started, 1e-3)
        text = (
            f"{self._label} {bar} {self._moved / _MIB:,.0f} of"
            f" {self._total / _MIB:,.0f} MiB, {self._moved / _MIB / spent_s:,.0f} MiB/s"
        )
        sys.stderr.write(f"{start}{text}\x1b[K{end}")
        sys.stderr.flush()
