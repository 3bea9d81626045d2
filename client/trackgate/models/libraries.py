"""Libraries that come with an extra, loaded when they are used.

None of those loaded here ships types that a strict checker could use.
"""

from __future__ import annotations

import sys
from importlib import import_module
from typing import Any


def load(name: str, extra: str = "models") -> Any:
    """A library; raises ImportError saying what to install."""
    try:
        return import_module(name)
    except ImportError as error:
        if error.name != name.partition(".")[0]:
            raise
        raise ImportError(
            f"This needs {error.name}: pip install 'trackgate[{extra}]'.",
            name=error.name,
        ) from error


def loaded(name: str) -> Any | None:
    """A library that this program uses already; None where it does not.

    An object can only be of a library's class if somebody has imported it.
    """
    return sys.modules.get(name)
