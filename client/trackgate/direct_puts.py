"""Many small bodies, each for the least processor time: PUTs by http.client alone.

`requests` takes three times as much for one. What it does for that (proxies, redirects,
errors that can be told apart) is of no use while all goes well, so here is only said
whether it did. If not, the caller sends the body again through `Connection.exchange`,
which finds out what is wrong and waits where waiting helps.
"""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from contextlib import suppress
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from pathlib import Path
from urllib.parse import urlsplit

from requests.utils import (
    DEFAULT_CA_BUNDLE_PATH,
    get_environ_proxies,
    select_proxy,
)

from trackgate import sessions
from trackgate.settings import Settings


class DirectPuts:
    """Kept connections to the server at `uri`, as many as threads use at once.

    headers  go with each request
    """

    def __init__(
        self, uri: str, settings: Settings, headers: Mapping[str, str]
    ) -> None:
        parts = urlsplit(uri)
        self._host, self._port = parts.hostname or "", parts.port
        self._origin = f"{parts.scheme}://{parts.netloc}"
        self._settings = settings
        self._headers = headers
        self._tls = _tls(settings) if parts.scheme == "https" else None
        self._free: list[HTTPConnection] = []

    @classmethod
    def to(
        cls, uri: str, settings: Settings, headers: Mapping[str, str]
    ) -> DirectPuts | None:
        """None where the server is not reached directly, or not with these settings."""
        is_direct = select_proxy(uri, get_environ_proxies(uri)) is None
        if not is_direct or urlsplit(uri).scheme not in ("http", "https"):
            return None
        # A file of certificates that cannot be read.
        with suppress(OSError):
            return cls(uri, settings, headers)
        return None

    def send(self, url: str, kind: str, body: bytes) -> bool:
        """Whether the server said that it has the body; it may have it if not.

        kind  the media type
        """
        connection: HTTPConnection | None = None
        try:
            connection = self._connection()
            target = url.removeprefix(self._origin)
            headers = {**self._headers, "Content-Type": kind}
            connection.request("PUT", target, body, headers)
            with connection.getresponse() as answer:
                answer.read()
        except (OSError, HTTPException):
            if connection is not None:
                connection.close()
            return False
        self._free.append(connection)
        return answer.status == 200

    def close(self) -> None:
        """Close the connections; nobody may send any more."""
        for connection in self._free:
            connection.close()

    def __enter__(self) -> DirectPuts:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _connection(self) -> HTTPConnection:
        # As one step, for other threads take some as well.
        with suppress(IndexError):
            return self._free.pop()
        timeout_s = self._settings.connect_timeout_s
        made = (
            HTTPConnection(self._host, self._port, timeout=timeout_s)
            if self._tls is None
            else HTTPSConnection(
                self._host, self._port, timeout=timeout_s, context=self._tls
            )
        )
        made.connect()
        made.sock.settimeout(self._settings.timeout_s)
        return made


def _tls(settings: Settings) -> ssl.SSLContext:
    """As `requests` would do it with these settings."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    trusted = sessions.trusted(settings)
    if trusted is False:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    else:
        place = DEFAULT_CA_BUNDLE_PATH if trusted is True else trusted
        is_folder = Path(place).is_dir()
        context.load_verify_locations(
            cafile=None if is_folder else place, capath=place if is_folder else None
        )
    if settings.client_cert_path:
        context.load_cert_chain(settings.client_cert_path)
    return context
