"""Connections that are kept: one session for each thread of each process."""

from __future__ import annotations

import os
import threading
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from requests.utils import get_environ_proxies

from trackgate import unix_sockets
from trackgate.settings import Settings

# urllib3 hands files to the socket in blocks of this size; its own is 16 KiB.
_BLOCK_BYTES = 1024 * 1024


class Sessions:
    """Sessions for the server at `uri`; a forked child makes new ones."""

    def __init__(self, uri: str, settings: Settings) -> None:
        self._uri = uri
        self._settings = settings
        self._kept = threading.local()

    def get(self) -> requests.Session:
        """This thread's own session."""
        pid = os.getpid()
        kept: tuple[int, requests.Session] | None
        kept = getattr(self._kept, "session", None)
        if kept is None or kept[0] != pid:
            kept = pid, _new_session(self._uri, self._settings)
            self._kept.session = kept
        return kept[1]


def _new_session(uri: str, settings: Settings) -> requests.Session:
    session = requests.Session()
    # A netrc file would bring another password, and look-ups at each request.
    session.trust_env = False
    session.headers.clear()
    if unix_sockets.names_socket(uri):
        over_socket = unix_sockets.UnixSocketAdapter(_BLOCK_BYTES)
        session.mount(f"{unix_sockets.SCHEME}://", over_socket)
        return session
    session.proxies.update(get_environ_proxies(uri))
    session.verify = trusted(settings)
    session.cert = settings.client_cert_path
    adapter = _Adapter()
    session.mount("http://", adapter)
    session.mount("https://", adapter)
    return session


def trusted(settings: Settings) -> bool | str:
    """Certificates to trust, as `requests` takes it: the usual, none, or a place."""
    if settings.insecure_tls:
        return False
    bundle = os.environ.get("REQUESTS_CA_BUNDLE") or os.environ.get("CURL_CA_BUNDLE")
    return settings.server_cert_path or bundle or True


class _Adapter(HTTPAdapter):
    """Sends files in large blocks."""

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs, blocksize=_BLOCK_BYTES)
