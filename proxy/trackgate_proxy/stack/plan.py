"""Prepares a data folder's stack: checks, files, and the plan of what to run."""

from __future__ import annotations

import errno
import fcntl
import os
import signal
import socket
import sys
from dataclasses import dataclass, field, replace
from pathlib import Path

from trackgate_proxy.config.locations import ACCEL_PREFIX
from trackgate_proxy.config.nginx import write_config
from trackgate_proxy.config.rules import is_wildcard
from trackgate_proxy.config.verdict import choose_verdict_cache, forget_verdicts
from trackgate_proxy.nginx_binary import check_config, nginx_command
from trackgate_proxy.people.htpasswd import PeopleFile
from trackgate_proxy.site.address import address_of
from trackgate_proxy.site.data_folder import DataFolder
from trackgate_proxy.site.serving_options import KeepingOptions
from trackgate_proxy.site.settings import ProxySettings
from trackgate_proxy.stack.child import Program
from trackgate_proxy.stack.foreground import Plan
from trackgate_proxy.stack.health import HealthTarget
from trackgate_proxy.stack.serving import keeper_program

# Nginx stops first, then the others together: well below the ten seconds after which
# service managers lose patience.
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

    keeping      how served models are started, where there are any
    environment  further variables; secrets go this way, for others on the machine
                 can read arguments
    """

    workers: int
    keeping: KeepingOptions = field(default_factory=KeepingOptions)
    environment: dict[str, str] = field(default_factory=dict[str, str], repr=False)


def prepare_stack(settings: ProxySettings, server: ServerOptions) -> Plan:
    """Check what can be checked, write the config, and plan the rest.

    Raises StackError, NginxError or UnsafeFolder when it cannot start.
    """
    data = settings.data
    lock = _take_lock(data)
    _require_free_ports(settings)
    _clear_leftovers(data)
    people = PeopleFile(data.htpasswd)
    people.ensure_exists()
    settings = replace(settings, verdict_cache=choose_verdict_cache(data))
    config = write_config(settings)
    check_config(data, config)
    return Plan(
        lock=lock,
        programs=_programs(settings, server, config),
        health=_health_target(settings),
        server_socket=str(data.server_socket),
        address=address_of(settings),
        address_file=str(data.address),
        greeting=_greeting(settings, has_people=bool(people.names())),
        restarts_file=str(data.restarts),
        error_log=str(data.error_log),
        temporary=str(settings.verdicts),
    )


def _greeting(settings: ProxySettings, has_people: bool) -> list[str]:
    lines = [f"Trackgate is ready: {address_of(settings)}"]
    if not has_people:
        lines.append(
            "Nobody can log in yet. Add the first person: trackgate users add NAME "
            f"--role admin --data-dir {settings.data.root}"
        )
    return lines


def _health_target(settings: ProxySettings) -> HealthTarget:
    host = settings.host
    if is_wildcard(host):
        host = "::1" if ":" in host else "127.0.0.1"
    return HealthTarget(
        host, settings.port, settings.tls is not None, settings.static_prefix
    )


def _programs(
    settings: ProxySettings, server: ServerOptions, config: Path
) -> list[Program]:
    programs = [_nginx(settings.data, config), _server(settings, server)]
    if settings.served:
        programs.append(keeper_program(settings, server.keeping))
    return programs


def _nginx(data: DataFolder, config: Path) -> Program:
    return Program(
        name="Nginx",
        command=nginx_command(data, config),
        environment=dict(os.environ),
        # QUIT lets requests under way end; TERM would cut them.
        grace_signal=signal.SIGQUIT,
        grace_s=NGINX_GRACE_S,
        sockets=[str(data.verdict_socket), str(data.serving_socket)],
    )


def _server(settings: ProxySettings, server: ServerOptions) -> Program:
    return Program(
        name="The server",
        command=_server_command(settings, server),
        environment=_server_environment(server),
        grace_signal=signal.SIGTERM,
        grace_s=SERVER_GRACE_S,
        sockets=[],
        slots=str(settings.data.servers),
        health_path=f"{settings.static_prefix}/health",
    )


def _server_command(settings: ProxySettings, server: ServerOptions) -> list[str]:
    data = settings.data
    command = [
        sys.executable,
        "-m",
        "trackgate_server",
        "--slots-dir",
        str(data.servers),
        "--slots",
        str(settings.slots),
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
    return command


def _server_environment(server: ServerOptions) -> dict[str, str]:
    """This process's environment, without what was meant for the site as a whole."""
    kept = {k: v for k, v in os.environ.items() if k not in _SITE_VARIABLES}
    return kept | server.environment


def _take_lock(data: DataFolder) -> int:
    """Take the data folder's lock, for as long as the descriptor is open."""
    descriptor = os.open(data.up_lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        raise StackError(
            f"Another `trackgate up` already runs on {data.root}. Stop it first, or "
            "use another folder with --data-dir."
        ) from None
    return descriptor


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
    """Remove what a crash may have left: uploads, slots, verdicts, the address."""
    forget_verdicts(data)
    for upload in data.spool.iterdir():
        if upload.is_symlink() or upload.is_file():
            upload.unlink()
    # A server that is still about to end goes on to use the folder's other names.
    for name in (*data.servers.glob("slot-*.sock"), data.address, data.restarts):
        name.unlink(missing_ok=True)
