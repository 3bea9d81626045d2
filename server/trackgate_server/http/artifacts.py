"""Calls whose body or answer is a file's bytes."""

from __future__ import annotations

import dataclasses

from trackgate_wire.artifacts import (
    DELETE_ARTIFACT,
    DOWNLOAD_ARTIFACT,
    GET_LOGGED_MODEL_ARTIFACT,
    GET_MODEL_VERSION_ARTIFACT,
    GET_RUN_ARTIFACT,
    SIGNED_DOWNLOAD,
    SIGNED_UPLOAD,
    SIGNED_VERDICT,
    UPLOAD_ARTIFACT,
    UPLOAD_RUN_ARTIFACT,
)
from trackgate_wire.errors import InvalidParameterValue, PermissionDenied
from werkzeug.wrappers import Request, Response

from trackgate_server.http.binding import bind_bytes
from trackgate_server.http.calls import Application
from trackgate_server.http.receiving import body_of
from trackgate_server.http.roles import Doorkeeper
from trackgate_server.http.sending import sent
from trackgate_server.operations import artifacts, signing
from trackgate_server.operations.artifact_owners import OwnerRef
from trackgate_server.operations.artifact_places import Found
from trackgate_server.operations.logged_model_artifacts import readable_of_model
from trackgate_server.operations.scope import Scope, Services
from trackgate_server.operations.signing import Grant
from trackgate_server.operations.version_artifacts import readable_of_version

SIGNED_PATH_HEADER = "X-Trackgate-Signed-Path"
SIGNED_METHOD_HEADER = "X-Trackgate-Signed-Method"


def register(app: Application, door: Doorkeeper, services: Services) -> None:
    """Have `app` answer every byte route of the protocol."""
    for route, view in VIEWS.items():
        bind_bytes(app, door, services, route, view)


def _download(request: Request, scope: Scope, artifact_path: str) -> Response:
    return _sent(request, scope, artifacts.readable(scope, artifact_path))


def _download_of_run(request: Request, scope: Scope) -> Response:
    run_id = request.args.get("run_id") or request.args.get("run_uuid")
    owner = OwnerRef("run", _given("run_id", run_id))
    found = artifacts.readable_of(scope, owner, _argument(request, "path"))
    return _sent(request, scope, found)


def _download_of_model(request: Request, scope: Scope, model_id: str) -> Response:
    path = _argument(request, "artifact_file_path")
    return _sent(request, scope, readable_of_model(scope, model_id, path))


def _download_of_version(request: Request, scope: Scope) -> Response:
    name, version = _argument(request, "name"), _argument(request, "version")
    found = readable_of_version(scope, name, version, _argument(request, "path"))
    return _sent(request, scope, found)


def _upload(request: Request, scope: Scope, artifact_path: str) -> Response:
    return _stored(request, scope, artifacts.writable(scope, artifact_path))


def _upload_to_run(request: Request, scope: Scope) -> Response:
    run_id = request.args.get("run_uuid") or request.args.get("run_id")
    owner = OwnerRef("run", _given("run_uuid", run_id))
    found = artifacts.writable_of(scope, owner, _argument(request, "path"))
    return _stored(request, scope, found)


def _delete(request: Request, scope: Scope, artifact_path: str) -> Response:
    artifacts.delete(scope, artifacts.writable(scope, artifact_path))
    return _empty()


def _signed_download(request: Request, scope: Scope, token: str) -> Response:
    scope, grant = _as_holder(scope, token, request.method)
    found = artifacts.readable_of(scope, _owner(grant), grant.path)
    return _sent(request, scope, found)


def _signed_upload(request: Request, scope: Scope, token: str) -> Response:
    scope, grant = _as_holder(scope, token, request.method)
    if grant.upload_id:
        return _part_stored(request, scope, grant)
    found = artifacts.writable_of(scope, _owner(grant), grant.path)
    return _stored(request, scope, found)


def _signed_verdict(request: Request, scope: Scope) -> Response:
    """The proxy asks, before it reads a body, whether a signed URL is good."""
    if not scope.services.settings.behind_proxy:
        raise PermissionDenied("Only a proxy in front of the server may ask this.")
    path = request.headers.get(SIGNED_PATH_HEADER, "")
    method = request.headers.get(SIGNED_METHOD_HEADER, "")
    _as_holder(scope, signing.token_in(path), method)
    return Response(status=204)


VIEWS = {
    DOWNLOAD_ARTIFACT: _download,
    UPLOAD_ARTIFACT: _upload,
    DELETE_ARTIFACT: _delete,
    GET_RUN_ARTIFACT: _download_of_run,
    GET_LOGGED_MODEL_ARTIFACT: _download_of_model,
    GET_MODEL_VERSION_ARTIFACT: _download_of_version,
    UPLOAD_RUN_ARTIFACT: _upload_to_run,
    SIGNED_DOWNLOAD: _signed_download,
    SIGNED_UPLOAD: _signed_upload,
    SIGNED_VERDICT: _signed_verdict,
}


def _as_holder(scope: Scope, token: str, method: str) -> tuple[Scope, Grant]:
    """What a signed URL permits, and the scope of the person it was made for."""
    grant = signing.read(scope, token, method)
    return dataclasses.replace(scope, caller=signing.holder(scope, grant)), grant


def _owner(grant: Grant) -> OwnerRef:
    if grant.owner is None:
        raise PermissionDenied("This URL is good for a part of an upload only.")
    return grant.owner


def _sent(request: Request, scope: Scope, found: Found) -> Response:
    download = artifacts.open_for(scope, found)
    return sent(request, scope.services.settings, download)


def _stored(request: Request, scope: Scope, found: Found) -> Response:
    artifacts.store(scope, found, body_of(request, scope.services.settings))
    return _empty()


def _part_stored(request: Request, scope: Scope, grant: Grant) -> Response:
    body = body_of(request, scope.services.settings)
    uploads = scope.services.blobs.uploads
    part = uploads.put_part(grant.upload_id, grant.number, body)
    response = Response()
    response.set_etag(part.etag)
    return response


def _empty() -> Response:
    return Response(b"{}", content_type="application/json")


def _argument(request: Request, name: str) -> str:
    return _given(name, request.args.get(name))


def _given(name: str, value: str | None) -> str:
    if not value:
        raise InvalidParameterValue(f"Request must specify {name}.")
    return value
