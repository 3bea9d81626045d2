"""The loop of a serving process: watches connections, and the clock.

Requests are read, computed and answered by a few threads; this loop, in the main
thread, accepts connections, waits on the quiet ones and cuts off what takes too long.
A thread cannot be ended from outside, so a process in which a request was cut off
answers what it has begun and ends; gunicorn starts another.
"""

from __future__ import annotations

import os
import selectors
import socket
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from queue import SimpleQueue
from typing import Protocol

from trackgate.serving.exchanges import Connection, Exchange, Stage
from trackgate.serving.raw_answers import LATE

_KEPT_ALIVE_S = 75
# A process that ends waits so long for requests on connections that are open.
_LINGER_S = 2
_FRESH_LINGER_S = 5
# Below the usual limit of 1,024 open files.
_MOST_CONNECTIONS = 800
_TURN_S = 1.0
# Threads that read requests and send answers, beside those that compute: a few callers
# that are slow, or requests that wait, do not keep others from being heard.
_READERS = 32
_WAITING = 16


class Host(Protocol):
    """The gunicorn worker around the loop."""

    alive: bool
    # Tells the arbiter that this process is well.
    notify: Callable[..., None]

    def is_orphan(self) -> bool:
        """Whether the arbiter is gone."""
        ...

    def connect(self, accepted: socket.socket, address: object) -> Connection:
        """A connection with a parser of its own."""
        ...

    def exchange(self, exchange: Exchange) -> bool:
        """Read, compute and answer; whether the connection stays open."""
        ...

    def report_cut(self, stage: Stage) -> None:
        """Say in the log that a request was cut off."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How much one process takes on.

    timeout_s  a request that takes longer is cut off
    turns      so many are computed at the same time
    others     other processes take connections from the same queue
    """

    timeout_s: float
    turns: int
    others: bool

    @property
    def most_asked(self) -> int:
        """Requests for the model above which no connection is accepted."""
        return self.turns if self.others else self.turns + _WAITING


