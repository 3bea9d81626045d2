"""How the server is: what it takes on disk and how much is left."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import NamedTuple

from trackgate_server.operations.scope import Scope
from trackgate_server.settings import Settings
from trackgate_server.store import upkeep, whereabouts

# Below this an admin should do something, be it a tenth of a disk or of a huge one.
_LOW_PART = 0.1
_LOW_BYTES = 20 * 1024**3


class Disk(NamedTuple):
    """A disk, in bytes.

    what  is kept there
    """

    what: str
    total: int
    free: int

    @property
    def used(self) -> int:
        return self.total - self.free

    @property
    def low_from(self) -> int:
        """What may be used before it will soon be full."""
        return self.total - min(int(self.total * _LOW_PART), _LOW_BYTES)

    @property
    def is_low(self) -> bool:
        """Whether it will soon be full."""
        return self.used > self.low_from


class Health(NamedTuple):
    """How the server is; `disks` are those of this machine that hold its data."""

    database_bytes: int
    disks: list[Disk]


def read(scope: Scope) -> Health:
    """One statement, and a look at each folder's disk."""
    settings = scope.services.settings
    return Health(upkeep.size_bytes(scope.db), _disks(settings))


def _disks(settings: Settings) -> list[Disk]:
    places = {
        "Database": whereabouts.folder_of(settings.database_uri),
        "Artifacts": None if settings.artifacts_in_s3 else settings.artifact_root,
    }
    kept: dict[int, tuple[list[str], Path]] = {}
    for what, folder in places.items():
        if folder is not None and folder.exists():
            kept.setdefault(folder.stat().st_dev, ([], folder))[0].append(what)
    return [_disk(", ".join(what), folder) for what, folder in kept.values()]


def _disk(what: str, folder: Path) -> Disk:
    usage = shutil.disk_usage(folder)
    # Not its `used`: what is kept for root is not free for us.
    return Disk(what.capitalize(), usage.total, usage.free)
