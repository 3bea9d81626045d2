"""Projects in Git: a commit is fetched, without its history, and checked out.

The program `git` does it, so whatever logs people in there (keys, credential helpers)
works here. A repository's own hooks never run.
"""

from __future__ import annotations

import base64
import os
import re
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from trackgate.errors import ExecutionException
from trackgate.projects.addresses import userinfo, without_secrets

_NETWORK = ("ssh", "https", "http")
# What a name of a branch, tag or commit may be made of (git-check-ref-format, less
# what would be a refspec or an option).
_VERSION = re.compile(r"(?!-)(?!.*\.\.)(?!.*@\{)[^\x00-\x20\x7f~^:?*\[\\]+")
_COMMIT = re.compile(r"[0-9a-f]{4,64}")
_FULL_LENGTHS = (40, 64)
# What would let another repository be meant, where we are called from a hook of Git.
_ELSEWHERE = (
    *("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_COMMON_DIR", "GIT_PREFIX"),
    *("GIT_OBJECT_DIRECTORY", "GIT_ALTERNATE_OBJECT_DIRECTORIES", "GIT_NAMESPACE"),
)
# Nothing that lets a credential helper or a hook pass for us.
_OURS = ("TRACKING_", "TRACKGATE_", "MLFLOW_")


@dataclass(frozen=True, slots=True)
class Checkout:
    """A commit, and the branch that was asked for."""

    commit: str
    branch: str | None = None


@dataclass(frozen=True, slots=True)
class WorkTree:
    """A folder that somebody works in.

    commit  None before the first one
    origin  address that it was cloned from, without a name and password
    """

    top: Path
    commit: str | None
    origin: str | None


def check_out(uri: str, version: str | None, target: Path) -> Checkout:
    """Fetch a commit into an empty folder.

    uri      checked already: file, ssh, https, http or USER@HOST:PATH
    version  branch, tag or commit, in this order; None is the repository's own branch

    Raises ExecutionException with what Git says.
    """
    if version is not None and not _VERSION.fullmatch(version):
        raise ExecutionException(
            f"{version!r} is not the name of a branch, a tag or a commit."
        )
    git = _Git(uri, target)
    git.run("init", "--quiet", "--template=")
    # Submodules may be given relative to it.
    git.run("remote", "add", "origin", git.address)
    reference = _reference(git, version)
    _fetch(git, reference, version)
    if (target / ".gitmodules").is_file():
        git.run("submodule", "update", "--init", "--recursive", "--quiet")
    commit = git.run("rev-parse", "HEAD").strip()
    return Checkout(commit, version if reference == f"refs/heads/{version}" else None)


def is_bare(folder: Path) -> bool:
    """Whether a folder is a repository without files of its own."""
    parts = (folder / "HEAD", folder / "objects", folder / "refs")
    return all(part.exists() for part in parts)


def work_tree(folder: Path) -> WorkTree | None:
    """The work tree that a folder is part of; None where there is none, or no Git."""
    git = _Git("", folder)
    try:
        top = git.run("rev-parse", "--show-toplevel").strip()
        if not top or _is_ignored(git, folder):
            return None
    except ExecutionException:
        return None
    return WorkTree(Path(top), _commit(git), _origin(git))


def _is_ignored(git: _Git, folder: Path) -> bool:
    """A folder that the repository does not keep says nothing of its commit."""
    try:
        git.run("check-ignore", "--quiet", "--", str(folder))
    except ExecutionException:
        return False
    return True


def _commit(git: _Git) -> str | None:
    try:
        return git.run("rev-parse", "--verify", "--quiet", "HEAD").strip()
    except ExecutionException:
        return None


def _origin(git: _Git) -> str | None:
    try:
        name = git.run("remote").split()[0]
        return without_secrets(git.run("remote", "get-url", "--", name).strip())
    except (ExecutionException, IndexError):
        return None


