"""A stored file as an answer: by the proxy where it can, else by the server."""

from __future__ import annotations

import mimetypes
from datetime import UTC, datetime
from urllib.parse import quote

from werkzeug.wrappers import Request, Response
from werkzeug.wsgi import FileWrapper, wrap_file

from trackgate_server.blobs.store import OpenBlob
from trackgate_server.operations.artifacts import Download
from trackgate_server.settings import Settings

_CHUNK_BYTES = 256 * 1024
# Text that browsers or mimetypes would take for something to run.
_PLAIN_TEXT = frozenset(
    {
        *("cfg", "conf", "csv", "hocon", "ini", "ipynb", "json", "js", "log", "md"),
        *("mlmodel", "mlproject", "properties", "py", "rst", "toml", "tsv", "txt"),
        *("xml", "yaml", "yml"),
    }
)
_NOTHING = "default-src 'none'; base-uri 'none'; form-action 'none'"
_OURS = "frame-ancestors 'self'"
_LOOKS = "style-src 'unsafe-inline'; img-src data:; font-src data:; media-src data:"
_SEALED = f"sandbox; {_NOTHING}; {_LOOKS}; {_OURS}"
# Keeps Chromium also from connecting ahead to where a link or frame would lead, which
# no content policy forbids (WICG, "Connection Allowlists"). Nowhere is allowed.
_CONNECTIONS = "Connection-Allowlist"
_NONE = "()"
# Browsers show no PDF in a sandbox. Their own viewer has none of our rights.
_PDF = "application/pdf"
_DOCUMENT = f"{_NOTHING}; style-src 'unsafe-inline'; object-src 'self'; {_OURS}"


def sent(request: Request, settings: Settings, download: Download) -> Response:
    """Answer with a file, which is closed in the end.

    It is always an attachment in a sandbox: a page or picture that somebody stored
    must not run with the rights of whoever opens it.
    """
    response = _answered(request, settings, download)
    response.headers["Content-Disposition"] = attachment(download.name)
    response.headers["Content-Security-Policy"] = "sandbox"
    return response


def shown(request: Request, settings: Settings, download: Download) -> Response:
    """As `sent`, for a page of ours that shows the file, or a tab of the browser.

    Whatever it holds stays in its sandbox: it runs no script, loads nothing, sends no
    form, and no other site can put it into a frame.
    """
    response = _answered(request, settings, download)
    response.headers["Content-Disposition"] = _inline(download.name)
    if content_type(download.name) == _PDF:
        response.headers["Content-Security-Policy"] = _DOCUMENT
    else:
        response.headers["Content-Security-Policy"] = _SEALED
        response.headers[_CONNECTIONS] = _NONE
    return response


def _answered(request: Request, settings: Settings, download: Download) -> Response:
    blob = download.blob
    if settings.behind_proxy and settings.accel_prefix and blob.internal_path:
        response = _by_proxy(settings.accel_prefix, blob)
    else:
        response = _streamed(request, blob)
    response.content_type = content_type(download.name)
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "private, no-cache"
    return response


def content_type(name: str) -> str:
    """What a file's name says of its content; text is shown as text, not as code."""
    stem, _, extension = name.lower().rpartition(".")
    if extension in _PLAIN_TEXT or (not stem and name.lower() in _PLAIN_TEXT):
        return "text/plain; charset=utf-8"
    guessed, encoding = mimetypes.guess_type(f"x.{extension}")
    if guessed is None or encoding is not None:
        return "application/octet-stream"
    return f"{guessed}; charset=utf-8" if guessed.startswith("text/") else guessed


def _by_proxy(prefix: str, blob: OpenBlob) -> Response:
    """The proxy opens the same path itself, and does ranges, ETag and length."""
    blob.file.close()
    target = f"{prefix.rstrip('/')}/{quote(blob.internal_path or '')}"
    return Response(headers={"X-Accel-Redirect": target})


def _streamed(request: Request, blob: OpenBlob) -> Response:
    # gunicorn's own wrapper sends files fast, but reads a range from the file's start.
    wrapped = (
        FileWrapper(blob.file, _CHUNK_BYTES)
        if request.range
        else wrap_file(request.environ, blob.file, _CHUNK_BYTES)
    )
    response = Response(wrapped, direct_passthrough=True)
    response.content_length = blob.size_bytes
    response.last_modified = datetime.fromtimestamp(blob.modified_ns / 1e9, UTC)
    response.set_etag(blob.etag)
    try:
        response.make_conditional(
            request.environ, accept_ranges=True, complete_length=blob.size_bytes
        )
    except BaseException:
        blob.file.close()
        raise
    return response


def attachment(name: str) -> str:
    """A file to be saved under that name (RFC 6266)."""
    return f"attachment; {_named(name)}"


def _inline(name: str) -> str:
    return f"inline; {_named(name)}"


def _named(name: str) -> str:
    """RFC 6266: a name for old readers, and the real one for the others."""
    plain = "".join(
        letter if letter.isascii() and letter.isprintable() else "_" for letter in name
    )
    escaped = plain.replace("\\", "_").replace('"', "_")
    return f"filename=\"{escaped}\"; filename*=UTF-8''{quote(name, safe='')}"
