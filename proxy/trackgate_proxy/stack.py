"""Nginx and the server of one data folder, running together."""

from __future__ import annotations

import errno
import fcntl
import os
import shutil
import signal
import socket
import sys
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from trackgate_proxy.data_folder import DataFolder
from trackgate_proxy.health import is_healthy
from trackgate_proxy.htpasswd import PeopleFile
from trackgate_proxy.locations import ACCEL_PREFIX
from trackgate_proxy.nginx_binary import check_config, find_nginx, nginx_command
from trackgate_proxy.nginx_config import write_config
from trackgate_proxy.rules import is_wildcard
from trackgate_proxy.settings import ProxySettings, bracketed
from trackgate_proxy.supervisor import Child, Supervisor
from trackgate_proxy.verdict import choose_verdict_cache, forget_verdicts

READY_WITHIN_S = 120.0
# Together well below the ten seconds after which service managers lose patience.
NGINX_GRACE_S = 4.0
SERVER_GRACE_S = 4.0
# The server has settings of these names too, for when it runs without a proxy.
_SITE_VARIABLES = {
    f"TRACKGATE_{name}"
    for name in ("HOST", "PORT", "PUBLIC_URL", "PROXY_KEY_FILE", "SOCKET")
}


class StackError(RuntimeError):
    """The stack cannot start; the message says what to do."""


@dataclass(frozen=True, slots=True)
class ServerOptions:
    """How the server is started.

    environment  further variables; secrets go this way, for others on the machine
                 can read arguments
    """

    workers: int
    environment: dict[str, str] = field(default_factory=dict[str, str], repr=False)


def run_stack(
    settings: ProxySettings,
    server: ServerOptions,
    say: Callable[[str], None],
    on_ready: Callable[[str], None],
) -> None:
    """Start everything, call `on_ready` with the address, run until told to stop.

    Raises StackError, NginxError or UnsafeFolder when it cannot start.
    """
    data = settings.data
    find_nginx()
    with _only_one(data):
        _require_free_ports(settings)
        _clear_leftovers(data)
        PeopleFile(data.htpasswd).ensure_exists()
        settings = replace(settings, verdict_cache=choose_verdict_cache(data))
        config = write_config(settings)
        check_config(data, config)
        supervisor = Supervisor(
            [_nginx_child(data, config), _server_child(settings, server)], say
        )
        try:
            supervisor.start()
            if _wait_until_ready(settings, supervisor):
                _announce(settings, on_ready)
                supervisor.run()
        finally:
            supervisor.stop()
            _clean_up(settings)


def address_of(settings: ProxySettings) -> str:
    """The address for people and clients."""
    if settings.public_urls:
        return settings.public_urls[0].rstrip("/") + settings.static_prefix
    host = "127.0.0.1" if is_wildcard(settings.host) else settings.host
    return (
        f"{settings.origin_scheme}://{bracketed(host)}:{settings.port}"
        f"{settings.static_prefix}"
    )


def _nginx_child(data: DataFolder, config: Path) -> Child:
    # QUIT lets requests under way end; TERM would cut them.
    return Child(
        "Nginx",
        nginx_command(data, config),
        signal.SIGQUIT,
        NGINX_GRACE_S,
        sockets=(data.verdict_socket,),
    )


def _server_child(settings: ProxySettings, server: ServerOptions) -> Child:
    data = settings.data
    command = [
        sys.executable,
        "-m",
        "trackgate_server",
        "--socket",
        str(data.server_socket),
        "--data-dir",
        str(data.root),
        "--workers",
        str(server.workers),
        "--accel-prefix",
        ACCEL_PREFIX,
        "--body-spool",
        str(settings.uploads),
    ]
    if settings.static_prefix:
        command += ["--static-prefix", settings.static_prefix]
    if len(settings.public_urls) == 1:
        command += ["--public-url", settings.public_urls[0]]
    return Child(
        "The server",
        command,
        signal.SIGTERM,
        SERVER_GRACE_S,
        _server_environment(server),
        sockets=(data.server_socket,),
    )


def _server_environment(server: ServerOptions) -> dict[str, str]:
    """This process's environment, without what was meant for the site as a whole."""
    kept = {k: v for k, v in os.environ.items() if k not in _SITE_VARIABLES}
    return kept | server.environment


@contextmanager
def _only_one(data: DataFolder) -> Generator[None]:
    """Hold the data folder's lock, which ends with this process."""
    descriptor = os.open(data.up_lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        raise StackError(
            f"Another `trackgate up` already runs on {data.root}. Stop it first, or "
            "use another folder with --data-dir."
        ) from None
    try:
        yield
    finally:
        os.close(descriptor)


def _require_free_ports(settings: ProxySettings) -> None:
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


def _clear_leftovers(data: DataFolder) -> None:
    """Remove what a crash may have left: uploads, sockets, verdicts, the address."""
    forget_verdicts(data)
    for upload in data.spool.iterdir():
        if upload.is_symlink() or upload.is_file():
            upload.unlink()
    for name in (data.server_socket, data.address):
        name.unlink(missing_ok=True)


def _wait_until_ready(settings: ProxySettings, supervisor: Supervisor) -> bool:
    """Wait for /health through Nginx; False when a stop was asked for meanwhile."""
    deadline_s = time.monotonic() + READY_WITHIN_S
    # Asking before the socket is there would fill Nginx's error log.
    while not (settings.data.server_socket.exists() and is_healthy(settings)):
        ended = supervisor.find_ended()
        if ended is not None:
            raise StackError(
                f"{ended.name} ended while starting. The lines above or "
                f"{settings.data.error_log} say why."
            )
        if time.monotonic() > deadline_s:
            raise StackError(f"The stack was not ready within {READY_WITHIN_S:.0f} s.")
        if supervisor.pause(0.03):
            return False
    return True


def _announce(settings: ProxySettings, on_ready: Callable[[str], None]) -> None:
    address = address_of(settings)
    settings.data.address.write_text(f"{address}\n", encoding="utf-8")
    on_ready(address)


def _clean_up(settings: ProxySettings) -> None:
    settings.data.address.unlink(missing_ok=True)
    shutil.rmtree(settings.verdicts, ignore_errors=True)
