"""`trackgate users`: people and their roles."""

from __future__ import annotations

import functools
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Concatenate, ParamSpec

import click

from trackgate_proxy.account import account_name, become_owner
from trackgate_proxy.people.htpasswd import PeopleError, require_name
from trackgate_proxy.people.login_lines import login_lines
from trackgate_proxy.people.rolebook import DEFAULT_ROLE, ROLES, open_rolebook
from trackgate_proxy.site.data_folder import DataFolder, UnsafeFolder, ensure_folders
from trackgate_proxy.site.placement import CONTAINER
from trackgate_proxy.site.stored_settings import (
    remembered_address,
    remembered_backend_store,
)

if TYPE_CHECKING:
    from trackgate_proxy.people.people import People

Given = ParamSpec("Given")

_container = click.option(
    "--container",
    is_flag=True,
    hidden=True,
    envvar="TRACKGATE_CONTAINER",
    help="For the containers of compose.yaml, whose other folders are elsewhere.",
)
_data_dir = click.option(
    "--data-dir",
    type=click.Path(path_type=Path),
    default=Path("data"),
    envvar="TRACKGATE_DATA_DIR",
    show_default=True,
    show_envvar=True,
    help="Data folder of the server.",
)
_backend_store_uri = click.option(
    "--backend-store-uri",
    envvar="TRACKGATE_BACKEND_STORE_URI",
    show_envvar=True,
    help="Database with the roles; by default what `trackgate up` was given.",
)
_password_stdin = click.option(
    "--password-stdin", is_flag=True, help="Read the password from standard input."
)
_password_prompt = click.option(
    "--prompt", is_flag=True, help="Ask for the password, twice, without showing it."
)
_role_choice = click.Choice(ROLES)


@click.group()
def users() -> None:
    """People who may use the server, and their roles."""


def _command(
    function: Callable[Concatenate[DataFolder, Given], None],
) -> Callable[Concatenate[Path, bool, Given], None]:
    """Take --data-dir as its folder, work as its owner, show refusals in one line."""

    @_container
    @functools.wraps(function)
    def run(
        data_dir: Path, container: bool, *args: Given.args, **kwargs: Given.kwargs
    ) -> None:
        data = DataFolder.at(data_dir)
        if container:
            data = DataFolder(data.root, CONTAINER.elsewhere)
        os.umask(0o027)
        try:
            become_owner(data.root)
            function(data, *args, **kwargs)
        except (PeopleError, UnsafeFolder) as error:
            raise click.ClickException(str(error)) from error
        except PermissionError as error:
            raise click.ClickException(
                f"{error.filename} cannot be used by this account: {error.strerror}."
            ) from error

    return run


@users.command()
@click.argument("name")
@click.option("--role", type=_role_choice, default=DEFAULT_ROLE, show_default=True)
@_password_stdin
@_password_prompt
@_data_dir
@_backend_store_uri
@_command
def add(
    data: DataFolder,
    name: str,
    role: str,
    password_stdin: bool,
    prompt: bool,
    backend_store_uri: str | None,
) -> None:
    """Let a new person in; prints the password once unless it was given."""
    require_name(name)
    ensure_folders(data)
    password = _read_password(password_stdin, prompt)
    given = password is not None
    password = password or _make_password()
    with open_rolebook(data.root, _store(data, backend_store_uri)) as rolebook:
        _people(data).add(name, password, role, rolebook, _operator())
    click.echo(f"Added {name} as {role}.")
    if not given:
        _show_once(data, name, password)


@users.command()
@click.argument("name")
@_password_stdin
@_password_prompt
@_data_dir
@_command
def passwd(data: DataFolder, name: str, password_stdin: bool, prompt: bool) -> None:
    """Give a person another password; the old one stops to count at once."""
    _require_folder(data)
    password = _read_password(password_stdin, prompt)
    given = password is not None
    password = password or _make_password()
    _people(data).set_password(name, password)
    click.echo(f"Changed the password of {name}.")
    if not given:
        _show_once(data, name, password)


