"""Connections of a worker process, and the threads that wait for requests on them."""

from __future__ import annotations

import math
import re
import select
import socket
import time
from collections.abc import Iterator
from contextlib import suppress
from enum import Enum
from typing import Any

from gunicorn import util
from gunicorn.config import Config
from gunicorn.http.parser import RequestParser

_AT_ONCE = 64 * 1024
# A head is at its end, or so long or so wrong that the parser should refuse it.
_HEAD_ENDS = re.compile(rb"\n\r?\n")
_LONGEST_HEAD = 2 * 1024 * 1024
# Time for a thread to take what waits.
_NEXT_LOOK_S = 1.0
_END_S = 2.0
_READABLE_ONCE = select.EPOLLIN | select.EPOLLONESHOT


class Arrived(Enum):
    """What has come over a connection."""

    REQUEST = "a request's whole head"
    PART = "less than that"
    END = "no more will come"


class Connection:
    """One accepted connection.

    parser     gunicorn's, for one request after the other
    closes_at  when it ends unless something comes; time.monotonic(), seconds
    """

    def __init__(
        self, config: Config, sock: socket.socket, client: Any, server: Any
    ) -> None:
        self.sock = sock
        self.client = client
        self.server = server
        self.parser: Any = RequestParser(config, sock, client)
        self.closes_at = 0.0
        self._received = b""
        self._ending = False
        self.stay(config.keepalive)

    def stay(self, seconds: float) -> None:
        """Wait so long for a request from now on."""
        self.closes_at = time.monotonic() + seconds

    def end(self) -> None:
        """Send no more, and leave the client time to read what was sent.

        Closed at once, TCP would take back an answer whose request was not read to its
        end: RFC 9112 §9.6.
        """
        self._ending = True
        self.stay(_END_S)
        with suppress(OSError):
            self.sock.shutdown(socket.SHUT_WR)

    def receive(self) -> Arrived:
        """Take what has come, without waiting for more.

        The parser reads a head that is whole from memory, so a client that sends it
        slowly keeps no thread.
        """
        try:
            data = self.sock.recv(_AT_ONCE, socket.MSG_DONTWAIT)
        except BlockingIOError:
            return Arrived.PART
        except OSError:
            return Arrived.END
        if not data:
            return Arrived.END
        return Arrived.PART if self._ending else self._hand_over(self._received + data)

    def receive_read_ahead(self) -> Arrived:
        """Take what the parser read of the next request together with the last one."""
        return self._hand_over(self.parser.unreader.take_buffered())

    def has_request(self) -> bool:
        """Whether something has come that nobody has taken yet."""
        try:
            seen = self.sock.recv(1, socket.MSG_DONTWAIT | socket.MSG_PEEK)
        except OSError:
            return False
        return bool(seen) and not self._ending

    def _hand_over(self, received: bytes) -> Arrived:
        if not _HEAD_ENDS.search(received) and len(received) < _LONGEST_HEAD:
            self._received = received
            return Arrived.PART
        self._received = b""
        self.parser.unreader.unread(received)
        return Arrived.REQUEST


class Connections:
    """All connections of a process; its threads take the next one that is readable.

    A connection belongs to whoever took it out of `_waiting`, which one dictionary
    operation does: a thread, to read, or the main thread, to close what is too old.
    """

    def __init__(self) -> None:
        self._epoll = select.epoll()
        self._waiting: dict[int, Connection] = {}
        self._known: set[Connection] = set()

    def __len__(self) -> int:
        return len(self._known)

    def add(self, connection: Connection) -> None:
        """Wait for a first request."""
        self._known.add(connection)
        descriptor = connection.sock.fileno()
        self._waiting[descriptor] = connection
        self._epoll.register(descriptor, _READABLE_ONCE)

    def keep(self, connection: Connection) -> None:
        """Wait for more on one that the caller has taken."""
        descriptor = connection.sock.fileno()
        self._waiting[descriptor] = connection
        # A thread that was told of a connection which has ended meanwhile may hold the
        # next one with the same number, before it is registered.
        with suppress(FileNotFoundError):
            self._epoll.modify(descriptor, _READABLE_ONCE)

    def close(self, connection: Connection) -> None:
        """Close one that the caller has taken."""
        self._known.discard(connection)
        util.close(connection.sock)

    def ready(self) -> Iterator[Connection]:
        """Connections that became readable, for ever; several threads may ask.

        The kernel gives each to one thread, and prefers the one that slept last.
        """
        while True:
            for descriptor, _ in self._epoll.poll(maxevents=1):
                connection = self._waiting.pop(descriptor, None)
                if connection is not None:
                    yield connection

    def close_old(self, at_most_s: float = math.inf) -> float:
        """Close those whose time is over; seconds until the next one's is.

        at_most_s  from now on none waits longer than this
        """
        now = time.monotonic()
        soonest = math.inf
        for descriptor, connection in list(self._waiting.items()):
            connection.closes_at = min(connection.closes_at, now + at_most_s)
            left = connection.closes_at - now
            if left > 0:
                soonest = min(soonest, left)
            elif self._waiting.pop(descriptor, None) is not None:
                self._close_unless_used(connection)
        return soonest

    def _close_unless_used(self, connection: Connection) -> None:
        # All threads may be busy while a request waits here, or one has just served it.
        if connection.has_request():
            connection.stay(_NEXT_LOOK_S)
        if connection.closes_at > time.monotonic():
            self.keep(connection)
        else:
            self.close(connection)
