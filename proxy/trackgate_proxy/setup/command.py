"""`trackgate setup`: brings a site to where it can start; may be run at any time."""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import UTC, datetime

import click

from trackgate_proxy.account import account_name, become_owner
from trackgate_proxy.one_line_command import OneLineCommand
from trackgate_proxy.people.htpasswd import PeopleError, require_name
from trackgate_proxy.setup.plan import SitePlan, container_plan, native_plan
from trackgate_proxy.setup.steps import (
    StepFailed,
    add_first_user,
    make_folders,
    only_one,
    provide_certificate,
    say,
    upgrade_database,
    write_nginx_config,
)
from trackgate_proxy.site.container_options import ContainerOptions, container_options
from trackgate_proxy.site.data_folder import DataFolder, UnsafeFolder
from trackgate_proxy.site.options import SiteOptions, site_options
from trackgate_proxy.site.placement import CONTAINER, Placement
from trackgate_proxy.site.settings_error import SettingsError
from trackgate_proxy.site.store_option import (
    STORE_VARIABLE,
    chosen_store,
    is_sqlite,
    store_option,
)
from trackgate_proxy.site.stored_settings import (
    remember_address,
    remember_backend_store,
)
from trackgate_proxy.stack.lock import is_up

_REFUSALS = (PeopleError, SettingsError, UnsafeFolder)


@click.command(cls=OneLineCommand)
@site_options
@store_option("Database; by default SQLite in the data folder. It is remembered.")
@container_options
@click.option(
    "--first-user",
    default="admin",
    envvar="TRACKGATE_FIRST_USER",
    show_default=True,
    help="Name of the first person, an admin; added when nobody can log in yet.",
)
@click.pass_obj
def setup(
    placement: Placement | None,
    site: SiteOptions,
    backend_store_uri: str | None,
    container: ContainerOptions,
    first_user: str,
) -> None:
    """Make all that a start needs: folders, certificate, database, first user, config.

    Run it again at any time: after an upgrade, or with other settings.
    """
    os.umask(0o027)
    try:
        require_name(first_user)
        become_owner(site.data.root)
        if container.is_wanted:
            _require_named_store(backend_store_uri)
        plan = _plan(site, container, placement or CONTAINER)
        _set_up(plan, backend_store_uri, first_user)
    except _REFUSALS as error:
        raise click.ClickException(str(error)) from error
    except StepFailed as error:
        raise SystemExit(1) from error
    except OSError as error:
        place = error.filename or site.data.root
        raise click.ClickException(
            f"{place} cannot be used by {account_name(os.geteuid())}: {error.strerror}."
        ) from error


def _plan(
    site: SiteOptions, container: ContainerOptions, placement: Placement
) -> SitePlan:
    now = datetime.now(UTC)
    if not container.is_wanted:
        return native_plan(site, now)
    return container_plan(site, container.said(site), placement, now)


def _require_named_store(uri: str | None) -> None:
    if not uri:
        raise SettingsError(
            f"{STORE_VARIABLE} is not set, and the servers' containers must have the "
            "same database: set it for all of them, as compose.yaml does."
        )


def _set_up(plan: SitePlan, given_store: str | None, first_user: str) -> None:
    data = plan.settings.data
    say("Settings", _outcome(plan))
    for warning in plan.warnings:
        click.echo(f"Warning: {warning}", err=True)
    make_folders(data)
    with only_one(data):
        store = chosen_store(data, given_store)
        provide_certificate(plan)
        upgrade_database(data, store)
        _remember(plan, data, given_store)
        add_first_user(plan, first_user, store)
        # Writes to SQLite take turns anyway, and one server keeps its pages in memory.
        settings = replace(plan.settings, standby=is_sqlite(store))
        write_nginx_config(settings)


def _outcome(plan: SitePlan) -> str:
    data = plan.settings.data
    if is_up(data):
        running = data.address.read_text(encoding="utf-8").strip()
        return f"good; {running} keeps those it was started with"
    return f"the site is {plan.address}"


def _remember(plan: SitePlan, data: DataFolder, store: str | None) -> None:
    """What later commands must know, as soon as it is known to work."""
    if not is_up(data):
        remember_address(data, plan.address)
    # Containers are all told by compose.yaml.
    if store and data.elsewhere is None:
        remember_backend_store(data, store)
