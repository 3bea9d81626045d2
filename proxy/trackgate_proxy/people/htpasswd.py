"""The file of people and password hashes that Nginx reads at each request."""

from __future__ import annotations

import fcntl
import os
import re
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from trackgate_proxy.whole_file import write_whole

FILE_MODE = 0o640
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
# Who the keeper of served models is to the tracking server; it has no password.
KEEPER_NAME = "trackgate-serving"


class PeopleError(ValueError):
    """A change to the list of people is refused; the message says why."""


class PeopleFile:
    """One htpasswd file.

    Readers need no lock, for the file is replaced as a whole. Lines that are no
    entry (comments, say) and entries with other hashes stay as they are.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def names(self) -> list[str]:
        """Everybody in the file, in its order."""
        return list(self._entries())

    def hash_of(self, name: str) -> str:
        """The hash of one person's password. Raises PeopleError if absent."""
        try:
            return self._entries()[name]
        except KeyError:
            raise PeopleError(f"There is nobody named {name!r}.") from None

    def ensure_exists(self) -> None:
        """Make an empty file, for Nginx answers 403 to everybody without one."""
        if not self.path.exists():
            with self.editing():
                pass

    @contextmanager
    def editing(self) -> Generator[dict[str, str]]:
        """The entries, name to hash, to be changed in place.

        Others who edit wait until the block ends. What is there then becomes the
        file; nothing does when the block raises.
        """
        with _locked(self.path):
            before = self._entries()
            entries = dict(before)
            yield entries
            if entries != before or not self.path.exists():
                self._replace(entries)

    def _entries(self) -> dict[str, str]:
        return dict(_entry(line) for line in self._lines() if _is_entry(line))

    def _lines(self) -> list[str]:
        try:
            return self.path.read_text(encoding="utf-8").splitlines()
        except FileNotFoundError:
            return []

    def _replace(self, entries: dict[str, str]) -> None:
        others = [line for line in self._lines() if not _is_entry(line)]
        lines = [*others, *(f"{name}:{hashed}" for name, hashed in entries.items())]
        write_whole(self.path, "".join(f"{line}\n" for line in lines), FILE_MODE)


def require_name(name: str) -> str:
    """The name itself. Raises PeopleError unless it may stand in the file."""
    if not NAME.fullmatch(name):
        raise PeopleError(
            f"The name {name!r} cannot be used: 1 to 64 letters, digits, '.', '_' or "
            "'-', the first one a letter or digit."
        )
    if name == KEEPER_NAME:
        raise PeopleError(
            f"The name {name!r} is kept for the stack itself, which reads served "
            "models under it. Choose another one."
        )
    return name


def _is_entry(line: str) -> bool:
    return ":" in line and not line.startswith("#")


def _entry(line: str) -> tuple[str, str]:
    name, _, hashed = line.partition(":")
    return name, hashed


@contextmanager
def _locked(path: Path) -> Generator[None]:
    """Hold the one lock of the file; it lies beside, for the file is replaced."""
    lock = path.with_name(path.name + ".lock")
    flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
    descriptor = os.open(lock, flags, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
