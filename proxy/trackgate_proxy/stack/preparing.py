"""Prepares a data folder's stack: checks, files, and the plan of what to run."""

from __future__ import annotations

from dataclasses import replace

from trackgate_proxy.config.nginx import write_config
from trackgate_proxy.config.rules import is_wildcard
from trackgate_proxy.config.verdict import choose_verdict_cache, forget_verdicts
from trackgate_proxy.nginx_binary import check_config
from trackgate_proxy.people.htpasswd import PeopleFile
from trackgate_proxy.site.address import address_of
from trackgate_proxy.site.data_folder import DataFolder
from trackgate_proxy.site.settings import ProxySettings
from trackgate_proxy.stack.foreground import Plan
from trackgate_proxy.stack.health import HealthTarget
from trackgate_proxy.stack.lock import take_lock
from trackgate_proxy.stack.ports import require_free_ports
from trackgate_proxy.stack.programs import ServerOptions, programs


def prepare_stack(settings: ProxySettings, server: ServerOptions) -> Plan:
    """Check what can be checked, write the config, and plan the rest.

    Raises StackError, NginxError or UnsafeFolder when it cannot start.
    """
    data = settings.data
    lock = take_lock(data)
    require_free_ports(settings)
    _clear_leftovers(data)
    people = PeopleFile(data.htpasswd)
    people.ensure_exists()
    settings = replace(settings, verdict_cache=choose_verdict_cache(data))
    config = write_config(settings)
    check_config(data, config)
    return Plan(
        lock=lock,
        programs=programs(settings, server, config),
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


def _clear_leftovers(data: DataFolder) -> None:
    """Remove what a crash may have left: uploads, slots, verdicts, the address."""
    forget_verdicts(data)
    for upload in data.spool.iterdir():
        if upload.is_symlink() or upload.is_file():
            upload.unlink()
    # A server that is still about to end goes on to use the folder's other names.
    for name in (*data.servers.glob("slot-*.sock"), data.address, data.restarts):
        name.unlink(missing_ok=True)
