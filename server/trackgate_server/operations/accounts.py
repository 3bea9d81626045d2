"""Letting people in and out, from a page.

A password is a line of the proxy's htpasswd file, which only the command `trackgate
users` knows how to write. So the server runs it, where it was told the folder; in
containers the file is out of its reach, and an admin runs the command.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys

from trackgate_wire.endpoint import ROLES
from trackgate_wire.errors import (
    InvalidParameterValue,
    NotFound,
    TemporarilyUnavailable,
)

from trackgate_server.identity import is_name
from trackgate_server.operations.scope import Scope
from trackgate_server.settings import Settings
from trackgate_server.store import people
from trackgate_server.store.people import Person

# It starts Python, opens the database and hashes: a second, or some on a busy machine.
_PATIENCE_S = 60
_PASSWORD = re.compile(r"^\s*export TRACKING_PASSWORD=(\S+)$", re.MULTILINE)


def can_change(settings: Settings) -> bool:
    """Whether people can be added, removed and given passwords here."""
    return bool(settings.people_dir)


def everybody(scope: Scope) -> list[Person]:
    """Whoever has a role, by name."""
    return people.everybody(scope.db)


def add(scope: Scope, name: str, role: str) -> str:
    """Let somebody new in; returns the password, which is kept nowhere.

    Raises InvalidParameterValue for a name that cannot be used or is taken.
    """
    _check_role(role)
    return _password(_users(scope, "add", name, "--role", role))


def renew_password(scope: Scope, name: str) -> str:
    """Give somebody another password and return it; the old one counts no more."""
    password = _password(_users(scope, "passwd", name))
    target = f"user/{name}"
    scope.services.database.write(
        lambda db: people.note(
            db, scope.caller.name, "set password", target, "", scope.now_ms
        )
    )
    return password


def remove(scope: Scope, name: str) -> None:
    """Lock somebody out, at once; what they logged stays."""
    _check_other(scope, name)
    _users(scope, "remove", name)


def set_role(scope: Scope, name: str, role: str) -> None:
    """Give somebody another role, in the open transaction. Raises NotFound."""
    _check_role(role)
    _check_other(scope, name)
    if people.find_role(scope.db, name) is None:
        raise NotFound(f"There is nobody named {name!r}.")
    people.set_role(scope.db, name, role, scope.caller.name, scope.now_ms)


def _check_role(role: str) -> None:
    if role not in ROLES:
        raise InvalidParameterValue(
            f"There is no role {role!r}; there are {', '.join(ROLES)}."
        )


def _check_other(scope: Scope, name: str) -> None:
    """So that there is an admin at all times: the one who is asking."""
    if name == scope.caller.user:
        raise InvalidParameterValue(
            "Nobody takes their own role away; another admin can."
        )


def _users(scope: Scope, action: str, name: str, *words: str) -> str:
    """What `trackgate users` said; what it refused is raised."""
    settings = scope.services.settings
    if not can_change(settings):
        raise InvalidParameterValue(
            "Passwords are out of this server's reach; use `trackgate users`."
        )
    if not is_name(name):
        raise InvalidParameterValue(
            f"The name {name!r} cannot be used: 1 to 64 letters, digits, '.', '_' or"
            " '-', the first one a letter or digit."
        )
    folder = ("--data-dir", settings.people_dir)
    command = [sys.executable, "-m", "trackgate", "users", action, name]
    try:
        # Nothing here comes from a shell; the name is no option.
        done = subprocess.run(  # noqa: S603
            [*command, *words, *folder],
            env=_environment(scope),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=_PATIENCE_S,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise TemporarilyUnavailable(
            f"`trackgate users {action}` took longer than {_PATIENCE_S} s."
        ) from error
    if done.returncode != 0:
        raise InvalidParameterValue(_reason(done.stderr))
    return done.stdout


def _environment(scope: Scope) -> dict[str, str]:
    """Secrets go this way: others on the machine can read arguments."""
    return {
        **os.environ,
        "TRACKGATE_BACKEND_STORE_URI": scope.services.settings.database_uri,
        "TRACKGATE_OPERATOR": scope.caller.name,
    }


def _reason(said: str) -> str:
    lines = said.strip().splitlines()
    return lines[-1].removeprefix("Error: ") if lines else "The command failed."


def _password(said: str) -> str:
    found = _PASSWORD.search(said)
    if found is None:
        # Not what it said, for that may hold the password.
        raise RuntimeError("`trackgate users` showed no password.")
    return found[1]
