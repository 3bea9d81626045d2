"""One page of a search."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

ItemT = TypeVar("ItemT")


class PagedList(list[ItemT]):
    """One page of a search; `token` asks for the next, None where it is the last."""

    def __init__(self, items: Iterable[ItemT], token: str | None) -> None:
        super().__init__(items)
        self.token = token

    def to_list(self) -> list[ItemT]:
        """The same items as a plain list."""
        return list(self)
