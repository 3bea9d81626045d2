"""gunicorn's worker that runs our loop, with gunicorn's own reading of HTTP."""

from __future__ import annotations

import logging
import os
import socket
import threading
import time
from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import Any

from trackgate_wire.errors import ErrorCode

from trackgate.models.libraries import load
from trackgate.serving.application import READ, CutOff
from trackgate.serving.exchanges import Connection, Exchange, Stage
from trackgate.serving.loop import Limits, Loop
from trackgate.serving.raw_answers import refusal, whole

_log = logging.getLogger(__name__)
_DRAIN_S = 2


def worker_class(timeout_s: float, threads: int) -> type:
    """The class for gunicorn's setting of that name.

    timeout_s  a request that takes longer is answered with 504
    threads    so many requests are computed at the same time in one process
    """
    # gunicorn comes with the extra `models`, which a plain install lacks.
    base: type = load("gunicorn.workers.base").Worker
    settings = {"timeout_s": timeout_s, "threads": threads}
    return type("ScoringWorker", (_ScoringWorker, base), settings)


class _ScoringWorker:
    """Holds the model and serves it; see `loop`. What is not here is gunicorn's."""

    timeout_s: float
    threads: int
    # Of gunicorn's Worker:
    PIPE: tuple[int, int]
    alive: bool
    cfg: Any
    notify: Callable[..., None]
    ppid: int
    sockets: list[socket.socket]
    wsgi: Callable[..., Iterable[bytes]]

    def run(self) -> None:
        self._create = load("gunicorn.http.wsgi").create
        self._parser = load("gunicorn.http.parser").RequestParser
        self._not_http: type[Exception] = load("gunicorn.http.errors").ParseException
        self._turns = threading.Semaphore(self.threads)
        wake_in, wake_out = self.PIPE
        others = int(self.cfg.workers) > 1
        limits = Limits(self.timeout_s, self.threads, others)
        loop = Loop(self, self.sockets, (wake_in, wake_out), limits)
        loop.run()
        if loop.spoiled:
            # The interpreter would wait for what does not come to an end.
            logging.shutdown()
            os._exit(0)

    def is_orphan(self) -> bool:
        return self.ppid != os.getppid()

    def connect(self, accepted: socket.socket, address: object) -> Connection:
        parser = self._parser(self.cfg, accepted, address)
        return Connection(accepted, address, parser)

    def exchange(self, exchange: Exchange) -> bool:
        try:
            return self._exchange(exchange)
        except self._not_http as error:
            return _refuse(exchange, str(error))
        except (OSError, StopIteration, CutOff):
            # The caller has gone, or nothing more is to be said to it.
            return False
        except Exception:
            _log.exception("A request could not be answered.")
            return False

    def _exchange(self, exchange: Exchange) -> bool:
        connection = exchange.connection
        exchange.stage = Stage.IS_READ
        if exchange.is_claimed():
            return False
        request = next(connection.parser)
        server = connection.socket.getsockname()
        _, environ = self._create(
            request, connection.socket, connection.address, server, self.cfg
        )
        answer = _Answer(exchange, request, self._turns, ends=not self.alive)
        environ[READ] = answer.read
        try:
            body = self.wsgi(environ, answer.start)
        finally:
            answer.end_turn()
        answer.send(body)
        return answer.stays_open

    def report_cut(self, stage: Stage) -> None:
        message = "A request was cut off after %g s: %s."
        _log.error(message, self.timeout_s, stage.value)
        if stage is Stage.IS_COMPUTED:
            # Its thread does not come back to do so; others wait.
            self._turns.release()


class _Answer:
    """What an application says to one request, and how it is sent: at once."""

    def __init__(
        self,
        exchange: Exchange,
        request: Any,
        turns: threading.Semaphore,
        *,
        ends: bool,
    ) -> None:
        self._exchange = exchange
        self._request = request
        self._turns = turns
        self._has_turn = False
        self._has_been_read = False
        self._head = b""
        self.stays_open = not ends and not request.should_close()

    def read(self) -> None:
        """The request has come in as a whole; wait for the model."""
        self._has_been_read = True
        self._exchange.stage = Stage.WAITS
        self._has_turn = self._turns.acquire()
        self._exchange.stage = Stage.IS_COMPUTED
        if self._exchange.is_claimed():
            raise CutOff

    def end_turn(self) -> None:
        """Let the next one have the model."""
        if self._has_turn:
            self._has_turn = False
            self._turns.release()

    def start(self, status: str, headers: list[tuple[str, str]]) -> None:
        """WSGI's `start_response`, without `write`, which our application lacks."""
        if not self._exchange.claim():
            raise CutOff
        if not self._has_been_read and self._request.method not in ("GET", "HEAD"):
            # Where its body ends is not worth finding out.
            self.stays_open = False
        kept = "keep-alive" if self.stays_open else "close"
        lines = [f"HTTP/1.1 {status}", f"Connection: {kept}"]
        lines += [f"{name}: {value}" for name, value in headers]
        self._head = "\r\n".join([*lines, "", ""]).encode("latin-1")

    def send(self, body: Iterable[bytes]) -> None:
        """Head and body in one piece, so that no packet waits for another."""
        connection = self._exchange.connection
        connection.socket.sendall(self._head + b"".join(body))
        if not self.stays_open:
            _close_gracefully(connection.socket)


def _refuse(exchange: Exchange, message: str) -> bool:
    if exchange.claim():
        body = refusal(ErrorCode.BAD_REQUEST, f"This is not HTTP: {message}")
        with_head = whole(HTTPStatus.BAD_REQUEST, body)
        try:
            exchange.connection.socket.sendall(with_head)
            _close_gracefully(exchange.connection.socket)
        except OSError:
            return False
    return False


def _close_gracefully(connection: socket.socket) -> None:
    """Let the caller take the answer, though it may still be sending.

    Closing with bytes unread would reset the connection, and the answer be lost.
    """
    connection.shutdown(socket.SHUT_WR)
    until = time.monotonic() + _DRAIN_S
    while (left := until - time.monotonic()) > 0:
        connection.settimeout(left)
        if not connection.recv(65_536):
            return
