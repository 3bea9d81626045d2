"""What a bare server checks of a request, since no proxy did before it."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from trackgate_wire.errors import PermissionDenied
from werkzeug.wrappers import Request

_LOOPBACK = re.compile(r"(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d+)?", re.IGNORECASE)
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


def check_origin(request: Request) -> None:
    """Refuse what a web page could make a browser send to loopback.

    Another name for this address (DNS rebinding) is refused for all methods, a
    foreign origin for those that change something. Behind the proxy it has been
    done already. Raises PermissionDenied.
    """
    if not _LOOPBACK.fullmatch(request.host):
        raise PermissionDenied(
            f"Host {request.host!r} is refused: a bare server answers as localhost"
            " only. Use `trackgate up` to serve other names."
        )
    if request.method in _SAFE:
        return
    origin = request.headers.get("Origin")
    if origin is not None and urlsplit(origin).netloc != request.host:
        raise PermissionDenied(f"Requests from the web page {origin!r} are refused.")
    if request.headers.get("Sec-Fetch-Site", "none") not in ("same-origin", "none"):
        raise PermissionDenied("Requests from another site's page are refused.")
