"""Which Python a model wants, and which of it there is."""

from __future__ import annotations

import platform
import re
import shutil
import sys
from pathlib import Path
from typing import Any

from trackgate.models.environment import PYTHON_FILE
from trackgate.models.libraries import load
from trackgate.serving.json_values import is_object

# The oldest that Trackgate, which serves the model, runs on.
_OLDEST = (3, 11)
_VERSION = re.compile(r"(\d+)\.(\d+)")


def wanted_python(model: Path) -> str | None:
    """The version in a model's python_env.yaml, such as "3.11.9"; None without one."""
    found = python_environment(model).get("python")
    return None if found is None else str(found)


def python_environment(model: Path) -> dict[str, Any]:
    """What a model's python_env.yaml says; empty where there is none."""
    file = model / PYTHON_FILE
    if not file.is_file():
        return {}
    found = load("yaml").safe_load(file.read_text(encoding="utf-8"))
    return found if is_object(found) else {}


def find_python(version: str | None) -> tuple[Path, str | None]:
    """An interpreter of a version, and a warning where it is another one's.

    Patch levels are not told apart: 3.11.9 is as good as 3.11.2.
    """
    minor = _minor(version)
    here = Path(sys.executable)
    if minor is None or minor == sys.version_info[:2]:
        return here, None
    named = "python{}.{}".format(*minor)
    if minor >= _OLDEST:
        found = shutil.which(named)
        if found is not None:
            return Path(found), None
        lacking = f"there is no {named} on this machine"
    else:
        lacking = "Trackgate does not run on it"
    return here, (
        f"The model was made with Python {version}, but {lacking}; Python"
        f" {platform.python_version()} is used."
    )


def minor_version(version: str | None) -> str:
    """The first two numbers of a version, or of this Python's."""
    minor = _minor(version) or sys.version_info[:2]
    return f"{minor[0]}.{minor[1]}"


def _minor(version: str | None) -> tuple[int, int] | None:
    found = _VERSION.match(version or "")
    return (int(found[1]), int(found[2])) if found else None
