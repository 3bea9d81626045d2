"""Addresses of pages."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import cast
from urllib.parse import quote, urlencode


def to(prefix: str, *segments: object, **query: object) -> str:
    """The path of a page below the site's prefix, with its query.

    Each segment is quoted, slashes too. A query's value may be a list; what is None
    or empty is left out.
    """
    path = "".join(f"/{quote(str(one), safe='')}" for one in segments) or "/"
    given = urlencode(list(_pairs(query)))
    return f"{prefix}{path}?{given}" if given else f"{prefix}{path}"


def _pairs(query: Mapping[str, object]) -> Iterable[tuple[str, str]]:
    for name, value in query.items():
        if value is None or value == "":
            continue
        if isinstance(value, (list, tuple)):
            for one in cast("list[object]", value):
                yield name, str(one)
        else:
            yield name, str(value)
