"""Where the files of a registered model's version are said to be."""

from __future__ import annotations

from trackgate_server.store.sql import Sql
from trackgate_server.store.transaction import Transaction

_LOCATION = Sql(
    "SELECT v.location FROM model_versions v JOIN registered_models m"
    " ON m.id = v.model WHERE m.name = ? AND v.version = ?"
)


def find(db: Transaction, name: str, version: int) -> str | None:
    """A version's location, text that a client gave; None without such a version."""
    row = db.one(_LOCATION, name, version)
    return None if row is None else row[0]
