"""Whether a call is the user's, or made by another that is watched already.

A search, a pipeline or an ensemble trains others, perhaps in other threads.
"""

from __future__ import annotations

import threading
from collections.abc import Generator
from contextlib import contextmanager

from trackgate.fluent import stack


class _Here(threading.local):
    depth = 0


_here = _Here()
_lock = threading.Lock()
# Watched calls in all threads together.
_everywhere = [0]


def is_inside() -> bool:
    """Whether a watched call is going on that this one may be a part of.

    In another thread it is, unless that thread has a run of its own: workers that a
    library starts have none.
    """
    if _here.depth:
        return True
    return _everywhere[0] > 0 and stack.top() is None


@contextmanager
def inside() -> Generator[None]:
    """While open, what this thread and its workers call is not the user's."""
    with _lock:
        _everywhere[0] += 1
    try:
        with inside_this_thread():
            yield
    finally:
        with _lock:
            _everywhere[0] -= 1


@contextmanager
def inside_this_thread() -> Generator[None]:
    """While open, what this thread calls is not the user's."""
    _here.depth += 1
    try:
        yield
    finally:
        _here.depth -= 1
