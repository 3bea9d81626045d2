"""Files that arrive in parts: the peer's protocol, on our own disk.

A superset lets a client that was away ask what has arrived, and go on.
"""

from __future__ import annotations

import re

from trackgate_wire import limits
from trackgate_wire.artifacts import (
    ABORT_MULTIPART_UPLOAD,
    COMPLETE_MULTIPART_UPLOAD,
    CREATE_MULTIPART_UPLOAD,
    GET_MULTIPART_UPLOAD,
    CompleteMultipartUpload,
    CreateMultipartUpload,
    MultipartCredential,
    MultipartPart,
    MultipartUploadCreated,
    MultipartUploadRef,
    MultipartUploadState,
)
from trackgate_wire.endpoint import Empty
from trackgate_wire.errors import InvalidParameterValue, NotFound

from trackgate_server.blobs.store import Part, Upload
from trackgate_server.operations import signing
from trackgate_server.operations.artifact_places import Found
from trackgate_server.operations.artifacts import note_if_foreign, readable, writable
from trackgate_server.operations.scope import Scope
from trackgate_server.operations.serving import serves
from trackgate_server.operations.signing import Grant


@serves(CREATE_MULTIPART_UPLOAD, "none")
def create(
    scope: Scope, request: CreateMultipartUpload, artifact_path: str
) -> MultipartUploadCreated:
    found = writable(scope, _target(artifact_path, request.path))
    if not 1 <= request.num_parts <= limits.MULTIPART_PARTS:
        raise InvalidParameterValue(
            f"Invalid value {request.num_parts} for parameter 'num_parts': an upload"
            f" has 1 to {limits.MULTIPART_PARTS} parts."
        )
    upload_id = scope.services.blobs.uploads.create(
        Upload(found.place, request.num_parts, scope.caller.name, scope.now_ms)
    )
    numbers = range(1, request.num_parts + 1)
    return MultipartUploadCreated(
        upload_id, [_credential(scope, upload_id, number) for number in numbers]
    )


@serves(GET_MULTIPART_UPLOAD, "none")
def state(
    scope: Scope, request: MultipartUploadRef, artifact_path: str
) -> MultipartUploadState:
    found = readable(scope, _target(artifact_path, request.path))
    upload = _upload(scope, found, request.upload_id)
    parts = scope.services.blobs.uploads.parts(request.upload_id)
    arrived = {part.number for part in parts}
    return MultipartUploadState(
        request.upload_id,
        [MultipartPart(part.number, f'"{part.etag}"') for part in parts],
        [
            _credential(scope, request.upload_id, number)
            for number in range(1, upload.num_parts + 1)
            if number not in arrived
        ],
    )


@serves(COMPLETE_MULTIPART_UPLOAD, "none")
def complete(
    scope: Scope, request: CompleteMultipartUpload, artifact_path: str
) -> Empty:
    found = writable(scope, _target(artifact_path, request.path))
    _upload(scope, found, request.upload_id)
    parts = [Part(part.part_number, part.etag.strip('"')) for part in request.parts]
    scope.services.blobs.uploads.complete(request.upload_id, parts)
    note_if_foreign(scope, found, "store artifact")
    return Empty()


@serves(ABORT_MULTIPART_UPLOAD, "none")
def abort(scope: Scope, request: MultipartUploadRef, artifact_path: str) -> Empty:
    found = readable(scope, _target(artifact_path, request.path))
    _upload(scope, found, request.upload_id)
    scope.services.blobs.uploads.abort(request.upload_id)
    return Empty()


def _target(folder: str, local_path: str) -> str:
    """Where the file goes: stock clients send its whole local path; its name counts."""
    name = re.split(r"[/\\]", local_path)[-1]
    if not name:
        raise InvalidParameterValue(
            "Missing value for required parameter 'path': the file's name."
        )
    return f"{folder.removesuffix('/')}/{name}"


def _upload(scope: Scope, found: Found, upload_id: str) -> Upload:
    """The upload of that id, if it is to that file."""
    upload = scope.services.blobs.uploads.get(upload_id)
    if upload.place != found.place:
        raise NotFound(f"Upload {upload_id!r} is not for {found.place.shown}.")
    return upload


def _credential(scope: Scope, upload_id: str, number: int) -> MultipartCredential:
    expires_s = scope.now_ms // 1_000 + signing.PART_LIFETIME_S
    user = scope.caller.user
    grant = Grant("PUT", user, expires_s, upload_id=upload_id, number=number)
    return MultipartCredential(signing.url(scope, grant), number)
