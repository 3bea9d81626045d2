"""Searches whose answers come page by page."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from trackgate.entities import PagedList

ItemT = TypeVar("ItemT")


def all_pages(
    page: Callable[[int, str | None], PagedList[ItemT]],
    max_results: int | None,
    per_page: int,
) -> list[ItemT]:
    """Page after page, until there are enough or no more.

    page  is asked for so many items behind a token
    """
    found: list[ItemT] = []
    token: str | None = None
    while max_results is None or len(found) < max_results:
        wanted = per_page if max_results is None else max_results - len(found)
        got = page(min(per_page, wanted), token)
        found.extend(got)
        token = got.token
        if token is None:
            break
    return found