@users.command()
@click.argument("name")
@click.argument("new_role", type=_role_choice, required=False)
@click.option("--role", type=_role_choice, help="The same as the second argument.")
@_data_dir
@_backend_store_uri
@_command
def role(
    data: DataFolder,
    name: str,
    new_role: str | None,
    role: str | None,
    backend_store_uri: str | None,
) -> None:
    """Give a person another role: viewer, editor or admin."""
    _require_folder(data)
    chosen = new_role or role
    if chosen is None:
        raise click.UsageError(f"Name the role: one of {', '.join(ROLES)}.")
    with open_rolebook(data.root, _store(data, backend_store_uri)) as rolebook:
        _people(data).set_role(name, chosen, rolebook, _operator())
    click.echo(f"{name} is now {chosen}.")


@users.command()
@click.argument("name")
@_data_dir
@_backend_store_uri
@_command
def remove(data: DataFolder, name: str, backend_store_uri: str | None) -> None:
    """Lock a person out at once. What they logged stays, under their name."""
    _require_folder(data)
    # Before the database is touched: it may be down, and this must work all the same.
    had_entry = _people(data).lock_out(name)
    if had_entry:
        click.echo(f"{name} can no longer log in.")
    with open_rolebook(data.root, _store(data, backend_store_uri)) as rolebook:
        had_role = name in rolebook.get_all()
        rolebook.remove(name)
    if not (had_entry or had_role):
        raise PeopleError(f"There is nobody named {name!r}.")


@users.command("list")
@_data_dir
@_backend_store_uri
@_command
def list_people(data: DataFolder, backend_store_uri: str | None) -> None:
    """Show everybody with their role."""
    _require_folder(data)
    with open_rolebook(data.root, _store(data, backend_store_uri)) as rolebook:
        roles = rolebook.get_all()
    for person in _people(data).list(roles):
        note = "" if person.can_log_in else "  (no password: cannot log in)"
        click.echo(f"{person.name}  {person.role or 'no role'}{note}")


@users.command()
@click.argument("name")
@_password_stdin
@_data_dir
@_command
def verify(data: DataFolder, name: str, password_stdin: bool) -> None:
    """Check a password, asked for or from standard input; fails if it is wrong."""
    _require_folder(data)
    password = _read_password(password_stdin, prompt=not password_stdin, confirm=False)
    if not _people(data).verify(name, password or ""):
        raise click.ClickException(f"That is not the password of anybody named {name}.")
    click.echo(f"{name} can log in with this password.")


def _people(data: DataFolder) -> People:
    # The hasher's library takes 60 ms and some memory, which `trackgate up`, loading
    # its command from the same package, does without.
    from trackgate_proxy.people.people import People  # noqa: PLC0415

    return People(data)


def _make_password() -> str:
    from trackgate_proxy.people.passwords import make_password  # noqa: PLC0415 - as above

    return make_password()


def _read_password(stdin: bool, prompt: bool, confirm: bool = True) -> str | None:
    """A password that the person at the keyboard or a pipe gave, else None."""
    if stdin and prompt:
        raise click.UsageError("--password-stdin and --prompt exclude each other.")
    if stdin:
        password = sys.stdin.readline().rstrip("\r\n")
        if not password:
            raise PeopleError("Standard input held no password.")
        return password
    if prompt:
        return click.prompt("Password", hide_input=True, confirmation_prompt=confirm)
    return None


def _show_once(data: DataFolder, name: str, password: str) -> None:
    click.echo("The password, shown only now:\n")
    for line in login_lines(_address(data), name, password):
        click.echo(f"  {line}")


def _address(data: DataFolder) -> str:
    """Where people go: of the running stack, or as it was set up last."""
    try:
        return data.address.read_text(encoding="utf-8").strip()
    except FileNotFoundError:
        return remembered_address(data) or "http://127.0.0.1:8080"


def _store(data: DataFolder, given: str | None) -> str | None:
    return given or remembered_backend_store(data)


def _require_folder(data: DataFolder) -> None:
    if not data.htpasswd.parent.is_dir():
        raise PeopleError(
            f"{data.root} is no data folder of Trackgate. Name it with --data-dir."
        )


def _operator() -> str:
    """Who is recorded for a change made on the machine itself."""
    name = os.environ.get("SUDO_USER") or account_name(os.getuid())
    return f"{name} (command line)"
