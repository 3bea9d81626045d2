"""Where a forge shows a repository and its commits, by the address that git knows.

`docs/pages.md` says which forges are known and what is tried for others.
"""

from __future__ import annotations

import re
from typing import NamedTuple
from urllib.parse import SplitResult, quote, unquote, urlsplit

_COMMIT = re.compile(r"[0-9a-fA-F]{7,64}")
_HOST = re.compile(r"[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?")
# git-clone(1), "GIT URLS": without a scheme it is "user@host:path".
_BY_SSH = re.compile(r"(?:[^@/:\s]+@)?(?P<host>[^@/:\s]+):(?P<path>[^:].*)")
# Bounded, so that a long text is passed through once.
_LOGIN = re.compile(r"(?P<scheme>[A-Za-z][A-Za-z0-9+.-]{0,19}://)(?P<login>[^/?#\s]*)@")
_WEB = frozenset({"http", "https"})
_GIT = frozenset({"ssh", "git"})
_AZURE = "dev.azure.com"
_AZURE_BY_SSH = frozenset({"ssh.dev.azure.com", "vs-ssh.visualstudio.com"})
_ATLASSIANS_OWN = "bitbucket.org"


class Repository(NamedTuple):
    """A repository on the web.

    site   such as "https://github.com"
    parts  of its path there, as they are called, without quoting
    """

    site: str
    parts: tuple[str, ...]

    @property
    def host(self) -> str:
        return self.site.partition("://")[2].partition(":")[0]

    @property
    def page(self) -> str:
        """Its address."""
        return "/".join([self.site, *(quote(one, safe="") for one in self.parts)])


def repository_page(address: str) -> str | None:
    """The page of the repository that git finds at an address; None for no forge's.

    Whatever the address says of a user or a password is left out.
    """
    found = _repository(address)
    return found.page if found else None


def commit_page(commit: str, address: str) -> str | None:
    """The page of a commit of the repository at an address; None where there is none.

    commit  at least seven hexadecimal digits
    """
    found = _repository(address)
    if found is None or not _COMMIT.fullmatch(commit):
        return None
    return f"{found.page}/{_word(found.host)}/{commit}"


def without_login(text: str) -> str:
    """A text whose addresses have no password; for the web, no user either.

    A token may stand in the place of the user, who matters to ssh only.
    """
    return _LOGIN.sub(_without_login, text)


def _without_login(found: re.Match[str]) -> str:
    user = found["login"].partition(":")[0]
    by_ssh = "ssh" in found["scheme"].lower()
    return found["scheme"] + (f"{user}@" if by_ssh and user else "")


def _word(host: str) -> str:
    """What stands between a repository and its commits."""
    if "gitlab" in host:
        return "-/commit"
    return "commits" if "bitbucket" in host or "stash" in host else "commit"


def _repository(address: str) -> Repository | None:
    # What is behind "#" names a folder in an MLflow project.
    address = address.strip().partition("#")[0]
    try:
        site, path = _parted(address)
        return _placed(site, _parts(path))
    except ValueError:
        return None


def _parted(address: str) -> tuple[str, str]:
    """The site and the path of an address; raises ValueError."""
    if "://" not in address:
        found = _BY_SSH.fullmatch(address)
        # A drive of Windows looks alike.
        if found is None or "." not in found["host"]:
            raise ValueError("It is no address.")
        return f"https://{_checked(found['host'])}", found["path"]
    split = urlsplit(address)
    scheme = split.scheme.removeprefix("git+")
    if scheme in _GIT:
        return f"https://{_checked(split.hostname)}", split.path
    if scheme in _WEB:
        return f"{scheme}://{_checked(split.hostname)}{_port(split)}", split.path
    raise ValueError("Browsers cannot go there.")


def _checked(host: str | None) -> str:
    small = (host or "").lower()
    if not _HOST.fullmatch(small):
        raise ValueError("It names no host.")
    return small


def _port(split: SplitResult) -> str:
    return f":{split.port}" if split.port else ""


def _parts(path: str) -> tuple[str, ...]:
    """The names in a repository's path: somebody's and its own at least."""
    names = [unquote(name) for name in path.split("/") if name]
    if len(names) < 2 or any(name in (".", "..") for name in names):
        raise ValueError("It names no repository.")
    own = names[-1].removesuffix(".git")
    if not own or not all(name.isprintable() for name in names):
        raise ValueError("It names no repository.")
    return (*names[:-1], own)


def _placed(site: str, parts: tuple[str, ...]) -> Repository:
    """A repository where browsers find it, for that may be elsewhere than for git.

    Raises ValueError for a path that its kind of forge does not have.
    """
    given = Repository(site, parts)
    if given.host in _AZURE_BY_SSH and len(parts) == 4:
        _, owner, project, name = parts
        return Repository(f"https://{_AZURE}", (owner, project, "_git", name))
    if _word(given.host) == "commits" and given.host != _ATLASSIANS_OWN:
        # Bitbucket Data Center, which git reaches below "scm" or by ssh.
        *before, project, name = (one for one in parts if one != "scm")
        return Repository(site, (*before, "projects", project, "repos", name))
    return given
