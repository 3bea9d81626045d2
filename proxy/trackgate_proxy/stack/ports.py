"""Whether Nginx will be able to listen, found out before it is started."""

from __future__ import annotations

import errno
import socket

from trackgate_proxy.site.settings import ProxySettings
from trackgate_proxy.stack.stack_error import StackError


def require_free_ports(settings: ProxySettings) -> None:
    """Raises StackError naming the option that would help."""
    _require_free(settings.host, settings.port, "--port")
    if settings.tls and settings.tls.redirect_port:
        _require_free(settings.host, settings.tls.redirect_port, "--redirect-port")


def _require_free(host: str, port: int, option: str) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        # As Nginx does: connections that are still closing do not count.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
            probe.listen()
        except OSError as error:
            raise StackError(_bind_message(error, host, port, option)) from error


def _bind_message(error: OSError, host: str, port: int, option: str) -> str:
    if error.errno == errno.EADDRINUSE:
        return (
            f"Port {port} of {host} is taken by another program. "
            f"Stop that one, or choose another port with {option}."
        )
    if error.errno == errno.EACCES:
        return (
            f"This account may not listen on port {port}. "
            f"Choose one from 1024 on with {option}."
        )
    return f"{host} is no address of this machine: {error.strerror}. Set --host."
