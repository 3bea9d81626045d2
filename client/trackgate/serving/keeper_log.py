"""The log of a served model's processes, and what it says about their end."""

from __future__ import annotations

import re
from pathlib import Path
from typing import BinaryIO

_LONGEST_BYTES = 16 * 1024 * 1024
_READ_BYTES = 64 * 1024
_SHOWN = 300
# How tracebacks, our own commands and pip end: "ValueError: …", "Error: …".
_FAILURE = re.compile(r"([A-Za-z_][\w.]*)?(error|exception)\b.*?: \S", re.IGNORECASE)
_CONTROL = re.compile(r"[\x00-\x1f\x7f]+")
_CREDENTIALS = re.compile(r"://[^/@\s]+@")


class ModelLog:
    """One file, to which one process after the other writes."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def opened(self) -> BinaryIO:
        """The file, for a process to write to; a long one is put aside first."""
        if self.size() > _LONGEST_BYTES:
            self._path.replace(self._path.with_suffix(".old.log"))
        return self._path.open("ab")

    def size(self) -> int:
        """Its length in bytes."""
        return self._path.stat().st_size if self._path.exists() else 0

    def last_words(self, start: int) -> str:
        """The last failure among what was written since byte `start`.

        One line without credentials; "" where none was written.
        """
        with self._path.open("rb") as file:
            file.seek(max(start, self.size() - _READ_BYTES))
            text = file.read().decode(errors="replace")
        failures = [line for line in text.splitlines() if _FAILURE.match(line)]
        return shown(failures[-1].removeprefix("Error: ")) if failures else ""


def shown(message: str) -> str:
    """The first line of a message, such as people may see who can log in."""
    first = message.strip().partition("\n")[0]
    safe = _CREDENTIALS.sub("://…@", _CONTROL.sub(" ", first))
    return safe if len(safe) <= _SHOWN else f"{safe[: _SHOWN - 1]}…"
