"""Subcommands that other packages bring, and whether what they need is installed.

An entry point of any group may name extras, as in
`users = "trackgate_proxy.cli:users [server]"`.
"""

from __future__ import annotations

import re
from importlib.metadata import (
    EntryPoint,
    PackageNotFoundError,
    distribution,
    entry_points,
)

_GROUP = "trackgate.commands"
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


def commands() -> dict[str, EntryPoint]:
    """The subcommands of all installed packages, by name."""
    return {point.name: point for point in entry_points(group=_GROUP)}


def missing(point: EntryPoint) -> list[str]:
    """The distributions that a subcommand's extras ask for and that are not here."""
    if point.dist is None:
        return []
    wanted = [
        _NAME.match(requirement)
        for requirement in point.dist.requires or ()
        if any(_is_for(requirement, extra) for extra in point.extras)
    ]
    return [name[0] for name in wanted if name and not _is_installed(name[0])]


def complaint(point: EntryPoint, user: str) -> str | None:
    """What to install before `user`, which needs that entry point, works."""
    lacking = ", ".join(missing(point))
    if not lacking or point.dist is None:
        return None
    wanted = ",".join(point.extras)
    return (
        f"{user} needs {lacking}; install it with:"
        f" pip install '{point.dist.name}[{wanted}]'"
    )


def _is_for(requirement: str, extra: str) -> bool:
    marker = requirement.partition(";")[2].replace("'", '"').replace(" ", "")
    return f'extra=="{extra}"' in marker


def _is_installed(name: str) -> bool:
    try:
        distribution(name)
    except PackageNotFoundError:
        return False
    return True
