"""URLs that let whoever has them fetch or store one file, for a while."""

from __future__ import annotations

from trackgate_wire.artifacts import (
    CREATE_PRESIGNED_UPLOAD,
    GET_PRESIGNED_DOWNLOAD,
    CreatePresignedUpload,
    PresignedDownload,
    PresignedUpload,
)
from trackgate_wire.endpoint import Empty
from trackgate_wire.errors import InvalidParameterValue

from trackgate_server.operations import signing
from trackgate_server.operations.artifact_owners import OwnerRef
from trackgate_server.operations.artifact_places import Found
from trackgate_server.operations.artifacts import readable, writable_of
from trackgate_server.operations.scope import Scope
from trackgate_server.operations.serving import serves
from trackgate_server.operations.signing import Grant


@serves(GET_PRESIGNED_DOWNLOAD, "none")
def download_url(scope: Scope, request: Empty, artifact_path: str) -> PresignedDownload:
    del request
    found = readable(scope, artifact_path)
    blob = scope.services.blobs.open(found.place)
    blob.file.close()
    grant = _grant(scope, "GET", found, signing.URL_LIFETIME_S)
    return PresignedDownload(signing.url(scope, grant), file_size=blob.size_bytes)


@serves(CREATE_PRESIGNED_UPLOAD, "none")
def upload_url(scope: Scope, request: CreatePresignedUpload) -> PresignedUpload:
    found = writable_of(scope, _owner(request), request.path)
    found.place.require_file()
    lifetime_s = _checked_lifetime(request.expiration)
    grant = _grant(scope, "PUT", found, lifetime_s)
    return PresignedUpload(signing.url(scope, grant))


def _owner(request: CreatePresignedUpload) -> OwnerRef:
    if request.run_id and not request.model_id:
        return OwnerRef("run", request.run_id)
    if request.model_id and not request.run_id:
        return OwnerRef("logged-model", request.model_id)
    raise InvalidParameterValue("Exactly one of run_id and model_id must be given.")


def _grant(
    scope: Scope, method: signing.Method, found: Found, lifetime_s: int
) -> Grant:
    return Grant(
        method,
        scope.caller.user,
        scope.now_ms // 1_000 + lifetime_s,
        owner=found.owner.ref,
        path="/".join(found.place.path),
    )


def _checked_lifetime(seconds: int | None) -> int:
    if seconds is None:
        return signing.URL_LIFETIME_S
    if not 1 <= seconds <= signing.LONGEST_LIFETIME_S:
        raise InvalidParameterValue(
            f"Invalid value {seconds} for parameter 'expiration': a URL is good for 1"
            f" to {signing.LONGEST_LIFETIME_S} seconds."
        )
    return seconds
