"""Artifacts by run or by URI: list them, download them, read them."""

from __future__ import annotations

import json
import os
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from trackgate.artifact_names import join, run_in, split_folder
from trackgate.client import TrackingClient
from trackgate.entities import FileInfo
from trackgate.errors import BadRequest, InvalidParameterValue
from trackgate.fluent import session
from trackgate.models import fetching, uris


def download_artifacts(
    artifact_uri: str | None = None,
    run_id: str | None = None,
    artifact_path: str | None = None,
    dst_path: str | os.PathLike[str] | None = None,
    tracking_uri: str | None = None,
    registry_uri: str | None = None,
) -> str:
    """Download a file, or a folder with all in it, and return where it is.

    artifact_uri   `runs:/RUN/PATH`, `mlflow-artifacts:/PATH`, `models:/NAME/VERSION`
                   and the other URIs of models, or a local path; or else
    run_id         the run, with `artifact_path` below its artifacts
    dst_path       folder to download to, made if need be; else a temporary one

    It comes to `dst_path` under its last name; a whole model of a `models:/…` URI
    fills that folder instead. What is local stays there. Raises NotFound.
    """
    client = _client(tracking_uri)
    _check_place(artifact_uri, run_id, artifact_path)
    if artifact_uri is not None:
        location = uris.resolve(artifact_uri, client)
        return str(fetching.download(location, dst_path, client))
    if dst_path is not None:
        Path(dst_path).mkdir(parents=True, exist_ok=True)
    folder, name = split_folder(join(artifact_path))
    if not folder:
        return client.download_artifacts(run_id or "", name, dst_path)
    root = client.get_run(run_id or "").info.artifact_uri
    return client.download_from_store(f"{root}/{folder}/{name}", dst_path)


def list_artifacts(
    artifact_uri: str | None = None,
    run_id: str | None = None,
    artifact_path: str | None = None,
    tracking_uri: str | None = None,
) -> list[FileInfo]:
    """What is in a folder of a run, of a model or of the store; empty for a file."""
    client = _client(tracking_uri)
    _check_place(artifact_uri, run_id, artifact_path)
    if artifact_uri is None:
        return client.list_artifacts(run_id or "", artifact_path)
    run_place = run_in(artifact_uri)
    if run_place is not None and (found := client.list_artifacts(*run_place)):
        return found
    location = uris.resolve(artifact_uri, client)
    if location.artifact_uri is None:
        raise BadRequest(f"{artifact_uri!r} is a local path.")
    return client.list_from_store(location.artifact_uri)


def load_text(artifact_uri: str) -> str:
    """An artifact as text; raises BadRequest where it is not UTF-8."""
    try:
        return _load(artifact_uri).decode("utf-8")
    except UnicodeDecodeError as error:
        raise BadRequest(f"{artifact_uri!r} is not text in UTF-8: {error}.") from None


def load_dict(artifact_uri: str) -> dict[str, Any]:
    """An artifact as a dictionary; raises BadRequest where it is not JSON."""
    try:
        found: dict[str, Any] = json.loads(load_text(artifact_uri))
    except json.JSONDecodeError as error:
        raise BadRequest(f"{artifact_uri!r} is not JSON: {error}.") from None
    return found


def _load(artifact_uri: str) -> bytes:
    with TemporaryDirectory(prefix="trackgate-") as scratch:
        path = Path(download_artifacts(artifact_uri, dst_path=scratch))
        if path.is_dir():
            raise BadRequest(f"{artifact_uri!r} is a folder.")
        return path.read_bytes()


def _client(tracking_uri: str | None) -> TrackingClient:
    return TrackingClient(tracking_uri) if tracking_uri else session.client()


def _check_place(
    artifact_uri: str | None, run_id: str | None, artifact_path: str | None
) -> None:
    if (artifact_uri is None) == (run_id is None):
        raise InvalidParameterValue("Give either `artifact_uri` or `run_id`.")
    if artifact_uri is not None and artifact_path is not None:
        raise InvalidParameterValue("`artifact_path` goes with `run_id`.")
