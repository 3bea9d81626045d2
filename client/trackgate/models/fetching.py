"""A model's files on this machine, whatever URI names it."""

from __future__ import annotations

import os
from pathlib import Path

from trackgate.artifact_names import split_folder
from trackgate.client import TrackingClient
from trackgate.errors import NotFound
from trackgate.fluent import session
from trackgate.local_paths import target_folder
from trackgate.models.model_uris import is_model_uri
from trackgate.models.uris import Location, resolve

_MLMODEL = "MLmodel"


def fetch(
    uri: str,
    dst_path: str | os.PathLike[str] | None = None,
    client: TrackingClient | None = None,
) -> Path:
    """Download a model, and return its folder; a local one is used where it is.

    uri       any that `uris.resolve` takes
    dst_path  folder to download to, made if need be; else a temporary one

    A model of a `models:/…` URI fills that folder, others come to it under their last
    name. Files are compared with the checksums that the model holds. Raises NotFound,
    and InvalidState where a file is not the one that was saved.
    """
    folder = download(resolve(uri, client), dst_path, client)
    if (folder / _MLMODEL).is_file():
        # Needs PyYAML, which a plain install has not.
        from trackgate.models import checksums  # noqa: PLC0415

        checksums.verify(folder)
    return folder


def download(
    location: Location,
    dst_path: str | os.PathLike[str] | None = None,
    client: TrackingClient | None = None,
) -> Path:
    """As `fetch`, of a file too, and without a look at the checksums."""
    if location.local_path is not None:
        if not location.local_path.exists():
            raise NotFound(f"There is no local path {str(location.local_path)!r}.")
        return location.local_path
    if dst_path is not None:
        Path(dst_path).mkdir(parents=True, exist_ok=True)
    folder = target_folder(dst_path)
    client = client or session.client()
    uri = location.artifact_uri or ""
    if location.kind in ("version", "logged-model") and not location.is_part:
        return _whole_model(location, uri, folder, client)
    return Path(client.download_from_store(uri, folder))


def _whole_model(
    location: Location, uri: str, folder: Path, client: TrackingClient
) -> Path:
    if not client.list_from_store(uri):
        raise NotFound(f"The files of {location.uri!r} should be at {uri!r}; none are.")
    if not is_model_uri(location.uri):
        # `runs:/RUN/NAME`: a run's own artifact would come under its name too.
        folder = folder / split_folder(location.uri.rstrip("/"))[1]
        folder.mkdir(exist_ok=True)
    return Path(client.download_folder_from_store(uri, folder))
