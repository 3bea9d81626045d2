"""What calls hand to the outbox, and how it is packed into batches."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Sequence

from trackgate.batches import Batch, Value


class RunOperations:
    """Values handed to the outbox by one call, and what became of them."""

    __slots__ = ("_finished", "done", "error", "is_noticed", "run_id", "values")

    def __init__(
        self, finished: threading.Condition, run_id: str, values: Sequence[Value]
    ) -> None:
        self._finished = finished
        self.run_id = run_id
        self.values = values
        self.done = False
        self.error: Exception | None = None
        self.is_noticed = False

    def wait(self, timeout_s: float | None = None) -> None:
        """Return when the values are stored; raise what kept them from it.

        Raises TimeoutError where that takes longer than `timeout_s` seconds.
        """
        with self._finished:
            if not self._finished.wait_for(lambda: self.done, timeout_s):
                raise TimeoutError(f"Not sent after {timeout_s} s.")
        if self.error is not None:
            self.is_noticed = True
            raise self.error


class Parcel:
    """One batch of a run, and whose values are in it."""

    def __init__(self, run_id: str) -> None:
        self.run_id = run_id
        self.batch = Batch()
        self.shares: list[tuple[RunOperations, list[Value]]] = []

    def take(self, operations: RunOperations, value: Value) -> bool:
        """Add one value of a call; False where it does not fit."""
        if not self.batch.take(value):
            return False
        if not self.shares or self.shares[-1][0] is not operations:
            self.shares.append((operations, []))
        self.shares[-1][1].append(value)
        return True


def parcels(chosen: Iterable[RunOperations]) -> Iterator[Parcel]:
    """The values of several calls in batches, each run's in their order."""
    filling: dict[str, Parcel] = {}
    for operations in chosen:
        run_id = operations.run_id
        for value in operations.values:
            parcel = filling.setdefault(run_id, Parcel(run_id))
            if not parcel.take(operations, value):
                yield parcel
                parcel = filling[run_id] = Parcel(run_id)
                parcel.take(operations, value)
    yield from filling.values()
