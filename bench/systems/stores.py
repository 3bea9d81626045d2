"""Where a system keeps its runs: an SQLite file of its own, or a database of ours."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol

from bench.systems.process_tree import ProcessTree

Backend = Literal["sqlite", "postgresql"]


class Store(Protocol):
    """A database that one system may use."""

    @property
    def backend(self) -> Backend: ...

    @property
    def tree(self) -> ProcessTree | None:
        """The processes of the database, where it has any."""
        ...

    def uri(self, scheme: str | None = None) -> str:
        """Its address, with the scheme that the system wants to read."""
        ...

    def size_bytes(self) -> int:
        """What it takes on disk now."""
        ...


@dataclass(frozen=True)
class SqliteFile:
    """A file in the system's own folder; each system gets the name it would choose."""

    file: Path
    backend: Literal["sqlite"] = "sqlite"
    tree: None = None

    def uri(self, scheme: str | None = None) -> str:
        return f"{scheme or 'sqlite'}:///{self.file}"

    def size_bytes(self) -> int:
        """What it has when its write-ahead log, whose file never shrinks, is empty."""
        with closing(sqlite3.connect(f"file:{self.file}?mode=ro", uri=True)) as db:
            (pages,) = db.execute("PRAGMA page_count").fetchone()
            (size,) = db.execute("PRAGMA page_size").fetchone()
            return int(pages) * int(size)
