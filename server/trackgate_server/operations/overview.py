"""What the first page shows: the team's experiments and newest runs."""

from __future__ import annotations

from trackgate_server.operations.scope import Scope
from trackgate_server.store import overview
from trackgate_server.store.overview import Overview

_SHOWN = 20


def newest(scope: Scope) -> Overview:
    """Active experiments and runs, the newest first, at most 20 of each."""
    return overview.read(scope.db, _SHOWN)
