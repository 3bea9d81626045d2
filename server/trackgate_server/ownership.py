"""Commands that root runs on another account's data folder."""

from __future__ import annotations

import os
from pathlib import Path


def become_owner(data_dir: Path) -> None:
    """As root, become the owner of an existing data folder, for good.

    Otherwise files that a command makes there, SQLite's log above all, would belong
    to root and the server could not write them any more.
    """
    if os.geteuid() != 0 or not data_dir.exists():
        return
    owner = data_dir.stat()
    if owner.st_uid == 0:
        return
    os.setgroups([])
    os.setgid(owner.st_gid)
    os.setuid(owner.st_uid)
