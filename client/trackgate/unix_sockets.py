"""HTTP over a unix socket: `http+unix://%2Frun%2Fserver.sock/prefix`.

The socket's path stands in the place of the host, percent-encoded with its slashes.
"""

from __future__ import annotations

import socket
from typing import Any
from urllib.parse import unquote, urlsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool
from urllib3.connection import HTTPConnection
from urllib3.exceptions import NewConnectionError

SCHEME = "http+unix"
# Also the Host header: whoever listens on a socket of this machine is this machine.
_HOST = "localhost"


def names_socket(uri: str) -> bool:
    """Whether a URI is of this kind, with an absolute path in its place."""
    return urlsplit(uri).scheme == SCHEME and socket_path(uri).startswith("/")


def socket_path(uri: str) -> str:
    """The path of the socket that a URI of this kind names."""
    return unquote(urlsplit(uri).netloc)


class UnixSocketAdapter(HTTPAdapter):
    """Carries the requests of a session over unix sockets.

    blocksize  bytes handed to the socket at once
    """

    def __init__(self, blocksize: int) -> None:
        self._blocksize = blocksize
        self._pools: dict[str, _Pool] = {}
        super().__init__()

    def get_connection_with_tls_context(
        self, request: requests.PreparedRequest, *args: Any, **kwargs: Any
    ) -> HTTPConnectionPool:
        """The connections to the request's socket; there is no TLS on it."""
        path = socket_path(request.url or "")
        if path not in self._pools:
            self._pools[path] = _Pool(
                _HOST, blocksize=self._blocksize, socket_path=path
            )
        return self._pools[path]

    def request_url(self, request: requests.PreparedRequest, proxies: Any) -> str:
        """What is asked for; proxies are of no use here."""
        return request.path_url

    def close(self) -> None:
        """Close all connections."""
        for pool in self._pools.values():
            pool.close()
        super().close()


class _Connection(HTTPConnection):
    def __init__(self, host: str, *, socket_path: str, **given: Any) -> None:
        super().__init__(host, **given)
        self._path = socket_path

    def connect(self) -> None:
        opened = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        opened.settimeout(self.timeout)
        try:
            opened.connect(self._path)
        except OSError as error:
            opened.close()
            raise NewConnectionError(self, f"{self._path}: {error.strerror}") from error
        self.sock = opened


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Connection  # pyright: ignore[reportAssignmentType] - by a Final
