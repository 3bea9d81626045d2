"""The tracking server: Flask application, rules, store and bytes."""

from __future__ import annotations

from functools import cache
from importlib import metadata


@cache
def version() -> str:
    """The installed version of Trackgate."""
    return metadata.version("trackgate")
