"""Which account a command works as."""

from __future__ import annotations

import os
import pwd
import sys
from pathlib import Path

from trackgate_proxy.site.data_folder import UnsafeFolder, owner_of


def become_owner(folder: Path) -> None:
    """As root, become the owner of the folder, for good.

    So that every file in it belongs to the account that serves it. Nothing happens
    to other accounts, nor where root is the owner. Raises UnsafeFolder when the
    owner could not run Python afterwards.
    """
    uid, gid = owner_of(folder)
    if os.geteuid() != 0 or uid == 0:
        return
    os.setgroups([])
    os.setgid(gid)
    os.setuid(uid)
    if not os.access(sys.executable, os.X_OK):
        raise UnsafeFolder(
            f"{folder} belongs to {account_name(uid)}, who cannot run {sys.executable}."
            " Install Trackgate where that account can read it."
        )


def account_name(uid: int) -> str:
    """The account's name, or its number where it has none."""
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)


def nginx_account() -> str | None:
    """The account of Nginx's workers, where they need one named.

    An Nginx that root starts would give its workers to an account that cannot enter
    the data folder.
    """
    return "root" if os.geteuid() == 0 else None
