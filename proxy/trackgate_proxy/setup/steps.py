"""The steps of a set-up: each may be taken again, and says what it did."""

from __future__ import annotations

import fcntl
import os
import signal
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import click

from trackgate_proxy.config.nginx import write_config
from trackgate_proxy.config.verdict import choose_verdict_cache
from trackgate_proxy.people.htpasswd import PeopleFile
from trackgate_proxy.people.login_lines import login_lines
from trackgate_proxy.people.passwords import make_password
from trackgate_proxy.people.people import People
from trackgate_proxy.people.rolebook import open_rolebook
from trackgate_proxy.setup.plan import SitePlan
from trackgate_proxy.site.certificates import ensure_self_signed
from trackgate_proxy.site.data_folder import DataFolder, ensure_folders
from trackgate_proxy.site.settings import ProxySettings
from trackgate_proxy.site.store_option import STORE_VARIABLE
from trackgate_proxy.stack.lock import is_up, try_lock

_UPGRADE = (sys.executable, "-m", "trackgate", "db", "upgrade")
_FIRST_ROLE = "admin"


class StepFailed(RuntimeError):
    """A step did not succeed, and has said why."""


def say(step: str, outcome: str) -> None:
    """One line about a step, at once, for the next step may take long."""
    click.echo(f"{step}: {outcome}")
    sys.stdout.flush()


def make_folders(data: DataFolder) -> None:
    """Make every folder, private to this account."""
    new = [folder for folder in data.folders() if not folder.exists()]
    ensure_folders(data)
    say("Folders", f"made {len(new)}" if new else "all there")


@contextmanager
def only_one(data: DataFolder) -> Generator[None]:
    """Let no other set-up work on the data folder until the block ends."""
    descriptor = os.open(data.root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        if not try_lock(descriptor, fcntl.LOCK_EX):
            say("Lock", "another set-up is at work, waiting for its end")
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def provide_certificate(plan: SitePlan) -> None:
    """Make or renew a self-signed certificate, where it is ours to make."""
    tls = plan.settings.tls
    if tls is None:
        say("Certificate", "none, the site speaks plain HTTP")
    elif not plan.self_signed_for:
        say("Certificate", f"{tls.certificate} is good")
    elif ensure_self_signed(tls, list(plan.self_signed_for), datetime.now(UTC)):
        names = ", ".join(plan.self_signed_for)
        say("Certificate", f"made {tls.certificate}, self-signed, for {names}")
    else:
        say("Certificate", f"{tls.certificate}, self-signed, stays as it is")


def upgrade_database(data: DataFolder, store: str | None) -> None:
    """Bring the database to this version's schema, by the server's own command.

    Raises StepFailed when that fails.
    """
    # Not among the arguments, which others can read: it may hold a password.
    given = {STORE_VARIABLE: store} if store else {}
    with subprocess.Popen(  # noqa: S603 - our own command
        [*_UPGRADE, "--data-dir", str(data.root)],
        env=os.environ | given,
        stdout=subprocess.PIPE,
        text=True,
    ) as upgrade:
        assert upgrade.stdout is not None  # noqa: S101 - it is a pipe
        for line in upgrade.stdout:
            say("Database", line.rstrip())
    if upgrade.returncode < 0:
        # Nobody has said anything: out of memory, mostly.
        name = signal.Signals(-upgrade.returncode).name
        click.echo(f"Error: The upgrade was ended by {name}; run it again.", err=True)
    if upgrade.returncode:
        raise StepFailed


def add_first_user(plan: SitePlan, name: str, store: str | None) -> None:
    """Let an admin in when nobody can log in yet, and show the password."""
    data = plan.settings.data
    if PeopleFile(data.htpasswd).names():
        say("First user", "somebody can log in already")
        return
    password = make_password()
    with open_rolebook(data.root, store) as rolebook:
        # Shown before it counts: if this ends in between, nobody can log in still, and
        # the next run makes another one. The other order could lock everybody out.
        click.echo(f"First user: {name}, whose password is shown only now")
        for line in login_lines(plan.address, name, password):
            click.echo(line)
        sys.stdout.flush()
        People(data).add(name, password, _FIRST_ROLE, rolebook, "trackgate setup")


def write_nginx_config(settings: ProxySettings) -> None:
    """Write the config that the proxy reads, if it is another one."""
    path = settings.data.nginx_config
    if is_up(settings.data):
        say("Nginx config", "left to the running stack; its next start writes it")
        return
    before = _content(path)
    write_config(_with_verdict_cache(settings))
    say("Nginx config", "unchanged" if _content(path) == before else f"wrote {path}")


def _with_verdict_cache(settings: ProxySettings) -> ProxySettings:
    if settings.data.elsewhere is not None:
        return settings
    return replace(settings, verdict_cache=choose_verdict_cache(settings.data))


def _content(path: Path) -> bytes:
    return path.read_bytes() if path.exists() else b""
