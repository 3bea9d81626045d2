"""The tracking server: Flask application, rules, store and bytes."""

from __future__ import annotations

from functools import cache


@cache
def version() -> str:
    """The installed version of Trackgate."""
    from importlib import metadata  # noqa: PLC0415 - slow to import, seldom asked

    return metadata.version("trackgate")
