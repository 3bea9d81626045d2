"""Whose name and password go with each request, and where they were found.

The first source that has any of the two gives both: a name of one source is never
sent with the password of another.
"""

from __future__ import annotations

import configparser
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote, urlsplit, urlunsplit

from trackgate.errors import BadSetting

WHAT_TO_SET = "Set TRACKING_USERNAME and TRACKING_PASSWORD"

VARIABLES = (
    ("TRACKING_USERNAME", "TRACKING_PASSWORD"),
    ("MLFLOW_TRACKING_USERNAME", "MLFLOW_TRACKING_PASSWORD"),
)
_FILE = ".mlflow/credentials"
_FILE_SECTION = "mlflow"
_FILE_KEYS = ("mlflow_tracking_username", "mlflow_tracking_password")


@dataclass(frozen=True, slots=True)
class Credentials:
    """A name, its password, and the words for where both came from."""

    username: str
    password: str = field(repr=False)
    source: str

    def header(self) -> str:
        """The Authorization header's value, in UTF-8 (RFC 7617 §2.1)."""
        both = f"{self.username}:{self.password}".encode()
        return f"Basic {b64encode(both).decode('ascii')}"


def find(
    environment: Mapping[str, str],
    home: Path,
    *,
    username: str | None = None,
    password: str | None = None,
) -> Credentials | None:
    """Name and password from code, the environment or the file; None if nowhere.

    Raises BadSetting where a source has only one of the two.
    """
    if username or password:
        return _pair(username, password, "username", "password", "arguments in code")
    for name_key, password_key in VARIABLES:
        found = environment.get(name_key), environment.get(password_key)
        if any(found):
            source = f"{name_key} and {password_key}"
            return _pair(*found, name_key, password_key, source)
    return _from_file(home / _FILE)


def from_uri(uri: str) -> tuple[str, Credentials | None]:
    """`uri` without the name and password that may stand in it, and those."""
    parts = urlsplit(uri)
    if not (parts.username or parts.password):
        return uri, None
    credentials = _pair(
        unquote(parts.username or ""),
        unquote(parts.password or ""),
        "the name",
        "the password",
        "the tracking URI",
    )
    bare = parts._replace(netloc=parts.netloc.rpartition("@")[2])
    return urlunsplit(bare), credentials


def _from_file(path: Path) -> Credentials | None:
    # Passwords may hold a percent sign, so it must not mean anything.
    parser = configparser.ConfigParser(interpolation=None)
    try:
        parser.read(path, encoding="utf-8")
    except (OSError, UnicodeDecodeError, configparser.Error) as error:
        reason = str(error).splitlines()[0]
        raise BadSetting(f"{path} cannot be read: {reason}") from None
    if not parser.has_section(_FILE_SECTION):
        return None
    found = [parser.get(_FILE_SECTION, key, fallback="") for key in _FILE_KEYS]
    if not any(found):
        return None
    return _pair(found[0], found[1], *_FILE_KEYS, f"the file ~/{_FILE}")


def _pair(
    username: str | None,
    password: str | None,
    name_key: str,
    password_key: str,
    source: str,
) -> Credentials:
    if not username or not password:
        given, missing = name_key, password_key
        if not username:
            given, missing = missing, given
        raise BadSetting(
            f"{given} is set but {missing} is not ({source}); a name and its password"
            " must come from the same place."
        )
    if ":" in username:
        raise BadSetting(f"The name in {name_key} has a colon, which no name may have.")
    return Credentials(username, password, source)
