"""Calls about the server itself and about who is calling."""

from __future__ import annotations

import msgspec

from trackgate_wire import limits
from trackgate_wire.endpoint import Access, Empty, Endpoint, Message
from trackgate_wire.scalars import Int64

# The version of the peer whose protocol we speak; stock clients read it.
PROTOCOL_VERSION = "3.17.2"


class ServerInfo(Message, frozen=True, kw_only=True):
    store_type: str
    workspaces_enabled: bool | None = None


class Caller(Message, frozen=True, kw_only=True):
    """Who the server takes the caller for.

    user  the authenticated name; missing on a bare server on loopback
    role  viewer, editor or admin
    """

    user: str | None = None
    role: str
    server_version: str
    protocol_version: str


class ServerState(Message, frozen=True, kw_only=True):
    """What an admin wants to know; sizes in bytes."""

    server_version: str
    database: str
    schema_revision: str
    database_size: Int64 | None = None
    artifacts_free: Int64 | None = None
    experiments: Int64
    runs: Int64
    logged_models: Int64 = 0
    roles: dict[str, str] = {}


class Purge(Message, frozen=True, kw_only=True):
    """Removes for good what was deleted, all of it or only what is named.

    older_than_s  only what was deleted at least so many seconds ago
    """

    run_ids: list[str] = []
    experiment_ids: list[str] = []
    logged_model_ids: list[str] = []
    older_than_s: Int64 = 0


class Purged(Message, frozen=True, kw_only=True):
    run_ids: list[str] = []
    experiment_ids: list[str] = []
    logged_model_ids: list[str] = []


class GetChanges(Message, frozen=True, kw_only=True):
    """Changes of one thing, such as "run/ID" or "experiment/0", or of all.

    before  only changes with a smaller id: the last id of the page before
    """

    target: str | None = None
    before: Int64 | None = None
    max_results: Int64 = limits.CHANGES_PER_PAGE


class Change(Message, frozen=True, kw_only=True):
    """Who did what, to which thing, and when (milliseconds since 1970)."""

    id: Int64
    timestamp: Int64
    user: str
    action: str
    target: str
    detail: str = ""


class Changes(Message, frozen=True, kw_only=True):
    """The newest first."""

    changes: list[Change] = msgspec.field(default_factory=list[Change])


SERVER_INFO = Endpoint("GET", "mlflow/server-info", Empty, ServerInfo, Access.READ)
WHOAMI = Endpoint("GET", "trackgate/whoami", Empty, Caller, Access.READ)
GET_CHANGES = Endpoint("GET", "trackgate/changes", GetChanges, Changes, Access.READ)
SERVER_STATE = Endpoint(
    "GET", "trackgate/server-state", Empty, ServerState, Access.ADMIN
)
PURGE = Endpoint("POST", "trackgate/purge", Purge, Purged, Access.ADMIN)
