"""Values on their way: a bounded queue and one thread that sends it in batches.

The order of one run's values is kept. A full queue makes `put` wait, so memory
stays bounded however far the server falls behind. A forked child begins with an
empty outbox; what was waiting is sent by its parent.
"""

from __future__ import annotations

import atexit
import logging
import os
import threading
import weakref
from collections import deque
from collections.abc import Callable, Sequence

from trackgate_wire import limits

from trackgate.batches import Batch, Value
from trackgate.errors import (
    DeadlineExceeded,
    TemporarilyUnavailable,
    TrackgateError,
)
from trackgate.parcels import Parcel, RunOperations, parcels

Send = Callable[[str, Batch], None]

_logger = logging.getLogger("trackgate")
# Long enough to gather a batch, too short for anyone to notice.
_GATHER_S = 0.05
_ROUND = 2 * limits.ENTITIES_PER_BATCH


class Outbox:
    """Sends values in the background.

    send      stores one batch of a run, or raises
    keep      puts a batch aside that cannot be sent now; without it, it is lost
    capacity  values that may wait before `put` waits too
    """

    def __init__(self, send: Send, capacity: int, keep: Send | None = None) -> None:
        self._queue: deque[RunOperations]
        self._in_flight: list[RunOperations]
        self._failures: list[tuple[int, RunOperations]]
        self._thread: threading.Thread | None
        self._waiting: int
        self._accepted: int
        self._settled: int
        self._send = send
        self._keep = keep
        self._capacity = max(1, capacity)
        self._forget()
        _outboxes.add(self)

    def put(self, run_id: str, values: Sequence[Value]) -> RunOperations:
        """Queue the values of one call; waits while the queue is full."""
        operations = RunOperations(self._finished, run_id, values)
        with self._lock:
            while self._waiting >= self._capacity:
                self._work.notify()
                self._finished.wait()
            self._queue.append(operations)
            self._waiting += len(values)
            self._accepted += 1
            if self._thread is None:
                self._start()
            elif self._resting or self._waiting >= limits.ENTITIES_PER_BATCH:
                self._work.notify()
        return operations

    def flush(self, timeout_s: float | None = None) -> bool:
        """Wait until all that is queued now has been sent or has failed.

        False where `timeout_s` seconds were not enough. Failures since the last
        flush that nobody waited for are logged as one warning.
        """
        with self._lock:
            wanted = self._accepted
            self._hurried = True
            self._work.notify()
            alone = bool(self._queue) and not self._start()
        if alone:
            self._work_off()
        with self._lock:
            sent = self._finished.wait_for(lambda: self._settled >= wanted, timeout_s)
            self._hurried = False
        self._report()
        return sent

    def rescue(self) -> None:
        """Put aside whatever has not been sent, because nobody will wait for it."""
        with self._lock:
            left = [*self._in_flight, *self._queue]
            queued = list(self._queue)
            self._queue.clear()
        late = TemporarilyUnavailable("It was not sent before the program ended.")
        for parcel in parcels(left):
            self._put_aside(parcel, late)
        self._settle(queued)

    def _start(self) -> bool:
        """Have the thread run; False where the interpreter starts no more threads."""
        if self._thread is None:
            thread = threading.Thread(
                target=self._run, name="trackgate-outbox", daemon=True
            )
            try:
                thread.start()
            except RuntimeError:
                return False
            self._thread = thread
        return True

    def _run(self) -> None:
        while True:
            with self._lock:
                self._resting = True
                while not self._queue:
                    self._work.wait()
                self._resting = False
                self._work.wait_for(self._worth_sending, _GATHER_S)
            self._work_off()

    def _worth_sending(self) -> bool:
        return self._hurried or self._waiting >= limits.ENTITIES_PER_BATCH

    def _work_off(self) -> None:
        """Send until the queue is empty."""
        while chosen := self._next_round():
            try:
                for parcel in parcels(chosen):
                    self._deliver(parcel)
            except Exception as error:
                # Nothing may end the thread that others wait for.
                for operations in chosen:
                    operations.error = operations.error or error
            self._settle(chosen)

    def _next_round(self) -> list[RunOperations]:
        chosen: list[RunOperations] = []
        with self._lock:
            values = 0
            while self._queue and values < _ROUND:
                operations = self._queue.popleft()
                values += len(operations.values)
                chosen.append(operations)
            self._in_flight = chosen
        return chosen

    def _settle(self, chosen: list[RunOperations]) -> None:
        with self._lock:
            for operations in chosen:
                self._waiting -= len(operations.values)
                if operations.error is not None:
                    self._failures.append((len(operations.values), operations))
                operations.values = ()
                operations.done = True
            self._settled += len(chosen)
            self._finished.notify_all()

    def _deliver(self, parcel: Parcel) -> None:
        try:
            self._send(parcel.run_id, parcel.batch)
        except (TemporarilyUnavailable, DeadlineExceeded) as error:
            self._put_aside(parcel, error)
        except TrackgateError as error:
            self._blame(parcel, error)

    def _blame(self, parcel: Parcel, error: TrackgateError) -> None:
        """A batch is refused as a whole: find out whose values were meant."""
        if len(parcel.shares) == 1:
            parcel.shares[0][0].error = error
            return
        for operations, values in parcel.shares:
            share = Parcel(parcel.run_id)
            for value in values:
                share.take(operations, value)
            self._deliver(share)

    def _put_aside(self, parcel: Parcel, error: TrackgateError) -> None:
        if self._keep is not None:
            try:
                self._keep(parcel.run_id, parcel.batch)
            except OSError as trouble:
                error = TemporarilyUnavailable(f"{error.message} Nor kept: {trouble}")
            else:
                return
        for operations, _ in parcel.shares:
            operations.error = error

    def _report(self) -> None:
        with self._lock:
            failures, self._failures = self._failures, []
        unnoticed = [one for one in failures if not one[1].is_noticed]
        if unnoticed:
            _logger.warning(
                "%d values were not logged; the first reason: %s",
                sum(count for count, _ in unnoticed),
                unnoticed[0][1].error,
            )

    def _forget(self) -> None:
        """Begin with nothing queued, nothing sent, and locks that nobody holds."""
        self._lock = threading.Lock()
        self._work = threading.Condition(self._lock)
        self._finished = threading.Condition(self._lock)
        self._queue = deque()
        self._in_flight = []
        self._failures = []
        self._thread = None
        self._resting = False
        self._hurried = False
        self._waiting = 0
        self._accepted = 0
        self._settled = 0

    def forget_after_fork(self) -> None:
        """Leave to the parent what it has queued."""
        for operations in [*self._in_flight, *self._queue]:
            operations.done = True
        self._forget()


_outboxes: weakref.WeakSet[Outbox] = weakref.WeakSet()


def _forget_all() -> None:
    for outbox in _outboxes:
        outbox.forget_after_fork()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget_all)


@atexit.register
def _flush_all() -> None:
    for outbox in list(_outboxes):
        outbox.flush()
