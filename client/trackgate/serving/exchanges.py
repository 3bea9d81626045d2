"""Connections of the scoring server, and the requests that come on them."""

from __future__ import annotations

import socket
import threading
import time
from enum import Enum
from typing import Any

# A client that sends or takes nothing for so long has lost its connection.
_SILENCE_S = 30


class Connection:
    """A caller's connection; between two requests the loop watches it."""

    __slots__ = ("address", "fresh", "parser", "quiet_since", "socket")

    def __init__(self, accepted: socket.socket, address: Any, parser: Any) -> None:
        accepted.settimeout(_SILENCE_S)
        self.socket = accepted
        self.address = address
        self.parser = parser
        # No request has come on it yet.
        self.fresh = True
        self.quiet_since = time.monotonic()

    def has_more(self) -> bool:
        """Whether a part of the next request has been read already."""
        return bool(self.parser.unreader.buf.getvalue())

    def send_at_once(self, data: bytes) -> None:
        """Send a few bytes without waiting; what does not fit is lost."""
        try:
            self.socket.send(data, socket.MSG_DONTWAIT)
            self.socket.shutdown(socket.SHUT_RDWR)
        except OSError:
            return

    def close(self) -> None:
        """Close; what the caller still sends is refused."""
        self.socket.close()


class Stage(Enum):
    """How far a request has come."""

    WAITS = "it waits for its turn"
    IS_READ = "the caller still sends it"
    IS_COMPUTED = "the model is at work on it"


class Exchange:
    """One request, from its first byte to its answer's last.

    Two may want to answer it: the thread that computes, and the loop when the time
    is over. Whoever claims it first does.
    """

    __slots__ = ("_right", "connection", "deadline", "stage")

    def __init__(self, connection: Connection, timeout_s: float) -> None:
        self.connection = connection
        self.deadline = time.monotonic() + timeout_s
        self.stage = Stage.WAITS
        self._right = threading.Lock()

    def claim(self) -> bool:
        """Take the right to answer; False when it is taken already."""
        return self._right.acquire(blocking=False)

    def is_claimed(self) -> bool:
        """Whether an answer is on its way."""
        return self._right.locked()
