"""The commands that the units run, as unit files spell them."""

from __future__ import annotations

from collections.abc import Iterator

from trackgate_proxy.config.locations import ACCEL_PREFIX
from trackgate_proxy.systemd.installation import Installation, Programs
from trackgate_proxy.systemd.text import command_line


def setup_command(site: Installation) -> str:
    """What brings the site to where it can start."""
    root = str(site.data.root)
    return command_line([*site.programs.trackgate, "setup", "--data-dir", root])


def server_command(site: Installation) -> str:
    """One tracking server, which reads all else from its environment."""
    data = site.data
    return command_line(
        [
            *site.programs.trackgate,
            "server",
            *("--data-dir", str(data.root)),
            *("--people-dir", str(data.root)),
            *("--slots-dir", str(data.servers)),
            *("--accel-prefix", ACCEL_PREFIX),
            *("--body-spool", str(data.spool)),
        ]
    )


def wait_for_slot(site: Installation) -> str:
    """Wait until Nginx finds this instance, so that the next one may be restarted."""
    found = 'readlink "$0"/slot-*.sock | grep -Eq -- "-$1(-[0-9]+)?[.]sock$"'
    script = f'until {found}; do kill -0 "$1" || exit 1; sleep 0.1; done'
    words = ["/bin/sh", "-c", script, str(site.data.servers)]
    return f"{command_line(words)} $MAINPID"


def proxy_commands(site: Installation) -> Iterator[str]:
    """The lines that start, check and reload Nginx."""
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
