"""Tags that say where a run comes from: who, which program, which commit."""

from __future__ import annotations

import getpass
import sys
from functools import lru_cache
from pathlib import Path

from trackgate.run_calls import USER_TAG

_SOURCE_NAME = "mlflow.source.name"
_SOURCE_TYPE = "mlflow.source.type"
_GIT_COMMIT = "mlflow.source.git.commit"
_DETACHED_LENGTHS = (40, 64)


def context_tags(username: str | None) -> dict[str, str]:
    """The tags of a new run.

    username  the name we log in with; else the operating system's
    """
    program = sys.argv[0] if sys.argv else ""
    tags = {
        USER_TAG: username or system_user(),
        _SOURCE_NAME: program or "<console>",
        _SOURCE_TYPE: "NOTEBOOK" if "ipykernel" in sys.modules else "LOCAL",
    }
    commit = _commit_of(Path(program or ".").absolute())
    if commit:
        tags[_GIT_COMMIT] = commit
    return tags


def system_user() -> str:
    """The name on this machine, for runs of people who log in nowhere."""
    try:
        return getpass.getuser()
    except (ImportError, KeyError, OSError):
        return "unknown"


@lru_cache(maxsize=8)
def _commit_of(program: Path) -> str | None:
    """The commit that is checked out around a file, read from Git's own files.

    Starting `git` would take longer than everything else in a new run's way.
    """
    try:
        for folder in (program, *program.parents):
            marker = folder / ".git"
            if marker.exists():
                return _head(_git_folder(marker))
    except (OSError, ValueError):
        pass
    return None


def _git_folder(marker: Path) -> Path:
    """Where Git keeps its files; `.git` is a file in worktrees and submodules."""
    if marker.is_dir():
        return marker
    named = marker.read_text().removeprefix("gitdir:").strip()
    return (marker.parent / named).resolve()


def _head(git: Path) -> str | None:
    head = (git / "HEAD").read_text().strip()
    if not head.startswith("ref:"):
        return head if len(head) in _DETACHED_LENGTHS else None
    reference = head.removeprefix("ref:").strip()
    common = git / "commondir"
    shared = (git / common.read_text().strip()).resolve() if common.exists() else git
    for folder in (git, shared):
        if (folder / reference).is_file():
            return (folder / reference).read_text().strip()
    return _packed(shared / "packed-refs", reference)


def _packed(path: Path, reference: str) -> str | None:
    for line in path.read_text().splitlines():
        commit, _, name = line.partition(" ")
        if name == reference:
            return commit
    return None
