"""Calls over one kept connection, through Nginx, as one user."""

from __future__ import annotations

import http.client
import json
import re
import socket
from collections.abc import Mapping
from urllib.parse import urlencode, urlsplit

from bench.systems.system import API, System

_TIMEOUT_S = 120
_TOKEN = re.compile(rb'"next_page_token": ?"([^"]+)"\s*}\s*$')


class Caller:
    """A client that does as little as it can: bytes out, bytes in."""

    def __init__(self, system: System) -> None:
        place = urlsplit(system.address)
        self._connection = http.client.HTTPConnection(place.netloc, timeout=_TIMEOUT_S)
        self._connection.connect()
        self._connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._headers = {**system.headers, "Content-Type": "application/json"}

    def post(self, path: str, message: object) -> bytes:
        """The answer's body; `message` may be JSON already."""
        body = message if isinstance(message, bytes) else json.dumps(message).encode()
        return self._asked("POST", path, body)

    def get(self, path: str, query: Mapping[str, object]) -> bytes:
        """The answer's body; raises RuntimeError for anything but a 200."""
        return self._asked("GET", f"{path}?{urlencode(query)}", None)

    def __enter__(self) -> Caller:
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()

    def _asked(self, method: str, path: str, body: bytes | None) -> bytes:
        self._connection.request(method, f"{API}/{path}", body, self._headers)
        answer = self._connection.getresponse()
        content = answer.read()
        if answer.status != http.HTTPStatus.OK:
            raise RuntimeError(f"{path}: {answer.status} {content[:300]!r}")
        return content


def next_page(answer: bytes) -> str | None:
    """The token at the end of a page; the page itself is not parsed."""
    found = _TOKEN.search(answer[-2_000:])
    return found[1].decode() if found else None
