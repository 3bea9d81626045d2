"""`trackgate up`: Nginx and the server as one program in the foreground."""

from __future__ import annotations

import os
import signal
from dataclasses import replace

import click

from trackgate_proxy.account import become_owner, nginx_account
from trackgate_proxy.nginx_binary import NginxError, find_nginx
from trackgate_proxy.people.htpasswd import PeopleError
from trackgate_proxy.site.data_folder import UnsafeFolder, ensure_folders
from trackgate_proxy.site.options import SiteOptions, site_options
from trackgate_proxy.site.serving_options import KeepingOptions, keeping_options
from trackgate_proxy.site.settings import ProxySettings
from trackgate_proxy.site.settings_error import SettingsError
from trackgate_proxy.site.store_option import STORE_VARIABLE, store_option
from trackgate_proxy.site.stored_settings import (
    remember_address,
    remember_backend_store,
    remembered_backend_store,
)
from trackgate_proxy.stack.child import REPLACE_SIGNAL
from trackgate_proxy.stack.foreground import turn_into_foreground
from trackgate_proxy.stack.preparing import prepare_stack
from trackgate_proxy.stack.programs import ServerOptions
from trackgate_proxy.stack.serving import ensure_keeper_role
from trackgate_proxy.stack.stack_error import StackError

_REFUSALS = (NginxError, PeopleError, SettingsError, StackError, UnsafeFolder)


@click.command()
@site_options
@click.option(
    "--workers",
    type=click.IntRange(1),
    default=2,
    envvar="TRACKGATE_WORKERS",
    show_default=True,
    help="Worker processes of the server.",
)
@store_option("Database; by default SQLite in the data folder. It is remembered.")
@keeping_options
def up(
    site: SiteOptions,
    workers: int,
    backend_store_uri: str | None,
    serve_env_manager: str,
    serve_workers: int,
) -> None:
    """Run the protected tracking server; Ctrl-C or SIGTERM stops it.

    SIGUSR1 replaces the server by a new one without a gap.
    """
    data = site.data
    os.umask(0o027)
    # A replacement that is asked for meanwhile waits until the stack runs.
    signal.pthread_sigmask(signal.SIG_BLOCK, {REPLACE_SIGNAL})
    try:
        find_nginx()
        become_owner(data.root)
        # There is one server, or two for a moment; docs/proxy.md has the numbers.
        settings = replace(site.proxy_settings(), run_as=nginx_account(), standby=True)
        ensure_folders(data)
        site.ensure_certificate(settings)
        if backend_store_uri:
            remember_backend_store(data, backend_store_uri)
        store = remembered_backend_store(data)
        _warn(site, settings)
        if settings.served:
            ensure_keeper_role(data, store)
        keeping = KeepingOptions(serve_env_manager, serve_workers)
        server = ServerOptions(workers, keeping, _server_environment(store))
        plan = prepare_stack(settings, server)
        remember_address(data, plan.address)
    except _REFUSALS as error:
        raise click.ClickException(str(error)) from error
    except PermissionError as error:
        raise click.ClickException(
            f"{error.filename} cannot be used by this account: {error.strerror}."
        ) from error
    turn_into_foreground(plan)


def _server_environment(store: str | None) -> dict[str, str]:
    return {STORE_VARIABLE: store} if store else {}


def _warn(site: SiteOptions, settings: ProxySettings) -> None:
    if os.geteuid() == 0:
        _say(
            f"Warning: {settings.data.root} belongs to root, so everything runs as "
            "root. Give it to an account of its own: chown -R trackgate "
            f"{settings.data.root}"
        )
    for warning in site.warnings(settings):
        _say(f"Warning: {warning}")


def _say(line: str) -> None:
    click.echo(line, err=True)
