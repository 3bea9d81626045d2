"""Artifact locations that a client may name."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from trackgate_wire import limits, rules
from trackgate_wire.artifacts import SCHEME
from trackgate_wire.errors import InvalidParameterValue

_REMOTE = re.compile(r"[a-z][a-z0-9+.\-]*://[^\s\x00-\x1f\\]+")
# Schemes that mean a place on the server, or one that something here would open.
_LOCAL = frozenset({"file", "runs", "models", "ftp+file", "http", "https"})


def checked_location(location: str | None) -> str | None:
    """An experiment's artifact location as it is stored; None for the store's own.

    Allowed are: nothing; a path in our own store (`mlflow-artifacts:/team/a`); a
    remote store (`s3://…`), which is kept as text and never opened by the server.
    Everything else, paths and `file:` above all, raises InvalidParameterValue.
    """
    if not location:
        return None
    limit = limits.ARTIFACT_LOCATION_LENGTH
    rules.check_length("Artifact location", location, limit)
    scheme = location.partition(":")[0].lower()
    if scheme == SCHEME and ":" in location:
        return _own(location)
    if scheme in _LOCAL or not _REMOTE.fullmatch(location):
        raise _refused(location)
    # Rejects what other readers might take for a local path after all.
    parts = urlsplit(location)
    if not parts.netloc or parts.query or parts.fragment or ".." in parts.path:
        raise _refused(location)
    return location


def _own(location: str) -> str:
    path = location.partition(":")[2]
    if not path.startswith("/") or path.startswith("//"):
        raise _refused(location)
    if any(sign in path for sign in "?#%;"):
        raise _refused(location)
    segments = rules.artifact_segments(path.strip("/"))
    if not segments or segments[0].startswith("."):
        raise _refused(location)
    return f"{SCHEME}:/" + "/".join(segments)


def _refused(location: str) -> InvalidParameterValue:
    return InvalidParameterValue(
        f"Artifact location {rules.shown(location)} is not allowed. Leave it out, name"
        f" a path in the server's own store ({SCHEME}:/team/a) or a remote store"
        " (such as s3://bucket/path); the server opens no place that a client names."
    )
