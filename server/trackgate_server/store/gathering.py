"""What waits at the same moment is done together, by one of those who wait."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from threading import Lock
from typing import Any, Generic, TypeVar

ItemT = TypeVar("ItemT")

_LARGEST_GROUP = 64


class Entry(Generic[ItemT]):
    """An item that waits, and later what became of it."""

    __slots__ = ("done", "error", "gate", "item", "result")

    def __init__(self, item: ItemT) -> None:
        self.item = item
        self.done = False
        self.error: BaseException | None = None
        self.result: Any = None
        self.gate = Lock()
        self.gate.acquire()


Take = Callable[[], list[Entry[ItemT]]]


class Gathering(Generic[ItemT]):
    """Queue of waiting items; one waiting thread works for all that are in it.

    work  calls what it is given once, as late as it can, for the entries to be done;
          it sets the `result` or the `error` of each, or raises for all

    Who comes while nobody works begins at once, so nobody waits only to be gathered.
    """

    def __init__(self, work: Callable[[Take[ItemT]], None]) -> None:
        self._work = work
        self._busy = False
        self._queue: deque[Entry[ItemT]] = deque()
        self._mutex = Lock()

    def give(self, item: ItemT) -> Any:
        """Have the item done: returns its result, or raises its error."""
        entry = Entry(item)
        with self._mutex:
            leads = not self._busy
            self._busy = True
            if not leads:
                self._queue.append(entry)
        if not leads:
            # Opened when the item is done, or when it is this thread's turn to work.
            entry.gate.acquire()
        if not entry.done:
            self._lead(entry)
        if entry.error is not None:
            raise entry.error
        return entry.result

    def _lead(self, first: Entry[ItemT]) -> None:
        """Work for all who wait, the caller's own item being the first of them."""
        group = [first]

        def take() -> list[Entry[ItemT]]:
            group.extend(self._others())
            return group

        try:
            self._work(take)
        except BaseException as error:
            for entry in group:
                entry.error = entry.error or error
        for entry in group:
            entry.done = True
        self._hand_over()
        for entry in group[1:]:
            entry.gate.release()

    def _others(self) -> list[Entry[ItemT]]:
        with self._mutex:
            size = min(len(self._queue), _LARGEST_GROUP - 1)
            return [self._queue.popleft() for _ in range(size)]

    def _hand_over(self) -> None:
        with self._mutex:
            following = self._queue.popleft() if self._queue else None
            self._busy = following is not None
        if following is not None:
            following.gate.release()
