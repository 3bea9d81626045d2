"""Whether the whole stack answers, asked the way a client comes."""

from __future__ import annotations

import socket

from trackgate_proxy.rules import is_wildcard
from trackgate_proxy.settings import ProxySettings

TIMEOUT_S = 2.0


def is_healthy(settings: ProxySettings) -> bool:
    """Whether /health answers 200 through Nginx.

    Written on a bare socket: an HTTP library would stay in the supervisor's memory.
    """
    request = (
        f"GET {settings.static_prefix}/health HTTP/1.0\r\nHost: localhost\r\n\r\n"
    ).encode()
    try:
        with socket.create_connection(_target(settings), TIMEOUT_S) as connection:
            if settings.tls:
                return _ask_over_tls(connection, request)
            connection.sendall(request)
            return _is_success(connection.recv(64))
    except OSError:
        return False


def _target(settings: ProxySettings) -> tuple[str, int]:
    if not is_wildcard(settings.host):
        return settings.host, settings.port
    return ("::1" if ":" in settings.host else "127.0.0.1"), settings.port


def _ask_over_tls(connection: socket.socket, request: bytes) -> bool:
    import ssl  # noqa: PLC0415 - several MB that plain HTTP does not need

    # Our own Nginx on our own port: its certificate is for other names.
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    with context.wrap_socket(connection) as wrapped:
        wrapped.sendall(request)
        return _is_success(wrapped.recv(64))


def _is_success(answer: bytes) -> bool:
    return answer.startswith((b"HTTP/1.1 200", b"HTTP/1.0 200"))
