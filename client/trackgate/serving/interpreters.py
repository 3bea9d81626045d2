"""Which Python a model wants, and which of it there is."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from trackgate.environments.interpreters import find_python
from trackgate.models.environment import PYTHON_FILE
from trackgate.models.libraries import load
from trackgate.serving.json_values import is_object

# The oldest that Trackgate, which serves the model, runs on.
_OLDEST = (3, 11)


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


def python_of(model: Path) -> tuple[Path, str | None]:
    """An interpreter for a model, and a warning where it is not the one it wants."""
    version = wanted_python(model)
    python, why = find_python(version, _OLDEST)
    if why is None:
        return python, None
    return python, f"The model was made with Python {version}, but {why}."
