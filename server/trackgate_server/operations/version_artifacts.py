"""Files of registered versions, where they are in the server's own store."""

from __future__ import annotations

from urllib.parse import unquote

from trackgate_wire.artifacts import SCHEME
from trackgate_wire.errors import InvalidParameterValue
from trackgate_wire.rules import shown

from trackgate_server.operations import artifact_owners, artifact_places
from trackgate_server.operations.artifact_owners import OwnerRef
from trackgate_server.operations.artifact_places import Found
from trackgate_server.operations.scope import Scope
from trackgate_server.store import model_versions
from trackgate_server.store.transaction import Transaction


def readable_of_version(scope: Scope, name: str, version: str, path: str) -> Found:
    """What a path below a version's files names.

    A version's location is text that somebody gave. It is looked up among the places
    of runs and logged models, as any client's path is. Raises InvalidParameterValue
    where it is elsewhere, NotFound where there is no such version, run or model.
    """

    def find(db: Transaction) -> Found:
        row = model_versions.get(db, name, version)
        return place_in_version(db, row.location, path)

    return scope.services.database.read(find)


def place_in_version(db: Transaction, location: str, path: str) -> Found:
    """As `readable_of_version`, for a version's location. One or two statements."""
    scheme, _, rest = location.partition(":")
    # Encoded in a location as in the URLs that clients make of it.
    folder = unquote(rest).removeprefix("/").removesuffix("/")
    if scheme == SCHEME:
        return artifact_places.by_path(db, f"{folder}/{path}")
    if scheme == "runs":
        run_id, _, inner = folder.partition("/")
        owner = artifact_owners.get(db, OwnerRef("run", run_id))
        return Found(owner, owner.place(f"{inner}/{path}".removeprefix("/")))
    raise InvalidParameterValue(
        f"The version's files are at {shown(location)}, which is not in this server's"
        " store; the server does not open it."
    )
