"""Whether the whole stack answers, asked the way a client comes."""

from __future__ import annotations

import socket
from dataclasses import dataclass

TIMEOUT_S = 2.0


@dataclass(frozen=True, slots=True)
class HealthTarget:
    """Where to ask: an address of this machine, and the path prefix."""

    host: str
    port: int
    has_tls: bool
    prefix: str


def is_healthy(target: HealthTarget) -> bool:
    """Whether /health answers 200 through Nginx.

    Written on a bare socket: an HTTP library would stay in the supervisor's memory.
    """
    request = _request(f"{target.prefix}/health")
    address = (target.host, target.port)
    try:
        with socket.create_connection(address, TIMEOUT_S) as connection:
            if target.has_tls:
                return _ask_over_tls(connection, request)
            connection.sendall(request)
            return _is_success(connection.recv(64))
    except OSError:
        return False


def is_socket_healthy(socket_path: str, health_path: str) -> bool:
    """Whether a server answers 200 on its own unix socket."""
    try:
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(TIMEOUT_S)
            connection.connect(socket_path)
            connection.sendall(_request(health_path))
            return _is_success(connection.recv(64))
    except OSError:
        return False


def _request(path: str) -> bytes:
    return f"GET {path} HTTP/1.0\r\nHost: localhost\r\n\r\n".encode()


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
