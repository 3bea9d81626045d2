"""The body of an upload: still in the socket, or already in a file of the proxy's."""

from __future__ import annotations

import io
from pathlib import Path, PurePosixPath

from trackgate_wire.errors import BadRequest
from werkzeug.wrappers import Request

from trackgate_server.blobs.bodies import SpooledBody, StreamedBody
from trackgate_server.blobs.store import Body
from trackgate_server.settings import Settings

BODY_HEADER = "X-Trackgate-Body"
LENGTH_HEADER = "X-Trackgate-Body-Length"


def body_of(request: Request, settings: Settings) -> Body:
    """What the client sent, to be stored; raises BadRequest for compressed bodies.

    The proxy writes bodies to files where that was set up; what it says of them is
    believed only then, and only the file's name, never its folder.
    """
    if request.headers.get("Content-Encoding", "identity") != "identity":
        raise BadRequest(
            "Content-Encoding is not accepted: send the file's own bytes as they are."
        )
    if settings.body_spool and settings.behind_proxy and not request.content_length:
        return _spooled(request, Path(settings.body_spool))
    return StreamedBody(request.stream, request.content_length)


def _spooled(request: Request, spool: Path) -> Body:
    name = PurePosixPath(request.headers.get(BODY_HEADER, "")).name
    announced = request.headers.get(LENGTH_HEADER, "")
    length_bytes = int(announced) if announced.isdecimal() else None
    if name:
        return SpooledBody(spool, name, length_bytes)
    # The proxy makes no file for an empty body.
    return StreamedBody(io.BytesIO(), length_bytes or 0)
