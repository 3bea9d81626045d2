"""Files of registered versions, where they are in the server's own store."""

from __future__ import annotations

import re

from trackgate_wire.artifacts import SCHEME
from trackgate_wire.errors import InvalidParameterValue, NotFound
from trackgate_wire.rules import shown

from trackgate_server.operations import artifact_places
from trackgate_server.operations.artifact_places import Found
from trackgate_server.operations.scope import Scope
from trackgate_server.store import version_locations
from trackgate_server.store.transaction import Transaction

_VERSION = re.compile(r"[0-9]{1,9}")
_OWN = f"{SCHEME}:/"


def readable_of_version(scope: Scope, name: str, version: str, path: str) -> Found:
    """What a path below a version's files names.

    A version's location is text that somebody gave. It is looked up among the places
    of runs and logged models, as any client's path is; raises InvalidParameterValue
    where it is elsewhere, NotFound where there is no such version.
    """
    if not _VERSION.fullmatch(version):
        raise InvalidParameterValue(
            f"Invalid value {shown(version)} for parameter 'version': it must be a"
            " whole number."
        )

    def find(db: Transaction) -> Found:
        location = version_locations.find(db, name, int(version))
        if location is None:
            raise NotFound(f"Model Version (name={name}, version={version}) not found.")
        return artifact_places.by_path(db, f"{_folder(location)}/{path}")

    return scope.services.database.read(find)


def _folder(location: str) -> str:
    folder = location.removeprefix(_OWN)
    if folder == location or folder.startswith("/"):
        raise InvalidParameterValue(
            f"The version's files are at {shown(location)}, which is not in this"
            " server's store; the server does not open it."
        )
    return folder.removesuffix("/")
