"""The roles of people, for `trackgate users`: a plug-in of the proxy's commands."""

from __future__ import annotations

import dataclasses
import time
from pathlib import Path

from trackgate_server.settings import from_environment, remembering
from trackgate_server.store import migrate, people
from trackgate_server.store.database import Database


class Rolebook:
    """Roles as rows of the tracking database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def set(self, name: str, role: str, by: str) -> None:
        """Give a person a role; `by` says who did."""
        now_ms = time.time_ns() // 1_000_000
        self._database.write(lambda db: people.set_role(db, name, role, by, now_ms))

    def get_all(self) -> dict[str, str]:
        """Every person's role by name."""
        return self._database.read(people.all_roles)

    def remove(self, name: str, by: str) -> None:
        """Forget a person's role; `by` says who did."""
        now_ms = time.time_ns() // 1_000_000
        self._database.write(lambda db: people.remove_role(db, name, by, now_ms))

    def close(self) -> None:
        """Give the database back."""
        self._database.close()


def open_rolebook(data_dir: Path, backend_store_uri: str | None) -> Rolebook:
    """The roles kept in a data folder's database, created if it is not there yet.

    What its caller cannot name, such as the file with the database's password, is
    taken from the environment.
    """
    named = dataclasses.replace(
        from_environment(), data_dir=data_dir, backend_store_uri=backend_store_uri or ""
    )
    database, _ = migrate.open_upgraded(remembering(named))
    return Rolebook(database)
