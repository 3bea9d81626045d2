"""What an operation is given besides its request."""

from __future__ import annotations

from dataclasses import dataclass

from trackgate_server.blobs.store import Blobs
from trackgate_server.identity import Identity
from trackgate_server.settings import Settings
from trackgate_server.store.database import Database
from trackgate_server.store.names import Names
from trackgate_server.store.transaction import Transaction


@dataclass(frozen=True, slots=True)
class Services:
    """What lives as long as the server: one of each in a process."""

    settings: Settings
    database: Database
    blobs: Blobs
    signing_key: bytes


@dataclass(frozen=True, slots=True)
class Scope:
    """One request: its transaction, its caller, its time.

    origin  scheme and host the caller used, such as "https://track.example"
    now_ms  when the request came, milliseconds since the Unix epoch
    agent   what the caller's program says it is; "" where it says nothing
    """

    services: Services
    caller: Identity
    origin: str
    now_ms: int
    transaction: Transaction | None = None
    agent: str = ""

    @property
    def db(self) -> Transaction:
        """The open transaction; the edge begins and ends it."""
        if self.transaction is None:
            raise RuntimeError("This operation was declared to want no transaction.")
        return self.transaction

    @property
    def names(self) -> Names:
        """Names of metrics, parameters and tags."""
        return self.services.database.names
