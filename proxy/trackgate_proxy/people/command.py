"""`trackgate users`: people and their roles."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import click

from trackgate_proxy.account import account_name
from trackgate_proxy.people.data_folder_command import for_data_folder
from trackgate_proxy.people.htpasswd import PeopleError, require_name
from trackgate_proxy.people.login_lines import login_lines
from trackgate_proxy.people.password_reading import read_password
from trackgate_proxy.people.rolebook import DEFAULT_ROLE, ROLES, open_rolebook
from trackgate_proxy.site.data_folder import DataFolder, ensure_folders
from trackgate_proxy.site.store_option import chosen_store, store_option
from trackgate_proxy.site.stored_settings import remembered_address

if TYPE_CHECKING:
    from trackgate_proxy.people.people import People

# The server's page about people runs these commands; it says for whom.
_OPERATOR_VARIABLE = "TRACKGATE_OPERATOR"

_backend_store_uri = store_option(
    "Database with the roles; by default what `trackgate up` was given."
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


@users.command()
@click.argument("name")
@click.option("--role", type=_role_choice, default=DEFAULT_ROLE, show_default=True)
@_password_stdin
@_password_prompt
@_backend_store_uri
@for_data_folder
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
    given = read_password(password_stdin, prompt)
    password = given or _make_password()
    with open_rolebook(data.root, chosen_store(data, backend_store_uri)) as rolebook:
        _people(data).add(name, password, role, rolebook, _operator())
    click.echo(f"Added {name} as {role}.")
    if given is None:
        _show_once(data, name, password)


@users.command()
@click.argument("name")
@_password_stdin
@_password_prompt
@for_data_folder
def passwd(data: DataFolder, name: str, password_stdin: bool, prompt: bool) -> None:
    """Give a person another password; the old one stops to count at once."""
    _require_folder(data)
    given = read_password(password_stdin, prompt)
    password = given or _make_password()
    _people(data).set_password(name, password)
    click.echo(f"Changed the password of {name}.")
    if given is None:
        _show_once(data, name, password)


@users.command()
@click.argument("name")
@click.argument("new_role", type=_role_choice, required=False)
@click.option("--role", type=_role_choice, help="The same as the second argument.")
@_backend_store_uri
@for_data_folder
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
    with open_rolebook(data.root, chosen_store(data, backend_store_uri)) as rolebook:
        _people(data).set_role(name, chosen, rolebook, _operator())
    click.echo(f"{name} is now {chosen}.")


@users.command()
@click.argument("name")
@_backend_store_uri
@for_data_folder
def remove(data: DataFolder, name: str, backend_store_uri: str | None) -> None:
    """Lock a person out at once. What they logged stays, under their name."""
    _require_folder(data)
    # Before the database is touched: it may be down, and this must work all the same.
    had_entry = _people(data).lock_out(name)
    if had_entry:
        click.echo(f"{name} can no longer log in.")
    with open_rolebook(data.root, chosen_store(data, backend_store_uri)) as rolebook:
        had_role = name in rolebook.get_all()
        rolebook.remove(name, _operator())
    if not (had_entry or had_role):
        raise PeopleError(f"There is nobody named {name!r}.")


@users.command("list")
@_backend_store_uri
@for_data_folder
def list_people(data: DataFolder, backend_store_uri: str | None) -> None:
    """Show everybody with their role."""
    _require_folder(data)
    with open_rolebook(data.root, chosen_store(data, backend_store_uri)) as rolebook:
        roles = rolebook.get_all()
    for person in _people(data).list(roles):
        note = "" if person.can_log_in else "  (no password: cannot log in)"
        click.echo(f"{person.name}  {person.role or 'no role'}{note}")


@users.command()
@click.argument("name")
@_password_stdin
@for_data_folder
def verify(data: DataFolder, name: str, password_stdin: bool) -> None:
    """Check a password, asked for or from standard input; fails if it is wrong."""
    _require_folder(data)
    password = read_password(password_stdin, prompt=not password_stdin, confirm=False)
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


def _require_folder(data: DataFolder) -> None:
    if not data.htpasswd.parent.is_dir():
        raise PeopleError(
            f"{data.root} is no data folder of Trackgate. Name it with --data-dir."
        )


def _operator() -> str:
    """Who is recorded for a change: an admin at a page, or somebody on the machine."""
    given = os.environ.get(_OPERATOR_VARIABLE)
    if given:
        return given
    name = os.environ.get("SUDO_USER") or account_name(os.getuid())
    return f"{name} (command line)"
