"""All that an admin wants to know of the server, on one page."""

from __future__ import annotations

import os
import platform
from datetime import datetime
from importlib.metadata import version as installed
from typing import NamedTuple

from trackgate_wire import limits
from trackgate_wire.server import PROTOCOL_VERSION

from trackgate_server import version
from trackgate_server.operations import health
from trackgate_server.operations.health import Health
from trackgate_server.operations.scope import Scope
from trackgate_server.settings import Settings
from trackgate_server.store import people, upkeep, whereabouts
from trackgate_server.store.migrate import HEAD
from trackgate_server.store.people import ChangeRow
from trackgate_server.store.upkeep import Counts

_CHANGES = 30
_KINDS = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}
_OLD_BACKUP_MS = 7 * 24 * 3_600 * 1_000


class Work(NamedTuple):
    """What answers requests.

    servers  that share the proxy's slots; None without slots
    load     processes that ran or waited for a core or the disk, over the last minute
    """

    workers: int
    threads: int
    servers: int | None
    load: float
    cores: int


class Copies(NamedTuple):
    """Copies of the database.

    backup_ms   when `trackgate db backup` ran last; None where it never did
    upgrade     when an upgrade kept the newest copy; None where none did
    upgrades    how many such copies there are
    """

    backup_ms: int | None
    upgrade: datetime | None
    upgrades: int

    def is_old(self, now_ms: int) -> bool:
        """Whether the last backup is more than a week old, or there is none."""
        return self.backup_ms is None or now_ms - self.backup_ms > _OLD_BACKUP_MS


class Report(NamedTuple):
    """database, artifacts  where they are, without passwords"""

    versions: dict[str, str]
    database: str
    artifacts: str
    health: Health
    work: Work
    copies: Copies
    counts: Counts


def read(scope: Scope) -> Report:
    """Five statements; counting what is there takes some milliseconds."""
    settings = scope.services.settings
    return Report(
        versions=_versions(scope),
        database=whereabouts.described(settings.database_uri),
        artifacts=settings.artifacts_destination or str(settings.artifact_root),
        health=health.read(scope),
        work=_work(settings),
        copies=_copies(scope),
        counts=upkeep.counts(scope.db),
    )


def changes(scope: Scope, before: int | None) -> tuple[list[ChangeRow], int | None]:
    """Newest changes, with ids below `before`; and where to go on, None at the end."""
    first = limits.INT64_MAX if before is None else before
    rows = people.changes(scope.db, None, first, _CHANGES + 1)
    shown = rows[:_CHANGES]
    return shown, shown[-1].id if len(rows) > _CHANGES else None


def _versions(scope: Scope) -> dict[str, str]:
    return {
        "Trackgate": version(),
        "Protocol (MLflow)": PROTOCOL_VERSION,
        "Schema": HEAD,
        _KINDS[scope.db.kind]: upkeep.version(scope.db),
        "Python": platform.python_version(),
        "gunicorn": installed("gunicorn"),
        "Flask": installed("flask"),
        "SQLAlchemy": installed("sqlalchemy"),
    }


def _work(settings: Settings) -> Work:
    return Work(
        settings.workers,
        settings.threads,
        _servers(settings.slots_dir) if settings.slots_dir else None,
        os.getloadavg()[0],
        os.cpu_count() or 1,
    )


def _servers(folder: str) -> int:
    try:
        return sum(name.endswith(".alive") for name in os.listdir(folder))
    except OSError:
        return 0


def _copies(scope: Scope) -> Copies:
    folder = scope.services.settings.snapshot_folder
    kept = scope.services.database.snapshots(folder).list()
    return Copies(
        upkeep.last_backup_ms(scope.db),
        kept[0].taken if kept else None,
        len(kept),
    )
