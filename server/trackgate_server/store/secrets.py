"""Keys the server signs with; made once, the same for every server on a database."""

from __future__ import annotations

import secrets

from trackgate_server.store.sql import Sql
from trackgate_server.store.transaction import Transaction

_INSERT = Sql(
    "INSERT INTO secrets (name, value) VALUES (?, ?) ON CONFLICT (name) DO NOTHING"
)
_GET = Sql("SELECT value FROM secrets WHERE name = ?")


def get_or_create(db: Transaction, name: str, size: int = 32) -> bytes:
    """The key of that name, of `size` random bytes when it is new."""
    row = db.one(_GET, name)
    if row is None:
        db.execute(_INSERT, name, secrets.token_bytes(size))
        row = db.one(_GET, name)
    if row is None:
        raise LookupError(f"The database kept no key named {name!r}.")
    return bytes(row[0])
