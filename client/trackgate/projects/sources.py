"""Where a project comes from, and its files on this machine."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A project's files here, and where they are from.

    uri         as it was given, but without a name and password
    folder      has the project's files
    version     branch, tag or commit that was asked for
    commit      that is checked out; None outside of Git
    branch      where `version` names one
    repository  address of the Git repository, without a name and password
    scratch     temporary folder to remove after the run; None where nothing was fetched
    """

    uri: str
    folder: Path
    version: str | None = None
    commit: str | None = None
    branch: str | None = None
    repository: str | None = None
    scratch: Path | None = None
