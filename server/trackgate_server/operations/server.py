"""The server itself: who is calling, how it is, what is purged."""

from __future__ import annotations

import shutil

from trackgate_wire import limits, rules
from trackgate_wire.endpoint import Empty
from trackgate_wire.server import (
    GET_CHANGES,
    PROTOCOL_VERSION,
    PURGE,
    SERVER_INFO,
    SERVER_STATE,
    WHOAMI,
    Caller,
    Change,
    Changes,
    GetChanges,
    Purge,
    Purged,
    ServerInfo,
    ServerState,
)

from trackgate_server import version
from trackgate_server.operations.purging import purge
from trackgate_server.operations.scope import Scope
from trackgate_server.operations.serving import serves
from trackgate_server.store import people, upkeep
from trackgate_server.store.migrate import HEAD


@serves(SERVER_INFO, "none")
def server_info(scope: Scope, request: Empty) -> ServerInfo:
    del scope, request
    return ServerInfo(store_type="SqlStore", workspaces_enabled=False)


@serves(WHOAMI, "none")
def whoami(scope: Scope, request: Empty) -> Caller:
    del request
    return Caller(
        user=scope.caller.user,
        role=scope.caller.role or "",
        server_version=version(),
        protocol_version=PROTOCOL_VERSION,
    )


@serves(SERVER_STATE)
def server_state(scope: Scope, request: Empty) -> ServerState:
    del request
    counts = upkeep.counts(scope.db)
    settings = scope.services.settings
    root = None if settings.artifacts_in_s3 else settings.artifact_root
    return ServerState(
        server_version=version(),
        database=scope.db.kind,
        schema_revision=HEAD,
        database_size=upkeep.size_bytes(scope.db),
        artifacts_free=shutil.disk_usage(root).free if root and root.exists() else None,
        experiments=counts.experiments,
        runs=counts.runs,
        logged_models=counts.logged_models,
        roles=people.all_roles(scope.db),
    )


@serves(GET_CHANGES)
def get_changes(scope: Scope, request: GetChanges) -> Changes:
    rules.check_page_size(request.max_results, limits.CHANGES_PER_PAGE)
    before = limits.INT64_MAX if request.before is None else request.before
    rows = people.changes(scope.db, request.target, before, request.max_results)
    return Changes(
        changes=[
            Change(
                id=row.id,
                timestamp=row.at_ms,
                user=row.user,
                action=row.action,
                target=row.target,
                detail=row.detail,
            )
            for row in rows
        ]
    )


@serves(PURGE, "none")
def purge_deleted(scope: Scope, request: Purge) -> Purged:
    return purge(scope.services, request, by=scope.caller.name, now_ms=scope.now_ms)
