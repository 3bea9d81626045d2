"""Which programs make the stack, and how each is started and ended."""

from __future__ import annotations

import os
import signal
import sys
from dataclasses import dataclass, field
from pathlib import Path

from trackgate_proxy.config.locations import ACCEL_PREFIX
from trackgate_proxy.nginx_binary import nginx_command
from trackgate_proxy.site.data_folder import DataFolder
from trackgate_proxy.site.serving_options import KeepingOptions
from trackgate_proxy.site.settings import ProxySettings
from trackgate_proxy.stack.child import Program
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


def programs(
    settings: ProxySettings, server: ServerOptions, config: Path
) -> list[Program]:
    """Nginx first, which is stopped before the others."""
    found = [_nginx(settings.data, config), _server(settings, server)]
    if settings.served:
        found.append(keeper_program(settings, server.keeping))
    return found


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
        "--people-dir",
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
    if settings.served:
        uris = " ".join(model.uri for model in settings.served)
        command += ["--served-models", uris]
    return command


def _server_environment(server: ServerOptions) -> dict[str, str]:
    """This process's environment, without what was meant for the site as a whole."""
    kept = {k: v for k, v in os.environ.items() if k not in _SITE_VARIABLES}
    return kept | server.environment