class Loop:
    """Serves until its host is to end; `run` returns when all is answered."""

    def __init__(
        self,
        host: Host,
        listeners: Sequence[socket.socket],
        wake: tuple[int, int],
        limits: Limits,
    ) -> None:
        self._host = host
        self._listeners = listeners
        self._wake_in, self._wake_out = wake
        self._limits = limits
        self._selector = selectors.DefaultSelector()
        self._jobs: SimpleQueue[Exchange] = SimpleQueue()
        self._running: set[Exchange] = set()
        self._done: deque[tuple[Exchange, bool]] = deque()
        self._quiet: set[Connection] = set()
        self._accepting = False
        self._last_sweep = time.monotonic()
        # A request was cut off while its thread went on computing.
        self.spoiled = False

    def run(self) -> None:
        """Serve; then answer whatever was accepted before the end was asked for."""
        self._selector.register(self._wake_in, selectors.EVENT_READ, self._awake)
        for _ in range(self._limits.turns + _READERS):
            self._start_thread()
        while self._host.alive and not self.spoiled and not self._host.is_orphan():
            self._accept_while_there_is_room()
            self._turn()
        self._end()

    def _turn(self) -> None:
        self._host.notify()
        for key, _ in self._selector.select(self._until_next()):
            key.data(key.fileobj)
        while self._done:
            self._settle(*self._done.popleft())
        now = time.monotonic()
        for exchange in [one for one in self._running if one.deadline <= now]:
            self._cut(exchange)
        if now - self._last_sweep > _TURN_S:
            self._last_sweep = now
            self._close_quiet(now, _KEPT_ALIVE_S, _KEPT_ALIVE_S)

    def _until_next(self) -> float:
        """Seconds until something has to happen by itself."""
        if not self._running:
            return _TURN_S
        first = min(exchange.deadline for exchange in self._running)
        return min(_TURN_S, max(0.0, first - time.monotonic()))

    def _awake(self, wake: int) -> None:
        os.read(wake, 4096)

    # Accepting

    def _accept_while_there_is_room(self) -> None:
        """Leave connections in the queue while the model has enough to do."""
        asked = sum(one.stage is not Stage.IS_READ for one in self._running)
        room = asked <= self._limits.most_asked
        room = room and len(self._running) + len(self._quiet) < _MOST_CONNECTIONS
        if room == self._accepting:
            return
        for listener in self._listeners:
            if room:
                listener.setblocking(False)
                self._selector.register(listener, selectors.EVENT_READ, self._accept)
            else:
                self._selector.unregister(listener)
        self._accepting = room

    def _accept(self, listener: socket.socket) -> bool:
        """Take one connection; False when none waits."""
        try:
            accepted, address = listener.accept()
        except (BlockingIOError, ConnectionAbortedError):
            return False
        self._watch(self._host.connect(accepted, address))
        return True

    def _watch(self, connection: Connection) -> None:
        connection.quiet_since = time.monotonic()
        self._quiet.add(connection)
        self._selector.register(
            connection.socket,
            selectors.EVENT_READ,
            partial(self._readable, connection),
        )

    def _readable(self, connection: Connection, _: object) -> None:
        self._begin(self._unwatched(connection))

    def _unwatched(self, connection: Connection) -> Connection:
        self._selector.unregister(connection.socket)
        self._quiet.discard(connection)
        return connection

    def _close_quiet(self, now: float, kept_s: float, fresh_s: float) -> None:
        for connection in list(self._quiet):
            patience = fresh_s if connection.fresh else kept_s
            if now - connection.quiet_since > patience:
                self._unwatched(connection).close()

    # Requests

    def _begin(self, connection: Connection) -> None:
        connection.fresh = False
        exchange = Exchange(connection, self._limits.timeout_s)
        self._running.add(exchange)
        self._jobs.put(exchange)

    def _start_thread(self) -> None:
        threading.Thread(target=self._work, daemon=True).start()

    def _work(self) -> None:
        """A thread's life."""
        while True:
            exchange = self._jobs.get()
            stays_open = self._host.exchange(exchange)
            self._done.append((exchange, stays_open))
            os.write(self._wake_out, b".")

    def _settle(self, exchange: Exchange, stays_open: bool) -> None:
        if exchange not in self._running:
            # It was cut off, and its thread has come to an end after all.
            exchange.connection.close()
            return
        self._running.discard(exchange)
        connection = exchange.connection
        if not stays_open:
            connection.close()
        elif connection.has_more():
            self._begin(connection)
        else:
            self._watch(connection)

    def _cut(self, exchange: Exchange) -> None:
        """Answer in the place of a thread that takes too long."""
        if not exchange.claim():
            # The answer is on its way; a caller that does not take it is timed out.
            exchange.deadline = float("inf")
            return
        # Only now: a thread that looked for the claim before it computes was earlier.
        stage = exchange.stage
        self._running.discard(exchange)
        self._host.report_cut(stage)
        exchange.connection.send_at_once(LATE[stage])
        if stage is Stage.IS_COMPUTED:
            self.spoiled = True
            # In the place of the one that does not come back.
            self._start_thread()

    # The end

    def _end(self) -> None:
        """Answer what was accepted, and what waits to be, unless others can."""
        if not self.spoiled:
            for listener in self._listeners:
                while self._accept(listener):
                    pass
        self._stop_listening()
        began = time.monotonic()
        while self._running or self._quiet:
            self._turn()
            now = time.monotonic()
            self._close_quiet(now, _LINGER_S, _FRESH_LINGER_S)
            if now - began > self._limits.timeout_s + _FRESH_LINGER_S:
                break

    def _stop_listening(self) -> None:
        if self._accepting:
            for listener in self._listeners:
                self._selector.unregister(listener)
        for listener in self._listeners:
            listener.close()