def _reference(git: _Git, version: str | None) -> str | None:
    """The full name of a branch or tag; None where it is neither, maybe a commit."""
    if version is None:
        return "HEAD"
    wanted = [f"refs/heads/{version}", f"refs/tags/{version}"]
    listed = git.run("ls-remote", "--quiet", "--", "origin", *wanted)
    # The names are patterns for Git, which match at the end of others too.
    found = [line.partition("\t")[2] for line in listed.splitlines()]
    return next((one for one in wanted if one in found), None)


def _fetch(git: _Git, reference: str | None, version: str | None) -> None:
    shallow = ("fetch", "--quiet", "--no-tags", "--depth=1", "--", "origin")
    if reference is not None:
        git.run(*shallow, reference)
        git.check_out("FETCH_HEAD")
        return
    commit = version or ""
    if not _COMMIT.fullmatch(commit):
        raise ExecutionException(
            f"{git.shown} has no branch, tag or commit {commit!r}."
        )
    if len(commit) in _FULL_LENGTHS:
        try:
            git.run(*shallow, commit)
        except ExecutionException:
            # Older servers give commits only as part of a branch.
            pass
        else:
            git.check_out("FETCH_HEAD")
            return
    everything = ("+refs/heads/*:refs/remotes/origin/*", "+refs/tags/*:refs/tags/*")
    git.run("fetch", "--quiet", "--", "origin", *everything)
    git.check_out(commit)


class _Git:
    """The program, in one folder, for one repository."""

    def __init__(self, uri: str, folder: Path) -> None:
        who, address = userinfo(uri)
        if address.startswith("ssh:"):
            # The name belongs to the address there, and a password is of no use.
            address = _with_name(address, who)
            who = None
        self.address = address
        self.shown = without_secrets(uri)
        self._folder = folder
        self._environment = _environment(address, who)

    def run(self, *words: str) -> str:
        """What it prints; raises ExecutionException with what it complains about."""
        try:
            done = subprocess.run(  # noqa: S603 - no shell, and `--` before what is given
                ["git", *words],  # noqa: S607 - wherever people have it
                cwd=self._folder,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                errors="replace",
                check=False,
            )
        except FileNotFoundError:
            raise ExecutionException("There is no `git` on this machine.") from None
        if done.returncode != 0:
            reason = " ".join(done.stderr.split())
            raise ExecutionException(f"Git cannot read {self.shown}: {reason}")
        return done.stdout

    def check_out(self, commit: str) -> None:
        """Fill the folder with a commit."""
        self.run("checkout", "--quiet", "--detach", commit, "--")


def _with_name(address: str, who: tuple[str, str] | None) -> str:
    if who is None or not who[0]:
        return address
    return address.replace("://", f"://{quote(who[0], safe='')}@", 1)


def _environment(address: str, who: tuple[str, str] | None) -> dict[str, str]:
    kept = {
        name: value
        for name, value in os.environ.items()
        if name not in _ELSEWHERE and not name.startswith(_OURS)
    }
    # Submodules too come from these only, and from this disk only if it does itself.
    protocols = ("file", *_NETWORK) if address.startswith("file:") else _NETWORK
    return {
        **kept,
        **_login(kept, address, who),
        "GIT_ALLOW_PROTOCOL": ":".join(protocols),
        "GIT_TERMINAL_PROMPT": "0",
        "LC_ALL": "C",
    }


def _login(
    environment: Mapping[str, str], address: str, who: tuple[str, str] | None
) -> dict[str, str]:
    """A name and password as a setting for this host only.

    In the environment, because everybody on a machine can read arguments.
    """
    if who is None:
        return {}
    scheme, _, host, *_ = address.split("/")
    login = base64.b64encode(":".join(who).encode()).decode()
    number = int(environment.get("GIT_CONFIG_COUNT", "0"))
    return {
        "GIT_CONFIG_COUNT": str(number + 1),
        f"GIT_CONFIG_KEY_{number}": f"http.{scheme}//{host}/.extraHeader",
        f"GIT_CONFIG_VALUE_{number}": f"Authorization: Basic {login}",
    }
