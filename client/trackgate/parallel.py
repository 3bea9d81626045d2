"""The same work on many things, several at a time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

ItemT = TypeVar("ItemT")
ResultT = TypeVar("ResultT")


def side_by_side(
    work: Callable[[ItemT], ResultT], items: Sequence[ItemT], threads: int
) -> list[ResultT]:
    """Results in the order of the items; the first failure drops what has not begun."""
    if len(items) <= 1 or threads <= 1:
        return [work(item) for item in items]
    pool = ThreadPoolExecutor(min(threads, len(items)), "trackgate-transfer")
    try:
        return list(pool.map(work, items))
    finally:
        pool.shutdown(cancel_futures=True)
