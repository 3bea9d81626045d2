"""The stack as systemd units: the same programs on the same data folder.

`trackgate up` and these units may take turns, but not run at once: Nginx holds the
data folder's lock in either.
"""

from __future__ import annotations

from collections.abc import Iterator

from trackgate_proxy.systemd.exec_lines import (
    proxy_commands,
    server_command,
    setup_command,
    wait_for_slot,
)
from trackgate_proxy.systemd.installation import Installation
from trackgate_proxy.systemd.rights import (
    ANY_NETWORK,
    identity,
    proxys_capabilities,
    servers_network,
    without_capabilities,
    writable,
)
from trackgate_proxy.systemd.sandbox import (
    NGINX_CALLS,
    SANDBOX,
    SERVER_CALLS,
    SETUP_CALLS,
)
from trackgate_proxy.systemd.text import unit, word

# As long as the server and Nginx may take to answer what is under way, and a bit.
STOP_WITHIN_S = 15
_HEADING = (
    "Written by `trackgate systemd`, which replaces it. Own changes belong into a "
    "drop-in:\nsystemctl edit {name}"
)
MARK = _HEADING.partition(",")[0]


def units(site: Installation) -> dict[str, str]:
    """Names and texts of all unit files."""
    return {
        "trackgate.target": _target(site),
        "trackgate-setup.service": _setup(site),
        "trackgate-server@.service": _server(site),
        "trackgate-proxy.service": _proxy(site),
    }


def _target(site: Installation) -> str:
    name = "trackgate.target"
    wanted = [
        "trackgate-setup.service",
        *_server_names(site),
        "trackgate-proxy.service",
    ]
    return unit(
        _HEADING.format(name=name),
        (
            "Unit",
            (
                "Description=Trackgate, experiment tracking behind Nginx",
                f"Wants={' '.join(wanted)}",
            ),
        ),
        ("Install", ("WantedBy=multi-user.target",)),
    )


def _setup(site: Installation) -> str:
    name = "trackgate-setup.service"
    setup = setup_command(site)
    return unit(
        _HEADING.format(name=name),
        (
            "Unit",
            (
                "Description=Trackgate: folders, first user, Nginx config, migration",
                *_common_dependencies(site),
                *_after_network(site),
            ),
        ),
        (
            "Service",
            (
                "Type=oneshot",
                "RemainAfterExit=yes",
                f"ExecStart={setup}",
                "# Again while all runs: after an upgrade, or for new settings.",
                f"ExecReload={setup}",
                "TimeoutStartSec=infinity",
                *identity(site),
                *writable(site),
                *without_capabilities(),
                *ANY_NETWORK,
                *SANDBOX,
                *SETUP_CALLS,
            ),
        ),
    )


def _server(site: Installation) -> str:
    name = "trackgate-server@.service"
    return unit(
        _HEADING.format(name=name),
        (
            "Unit",
            (
                "Description=Trackgate: tracking server %i",
                *_common_dependencies(site),
                "Requires=trackgate-setup.service",
                "After=trackgate-setup.service",
                *_after_network(site),
                "# A database that is away for a while must not end it for ever.",
                "StartLimitIntervalSec=0",
            ),
        ),
        (
            "Service",
            (
                "Type=notify",
                f"ExecStart={server_command(site)}",
                "# gunicorn says READY before its first worker is.",
                f"ExecStartPost={wait_for_slot(site)}",
                "Restart=on-failure",
                "RestartSec=1",
                "# To the main process only: it answers what it has accepted.",
                "KillMode=mixed",
                "KillSignal=SIGTERM",
                f"TimeoutStopSec={STOP_WITHIN_S}",
                *identity(site),
                *writable(site),
                *without_capabilities(),
                *servers_network(site),
                *SANDBOX,
                *SERVER_CALLS,
            ),
        ),
    )


def _proxy(site: Installation) -> str:
    name = "trackgate-proxy.service"
    return unit(
        _HEADING.format(name=name),
        (
            "Unit",
            (
                "Description=Trackgate: Nginx in front of the servers",
                *_common_dependencies(site),
                "Requires=trackgate-setup.service",
                f"After=trackgate-setup.service {' '.join(_server_names(site))}",
                "Wants=network-online.target",
                "After=network-online.target",
            ),
        ),
        (
            "Service",
            (
                "Type=exec",
                *proxy_commands(site),
                "Restart=on-failure",
                "RestartSec=1",
                "# QUIT lets requests under way end; TERM would cut them.",
                "KillMode=mixed",
                "KillSignal=SIGQUIT",
                f"TimeoutStopSec={STOP_WITHIN_S}",
                *identity(site),
                *writable(site),
                *proxys_capabilities(site),
                *ANY_NETWORK,
                *SANDBOX,
                *NGINX_CALLS,
            ),
        ),
    )


def _server_names(site: Installation) -> list[str]:
    return [f"trackgate-server@{i}.service" for i in range(1, site.servers + 1)]


def _common_dependencies(site: Installation) -> Iterator[str]:
    yield "PartOf=trackgate.target"
    yield f"RequiresMountsFor={word(str(site.data.root))}"


def _after_network(site: Installation) -> Iterator[str]:
    if site.leaves_machine:
        yield "Wants=network-online.target"
        yield "After=network-online.target postgresql.service"
