"""Files as they are, to be looked at or saved, and folders as one zip."""

from __future__ import annotations

import re

from flask import request
from werkzeug.wrappers import Response

from trackgate_server.http import sending
from trackgate_server.operations import artifact_archives, artifact_folders, artifacts
from trackgate_server.web.artifact_addresses import artifact_page, holder_of, path_in
from trackgate_server.web.page import Visit

_NOT_IN_FOLDER_NAMES = re.compile(r"[^\w .()+-]")


@artifact_page("/file")
def send_file(visit: Visit, **parts: str) -> Response:
    """The bytes of one file: to be shown, or to be saved if the query says so."""
    found = holder_of(visit.scope, parts).below(path_in(visit.query))
    download = artifacts.open_for(visit.scope, found)
    settings = visit.scope.services.settings
    if visit.query.get("save"):
        return sending.sent(request, settings, download)
    return sending.shown(request, settings, download)


@artifact_page("/zip")
def send_folder(visit: Visit, **parts: str) -> Response:
    """A folder and all below it as a zip, which is made while it is sent."""
    holder, path = holder_of(visit.scope, parts), path_in(visit.query)
    place, blobs = holder.below(path).place, visit.scope.services.blobs
    most = artifact_archives.MOST_FILES
    files = artifact_folders.files_below(blobs, place, most)
    name = _folder_name(place.name if path else f"{holder.name} artifacts")
    response = Response(artifact_archives.archived(blobs, files, name))
    response.content_type = "application/zip"
    response.headers["Content-Disposition"] = sending.attachment(f"{name}.zip")
    response.headers["Cache-Control"] = "private, no-store"
    return response


def _folder_name(name: str) -> str:
    """A name that leads nowhere else, whoever unpacks it on whatever system."""
    return _NOT_IN_FOLDER_NAMES.sub("_", name).strip(" .") or "artifacts"
