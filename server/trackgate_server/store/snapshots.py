"""Copies of a database as it was before it was changed for good.

A file is complete or absent: it is written under another name, synced, and renamed.
Its name says which schema it holds and when it was taken (UTC).
"""

from __future__ import annotations

import os
import re
from abc import ABC, abstractmethod
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from sqlalchemy import Connection

from trackgate_server.store.database import DatabaseRefused

# `at`: before a migration; `replaced`: before another snapshot took its place.
Reason = Literal["at", "replaced"]

_TIME = "%Y%m%dT%H%M%SZ"
_PARTIAL = ".partial"
# A server that cannot migrate is started again and again: its copies must not fill
# the disk.
_KEPT_OF_A_SCHEMA = 3


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One file; `revision` is the schema it holds."""

    path: Path
    revision: str
    taken: datetime
    replaced: bool

    @property
    def size_bytes(self) -> int:
        """What it takes on the disk."""
        return self.path.stat().st_size

    @property
    def time(self) -> str:
        """When it was taken, for people."""
        return f"{self.taken:%Y-%m-%d %H:%M:%S} UTC"


class Snapshots(ABC):
    """Those of one database, all in one folder.

    stem, ending  what stands before and after schema and time in a file's name
    """

    def __init__(self, folder: Path, stem: str, ending: str) -> None:
        self.folder = folder
        self._stem = stem
        self._ending = ending

    @abstractmethod
    def write(self, connection: Connection, file: Path) -> None:
        """Fill an empty file with the database as it is now.

        connection  of `Database.alone`, in no transaction

        Raises DatabaseRefused where it cannot be done.
        """

    @abstractmethod
    def revision_in(self, file: Path) -> str:
        """The schema a file holds; raises DatabaseRefused if it is none of ours."""

    @abstractmethod
    def put_back(self, file: Path) -> Path | None:
        """Make a file the database, all at once; where the present one is kept.

        Raises DatabaseRefused, with nothing changed, while others use the database.
        """

    def take(
        self, connection: Connection, revision: str, reason: Reason = "at"
    ) -> Path:
        """Keep the database as it is now; where. Errors as `write`."""
        file = self.new_path(revision, reason)
        partial = self.new_partial(file)
        try:
            self.write(connection, partial)
            self.finish(partial, file)
        except OSError as error:
            raise DatabaseRefused(
                f"No snapshot can be written to {self.folder}: {error.strerror}."
                " Nothing was changed."
            ) from error
        finally:
            partial.unlink(missing_ok=True)
        if reason == "at":
            self._drop_surplus(revision)
        return file

    def take_to(self, connection: Connection, file: Path) -> None:
        """Keep the database as it is now in a new file of somebody's own.

        The file may be put back like any other. Errors as `write`, and where there is
        such a file already.
        """
        if file.exists():
            raise DatabaseRefused(f"{file} is there already; name a new file.")
        partial = self.new_partial(file)
        try:
            self.write(connection, partial)
            self.finish(partial, file)
        finally:
            partial.unlink(missing_ok=True)

    def list(self) -> list[Snapshot]:
        """All that are there, the newest first."""
        pattern = re.compile(
            rf"{re.escape(self._stem)}\.(at|replaced)-(\w+)-(\d{{8}}T\d{{6}}Z)"
            rf"{re.escape(self._ending)}"
        )
        try:
            names = os.listdir(self.folder)
        except FileNotFoundError:
            return []
        found = [
            Snapshot(
                path=self.folder / name,
                revision=match[2],
                taken=datetime.strptime(match[3], _TIME).replace(tzinfo=UTC),
                replaced=match[1] == "replaced",
            )
            for name in names
            if (match := pattern.fullmatch(name))
        ]
        return sorted(found, key=lambda one: (one.taken, one.path), reverse=True)

    def new_path(self, revision: str, reason: Reason) -> Path:
        """Where a copy that is made now belongs."""
        now = datetime.now(UTC).strftime(_TIME)
        return self.folder / f"{self._stem}.{reason}-{revision}-{now}{self._ending}"

    def new_partial(self, file: Path) -> Path:
        """An empty file for its owner only; those that a crash left behind go."""
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            for name in os.listdir(self.folder):
                if name.startswith(f"{self._stem}.") and _PARTIAL in name:
                    (self.folder / name).unlink()
            partial = file.with_name(file.name + _PARTIAL)
            partial.unlink(missing_ok=True)
            partial.touch(mode=0o600, exist_ok=False)
        except OSError as error:
            raise DatabaseRefused(
                f"No file can be made in {file.parent}: {error.strerror}. Nothing was"
                " changed."
            ) from error
        return partial

    def finish(self, partial: Path, file: Path) -> None:
        """Give a written file its name, on disk for good."""
        sync(partial)
        partial.replace(file)
        sync(file.parent)

    def _drop_surplus(self, revision: str) -> None:
        same = [
            one for one in self.list() if one.revision == revision and not one.replaced
        ]
        for one in same[_KEPT_OF_A_SCHEMA:]:
            one.path.unlink(missing_ok=True)


def sync(path: Path) -> None:
    """Wait until a file, or the names in a folder, are on disk."""
    file = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(file)
    finally:
        os.close(file)
