"""Addresses of projects: their parts, and what of them nobody else may see."""

from __future__ import annotations

import ipaddress
import os
import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

from trackgate.errors import ExecutionException

_FILE = re.compile(r"file:(?://(?:localhost)?)?(/[^?#]*)")
_GIT = re.compile(
    r"(?:ssh|https|http)://(?:\w[\w.-]*|\[[0-9A-Fa-f:.]+\])(?::\d+)?(?:/.*)?"
)
# `git@host:path`; `host::…` would be one of Git's helpers, which run any program.
_SCP = re.compile(r"(?:\w[\w.+-]*@)?\w[\w.-]*:(?!:|//)\S.*")
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://")
_WITH_USER = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*://)([^/?#]*)@")
_QUERY = re.compile(r"\?[^#]*")


@dataclass(frozen=True, slots=True)
class Address:
    """Where a project is fetched from.

    uri   without the folder in it
    part  the folder in it; "" for its top
    """

    uri: str
    part: str = ""

    @classmethod
    def of(cls, uri: str) -> Address:
        """`URI#FOLDER`, MLflow's way to name a project within a repository.

        Raises ExecutionException for a folder that leads out of it, and for
        characters that no address has.
        """
        uri = uri.strip("'\"")
        if not uri or re.search(r"[\x00-\x1f\x7f]", uri):
            raise ExecutionException(f"{uri!r} is not the address of a project.")
        # Long addresses are no names of files; `Path.exists` raises errors for them.
        if os.path.exists(uri):
            return cls(uri)
        whole, _, part = uri.partition("#")
        names = part.split("/")
        if ".." in names or part.startswith("/"):
            raise ExecutionException(
                f"The folder {part!r} in {without_secrets(uri)!r} leads out of it."
            )
        return cls(whole, part.rstrip("/"))

    @property
    def local(self) -> Path | None:
        """The path on this machine; None where it is elsewhere."""
        if self.uri.startswith("file:"):
            path = file_path(self.uri)
            if path is None:
                raise ExecutionException(f"{self.uri!r} is not on this machine.")
            return path
        path = Path(self.uri).expanduser()
        elsewhere = _SCHEME.match(self.uri) or _SCP.fullmatch(self.uri)
        return None if elsewhere and not os.path.exists(path) else path.absolute()

    @property
    def is_zip(self) -> bool:
        """Whether it is an archive, going by its name."""
        path = _QUERY.sub("", self.uri) if _SCHEME.match(self.uri) else self.uri
        return path.endswith(".zip")

    def below(self, shown: str) -> str:
        """`shown`, with the folder in it."""
        return f"{shown}#{self.part}" if self.part else shown


def check_git(uri: str) -> None:
    """Raises ExecutionException unless it is one that Git is asked for.

    Git's other ways (`ext::`, `fd::`, `git:`) run programs, or are not protected.
    """
    who, address = userinfo(uri)
    # A host or name that begins with a dash would be an option of `ssh`.
    is_option = who is not None and who[0].startswith("-")
    if _SCP.fullmatch(uri) or (_GIT.fullmatch(address) and not is_option):
        return
    raise ExecutionException(
        f"{without_secrets(uri)!r} is neither a folder nor an archive (.zip) nor a Git"
        " address: file://, ssh://, https://, http:// or USER@HOST:PATH."
    )


def file_path(uri: str) -> Path | None:
    """The path that a `file:` URI names; None where it is on another machine."""
    found = _FILE.fullmatch(uri)
    return Path(unquote(found[1])).absolute() if found else None


def userinfo(uri: str) -> tuple[tuple[str, str] | None, str]:
    """The name and password in an address, and the address without them.

    Of any text: what is no address is given back.
    """
    found = _WITH_USER.match(uri)
    if found is None:
        return None, uri
    name, _, password = found[2].partition(":")
    return (unquote(name), unquote(password)), found[1] + uri[found.end() :]


def without_secrets(uri: str) -> str:
    """For people to see: no name and password, and no query, where tokens stand."""
    shown = userinfo(uri)[1]
    return _QUERY.sub("", shown, count=1) if _SCHEME.match(uri) else shown


def is_loopback(uri: str) -> bool:
    """Whether only this machine reaches its host."""
    host = urlsplit(uri).hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
