"""Which Python is wanted, and which of it there is."""

from __future__ import annotations

import platform
import re
import shutil
import sys
from pathlib import Path

_VERSION = re.compile(r"(\d+)\.(\d+)")


def find_python(
    version: str | None, oldest: tuple[int, int] = (0, 0)
) -> tuple[Path, str | None]:
    """An interpreter of a version; where it is another one's, also why.

    oldest  that Trackgate may be installed in, where it has to be

    Patch levels are not told apart: 3.11.9 is as good as 3.11.2.
    """
    minor = _minor(version)
    here = Path(sys.executable)
    if minor is None or minor == sys.version_info[:2]:
        return here, None
    named = "python{}.{}".format(*minor)
    if minor >= oldest:
        found = shutil.which(named)
        if found is not None:
            return Path(found), None
        lacking = f"there is no {named} on this machine"
    else:
        lacking = "Trackgate does not run on it"
    return here, f"{lacking}; Python {platform.python_version()} is used"


def minor_version(version: str | None) -> str:
    """The first two numbers of a version, or of this Python's."""
    minor = _minor(version) or sys.version_info[:2]
    return f"{minor[0]}.{minor[1]}"


def _minor(version: str | None) -> tuple[int, int] | None:
    found = _VERSION.match(version or "")
    return (int(found[1]), int(found[2])) if found else None
