"""`trackgate systemd`: the stack as units, for production without Docker."""

from __future__ import annotations

import pwd
import re
import shlex
import shutil
import sys
from pathlib import Path

import click

from trackgate_proxy.nginx_binary import NginxError, find_nginx
from trackgate_proxy.one_line_command import OneLineCommand
from trackgate_proxy.site.options import SiteOptions
from trackgate_proxy.site.settings_error import SettingsError
from trackgate_proxy.site.store_option import is_sqlite
from trackgate_proxy.systemd.installation import Installation, Programs
from trackgate_proxy.systemd.options import (
    require_same,
    systemd_options,
    variables,
)
from trackgate_proxy.systemd.settings import settings_text
from trackgate_proxy.systemd.units import MARK, units
from trackgate_proxy.whole_file import write_whole

_ACCOUNT = re.compile(r"[a-z_][a-z0-9_-]{0,30}")
# What the units hide from what they start (ProtectHome=, PrivateTmp=).
_HIDDEN = ("/home", "/root", "/run/user", "/tmp", "/var/tmp")  # noqa: S108 - names only
_UNIT_MODE = 0o644
# Ports below it need a capability (ip(7), ip_unprivileged_port_start).
_FIRST_FREE_PORT = 1024


@click.command(cls=OneLineCommand)
@systemd_options
def systemd(
    site: SiteOptions,
    settings_file: Path,
    folder: Path | None,
    servers: int,
    account: str,
    backend_store_uri: str,
    artifacts_destination: str,
    **_: object,
) -> None:
    """Print systemd units for the same stack, for production without Docker."""
    try:
        if settings_file.exists():
            require_same(click.get_current_context(), settings_file)
        installation = Installation(
            data=site.data,
            programs=_find_programs(),
            settings_file=settings_file,
            account=_checked_account(account),
            servers=servers,
            leaves_machine=_leaves_machine(backend_store_uri, artifacts_destination),
            privileged_port=_has_privileged_port(site, servers),
        )
        texts = units(installation)
    except (NginxError, SettingsError) as error:
        raise click.ClickException(str(error)) from error
    _warn_of_hidden(installation)
    if folder is None:
        _print(texts, settings_file)
    else:
        _write(texts, settings_file, folder)
        _say_next(installation, folder)


def _find_programs() -> Programs:
    flock = shutil.which("flock")
    if flock is None:
        raise SettingsError("flock is missing. Install it: apt-get install util-linux")
    # -I: nothing from the folder it is started in, nor from Python's variables.
    trackgate = (sys.executable, "-I", "-m", "trackgate")
    return Programs(trackgate, sys.executable, find_nginx(), flock)


def _checked_account(name: str) -> str:
    if not _ACCOUNT.fullmatch(name):
        raise SettingsError(f"--account {name!r} is no account name.")
    if name == "root":
        raise SettingsError("--account root would run all as root; name another one.")
    return name


def _leaves_machine(backend_store_uri: str, artifacts_destination: str) -> bool:
    """Whether the servers need a network. Raises SettingsError for a folder."""
    if artifacts_destination and not artifacts_destination.startswith("s3://"):
        raise SettingsError(
            f"--artifacts-destination {artifacts_destination} must be s3://BUCKET/PREFIX"
            " here: in a folder, artifacts share the data folder's file system with "
            "their uploads. Leave it out and choose --data-dir."
        )
    return bool(artifacts_destination) or not is_sqlite(backend_store_uri)


def _has_privileged_port(site: SiteOptions, servers: int) -> bool:
    """Also checks all about the site. Raises SettingsError."""
    if site.served:
        raise SettingsError(
            "--serve goes with `trackgate up`; served models have no unit yet."
        )
    settings = site.proxy_settings()
    if servers > settings.slots:
        raise SettingsError(
            f"--servers {servers} is too many: at most {settings.slots}."
        )
    redirect = settings.tls.redirect_port if settings.tls else None
    return min(settings.port, redirect or settings.port) < _FIRST_FREE_PORT


def _warn_of_hidden(installation: Installation) -> None:
    for path in (installation.data.root, Path(installation.programs.python)):
        hidden = next((one for one in _HIDDEN if path.is_relative_to(one)), None)
        if hidden:
            click.echo(
                f"Warning: {path} will not work, as the units hide {hidden}. Install "
                "Trackgate into /opt/trackgate; keep its data in /var/lib or /srv.",
                err=True,
            )


def _print(texts: dict[str, str], settings_file: Path) -> None:
    for name, text in texts.items():
        click.echo(f"# --- {name}\n{text}")
    if not settings_file.exists():
        click.echo(f"# --- {settings_file} (mode 0600)\n{_new_settings()}", nl=False)


def _write(texts: dict[str, str], settings_file: Path, folder: Path) -> None:
    try:
        for name, text in texts.items():
            _write_unit(folder / name, text)
        if not settings_file.exists():
            settings_file.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
            write_whole(settings_file, _new_settings())
            click.echo(f"Wrote {settings_file}")
    except PermissionError as error:
        raise click.ClickException(
            f"{error.filename} cannot be written by this account; use sudo."
        ) from error


def _write_unit(path: Path, text: str) -> None:
    """Replace a unit of ours. Raises click.ClickException for somebody else's."""
    if path.exists() and MARK not in path.read_text(encoding="utf-8"):
        raise click.ClickException(
            f"{path} is not from `trackgate systemd`; move it away first."
        )
    is_new = write_whole(path, text, _UNIT_MODE)
    click.echo(f"Wrote {path}" if is_new else f"{path} is as it should be")


def _new_settings() -> str:
    return settings_text(variables(click.get_current_context()))


def _say_next(installation: Installation, folder: Path) -> None:
    steps = [*_first_steps(installation)]
    if folder.is_relative_to("/etc/systemd"):
        steps.append("systemctl daemon-reload")
    steps += [
        "systemctl enable --now trackgate.target",
        "journalctl --unit trackgate-setup    # the first user's password, once",
    ]
    click.echo(
        "\nNext, as root:\n" + "".join(f"  {step}\n" for step in steps), nl=False
    )


def _first_steps(installation: Installation) -> list[str]:
    account, root = installation.account, installation.data.root
    steps: list[str] = []
    if not _exists(account):
        line = f'u {account} - "Trackgate" /nonexistent'
        steps.append(f"systemd-sysusers --inline {shlex.quote(line)}")
    if not installation.has_state_directory and not root.exists():
        made = f"install -d -m 0700 -o {account} -g {account}"
        steps.append(f"{made} {shlex.quote(str(root))}")
    return steps


def _exists(account: str) -> bool:
    try:
        pwd.getpwnam(account)
    except KeyError:
        return False
    return True
