"""gunicorn's worker process, whose threads take requests without a hand-over.

gunicorn's own threaded worker passes each request from its main thread to another one
and back, which costs more than most of our requests do. Here the threads wait for the
connections themselves; the main thread accepts, closes what is too old, and stops.
"""

from __future__ import annotations

import os
import select
import socket
import threading
import time
from contextlib import suppress
from typing import Any

from gunicorn.config import Config
from gunicorn.workers.base import Worker

from trackgate_server.answering import answer_next
from trackgate_server.connections import Arrived, Connection, Connections

# More than a queue can hold (listen(2), net.core.somaxconn): a queue that is filled as
# fast as it is emptied, as by a reload, does not keep a worker for ever.
_LONGEST_QUEUE = 4096
# Kept connections of a stopping worker stay so long, for a request under way.
_STOP_LINGER_S = 2.0
# A process holds back so long for each connection that it has, and at most so long.
_HOLD_BACK_S = 0.0001
_HOLD_BACK_AT_MOST_S = 0.002
# The arbiter wants to hear from a worker now and then.
_HEARTBEAT_S = 1.0


class DrainingWorker(Worker):
    """Answers all that had reached it when it stops.

    It takes what waits in the listen queue before it stops accepting, since Nginx has
    sent those requests by then. What is answered after the signal says
    `Connection: close`, and kept connections stay for 2 s.
    """

    def init_process(self) -> None:
        self._connections = Connections()
        self._full = False
        _speed_up(self.cfg)
        super().init_process()

    def run(self) -> None:
        """Until a signal asks to stop, or the arbiter is gone."""
        for listener in self.sockets:
            listener.setblocking(False)
        for number in range(self.cfg.threads):
            name = f"requests-{number}"
            threading.Thread(target=self._serve, name=name, daemon=True).start()
        while self.alive and self.ppid == os.getppid():
            self.notify()
            self._connections.close_old()
            self._full = len(self._connections) >= self.cfg.worker_connections
            for listener in self._sleep([] if self._full else self.sockets):
                self._accept_in_turn(listener)
        self._stop()

    def _stop(self) -> None:
        self.alive = False
        for listener in self.sockets:
            self._accept(listener, at_most=_LONGEST_QUEUE)
            listener.close()
        until = time.monotonic() + self.cfg.graceful_timeout
        while len(self._connections) and time.monotonic() < until:
            self.notify()
            self._sleep([], self._connections.close_old(at_most_s=_STOP_LINGER_S))

    def _sleep(
        self, listeners: list[Any], at_most_s: float = _HEARTBEAT_S
    ) -> list[Any]:
        """Wait for a connection, a signal or a thread's word; who has connections."""
        waited_s = min(at_most_s, _HEARTBEAT_S)
        readable, _, _ = select.select([*listeners, self.PIPE[0]], [], [], waited_s)
        if self.PIPE[0] in readable:
            os.read(self.PIPE[0], 4096)
        return [one for one in readable if one in listeners]

    def _accept_in_turn(self, listener: socket.socket) -> None:
        """Take a connection unless a process that has fewer of them does.

        The kernel wakes all processes, and the first one up would often take all that
        are opened at once. They are kept long, and a second core would idle meanwhile.
        """
        held_back_s = len(self._connections) * _HOLD_BACK_S
        time.sleep(min(held_back_s, _HOLD_BACK_AT_MOST_S))
        self._accept(listener, at_most=1)

    def _accept(self, listener: socket.socket, at_most: int) -> None:
        """Take waiting connections; another process may have been quicker."""
        for _ in range(at_most):
            try:
                sock, client = listener.accept()
            except (BlockingIOError, ConnectionAbortedError):
                return
            sock.setblocking(True)
            connection = Connection(self.cfg, sock, client, listener.getsockname())
            self._connections.add(connection)

    def _serve(self) -> None:
        for connection in self._connections.ready():
            try:
                self._serve_one(connection)
            except Exception:
                self.log.exception("A connection broke")
                self._close(connection)

    def _serve_one(self, connection: Connection) -> None:
        arrived = connection.receive()
        while arrived is Arrived.REQUEST:
            if answer_next(self, connection, last=self._closes_next()):
                connection.stay(self.cfg.keepalive)
                arrived = connection.receive_read_ahead()
            else:
                connection.end()
                arrived = Arrived.PART
        if arrived is Arrived.PART:
            self._connections.keep(connection)
        else:
            self._close(connection)

    def _closes_next(self) -> bool:
        """Whether to end connections, to stop or to have room for others."""
        most = self.cfg.worker_connections - self.cfg.threads
        return not self.alive or len(self._connections) > most

    def _close(self, connection: Connection) -> None:
        self._connections.close(connection)
        if self._full or not self.alive:
            # A pipe that is full wakes the main thread as well.
            with suppress(BlockingIOError):
                os.write(self.PIPE[1], b".")


def _speed_up(config: Config) -> None:
    """Let settings be plain attributes.

    gunicorn asks for some seventy of them at each request, and looks each one up in
    three dictionaries.
    """
    vars(config).update({name: getattr(config, name) for name in config.settings})
