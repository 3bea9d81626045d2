"""The stack as systemd units: the same programs on the same data folder.

`trackgate up` and these units may take turns, but not run at once: Nginx holds the
data folder's lock in either.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from trackgate_proxy.config.locations import ACCEL_PREFIX
from trackgate_proxy.site.data_folder import DataFolder
from trackgate_proxy.systemd.sandbox import (
    NGINX_CALLS,
    SANDBOX,
    SERVER_CALLS,
    SETUP_CALLS,
)
from trackgate_proxy.systemd.text import (
    command_line,
    specifier_free,
    unit,
    word,
)

# Ports below it need a capability (ip(7), ip_unprivileged_port_start).
FIRST_FREE_PORT = 1024
# As long as the server and Nginx may take to answer what is under way, and a bit.
STOP_WITHIN_S = 15
_STATE = Path("/var/lib")
_HEADING = (
    "Written by `trackgate systemd`, which replaces it. Own changes belong into a "
    "drop-in:\nsystemctl edit {name}"
)
MARK = _HEADING.partition(",")[0]


@dataclass(frozen=True, slots=True)
class Programs:
    """Absolute paths of what the units start.

    trackgate  the words that start our own command, `systemd` and the like behind
    """

    trackgate: tuple[str, ...]
    python: str
    nginx: str
    flock: str


@dataclass(frozen=True, slots=True)
class Installation:
    """What the units depend on; the programs read all else from the settings file.

    servers            instances trackgate-server@1 to @servers
    leaves_machine     whether the server talks to a database or store by network
    privileged_port    whether Nginx listens below port 1024
    """

    data: DataFolder
    programs: Programs
    settings_file: Path
    account: str
    servers: int
    leaves_machine: bool
    privileged_port: bool

    @property
    def has_state_directory(self) -> bool:
        """Whether systemd makes the data folder, and gives it to the account."""
        return self.data.root.parent == _STATE


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
    setup = command_line(_setup_command(site))
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
                *_identity(site),
                *_writable(site),
                *_without_capabilities(),
                "RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6",
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
                f"ExecStart={command_line(_server_command(site))}",
                "# gunicorn says READY before its first worker is.",
                f"ExecStartPost={_wait_for_slot(site)}",
                "Restart=on-failure",
                "RestartSec=1",
                "# To the main process only: it answers what it has accepted.",
                "KillMode=mixed",
                "KillSignal=SIGTERM",
                f"TimeoutStopSec={STOP_WITHIN_S}",
                *_identity(site),
                *_writable(site),
                *_without_capabilities(),
                *_servers_network(site),
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
                *_proxy_commands(site),
                "Restart=on-failure",
                "RestartSec=1",
                "# QUIT lets requests under way end; TERM would cut them.",
                "KillMode=mixed",
                "KillSignal=SIGQUIT",
                f"TimeoutStopSec={STOP_WITHIN_S}",
                *_identity(site),
                *_writable(site),
                *_proxys_capabilities(site),
                "RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6",
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


def _identity(site: Installation) -> Iterator[str]:
    yield f"User={site.account}"
    yield "SyslogIdentifier=%N"
    yield f"EnvironmentFile={specifier_free(str(site.settings_file))}"


def _writable(site: Installation) -> Iterator[str]:
    root = site.data.root
    if site.has_state_directory:
        yield f"StateDirectory={word(root.name)}"
        yield "StateDirectoryMode=0700"
    else:
        yield f"ReadWritePaths={word(str(root))}"


def _without_capabilities() -> Sequence[str]:
    return ("CapabilityBoundingSet=", "PrivateUsers=yes")


def _proxys_capabilities(site: Installation) -> Sequence[str]:
    if not site.privileged_port:
        return _without_capabilities()
    # PrivateUsers= would make the capability worthless in the machine's network.
    capability = "CAP_NET_BIND_SERVICE"
    return (f"AmbientCapabilities={capability}", f"CapabilityBoundingSet={capability}")


def _servers_network(site: Installation) -> Sequence[str]:
    if site.leaves_machine:
        return ("RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6",)
    # A socket in the file system is reached from another network namespace too.
    return ("RestrictAddressFamilies=AF_UNIX", "PrivateNetwork=yes")


def _setup_command(site: Installation) -> list[str]:
    return [*site.programs.trackgate, "setup", "--data-dir", str(site.data.root)]


def _server_command(site: Installation) -> list[str]:
    data = site.data
    return [
        *site.programs.trackgate,
        "server",
        *("--data-dir", str(data.root)),
        *("--slots-dir", str(data.servers)),
        *("--accel-prefix", ACCEL_PREFIX),
        *("--body-spool", str(data.spool)),
    ]


def _wait_for_slot(site: Installation) -> str:
    """Wait until Nginx finds this instance, so that the next one may be restarted."""
    found = 'readlink "$0"/slot-*.sock | grep -Eq -- "-$1(-[0-9]+)?[.]sock$"'
    script = f'until {found}; do kill -0 "$1" || exit 1; sleep 0.1; done'
    words = ["/bin/sh", "-c", script, str(site.data.servers)]
    return f"{command_line(words)} $MAINPID"


def _proxy_commands(site: Installation) -> Iterator[str]:
    data, programs = site.data, site.programs
    config = [programs.nginx, "-e", str(data.error_log), "-c", str(data.nginx_config)]
    test = command_line([*config, "-t", "-q"])
    lock = str(data.up_lock)
    held = [programs.flock, "--nonblock", "--no-fork", lock]
    yield f"ExecStartPre={command_line(_look_for_up(programs, lock))}"
    yield "# What a crash may have left: Nginx makes no socket where one lies."
    left = map(str, (data.nginx_pid, data.verdict_socket, data.serving_socket))
    yield f"ExecStartPre={command_line(['/usr/bin/rm', '-f', '--', *left])}"
    yield f"ExecStartPre={test}"
    yield f"ExecStart={command_line([*held, *config])}"
    yield "# It listens by then."
    has_pid = 'until [ -s "$0" ]; do sleep 0.1; done'
    waiting = ["/bin/sh", "-c", has_pid, str(data.nginx_pid)]
    yield f"ExecStartPost={command_line(waiting)}"
    yield f"ExecReload={test}"
    yield "ExecReload=/usr/bin/kill -HUP $MAINPID"


def _look_for_up(programs: Programs, lock: str) -> list[str]:
    said = "`trackgate up` runs on this data folder; stop it first: scripts/down"
    script = (
        f"{programs.flock} --nonblock \"$0\" true || {{ echo '{said}' >&2; exit 1; }}"
    )
    return ["/bin/sh", "-c", script, lock]
