"""The kinds of systems there are, by name."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

from bench.systems import fasttrackml, mlflow, trackgate
from bench.systems.postgres import Cluster
from bench.systems.stores import SqliteFile, Store
from bench.systems.system import System


@dataclass(frozen=True)
class Kind:
    """How to start a system on a folder, and on which SQLite file by default."""

    name: str
    started: Callable[[Path, Store], AbstractContextManager[System]]
    sqlite: Callable[[Path], SqliteFile]
    version: Callable[[], str]

    def store(self, folder: Path, cluster: Cluster | None) -> Store:
        """A database of its own in the cluster; without one, its SQLite file."""
        if cluster is None:
            return self.sqlite(folder)
        return cluster.database(self.name)


KINDS = {
    module.NAME: Kind(module.NAME, module.started, module.sqlite, module.version)
    for module in (trackgate, mlflow, fasttrackml)
}
