"""One request of a connection, from its first byte to the answer's last."""

from __future__ import annotations

import time
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from gunicorn import util
from gunicorn.http import wsgi
from gunicorn.http.errors import NoMoreData
from gunicorn.http.message import Request
from gunicorn.workers.base import Worker

from trackgate_server.connections import Connection

# For the rest of a body that nobody read, before the next request.
_DRAIN_S = 5.0
# More than this is sent by itself rather than copied behind the head.
_COPIED_AT_MOST = 64 * 1024
# Costs more than the rest of an answer's head, and holds for a second.
_http_date = lru_cache(maxsize=1)(util.http_date)


class OneWrite(wsgi.Response):
    """gunicorn's answer, whose head leaves together with the body's first piece.

    So a short answer is one system call here and one event in the proxy.
    """

    _head = b""

    @property
    def began(self) -> bool:
        """Whether something of it has left."""
        return self.headers_sent and not self._head

    def default_headers(self) -> list[str]:
        """Status and what every answer has; we have no use for upgrades."""
        version: Any = self.req.version
        lines = [
            f"HTTP/{version[0]}.{version[1]} {self.status}\r\n",
            f"Server: {self.version}\r\n",
            f"Date: {_http_date(int(time.time()))}\r\n",
            f"Connection: {'close' if self.should_close() else 'keep-alive'}\r\n",
        ]
        if self.chunked:
            lines.append("Transfer-Encoding: chunked\r\n")
        return lines

    def send_headers(self) -> None:
        """Make the head; it is sent with what follows."""
        if self.headers_sent:
            return
        lines = [*self.default_headers(), *(f"{k}: {v}\r\n" for k, v in self.headers)]
        self._head = ("".join(lines) + "\r\n").encode("latin-1")
        self.headers_sent = True

    def sendfile(self, respiter: Any) -> bool:
        self.send_headers()
        self._send_head()
        return super().sendfile(respiter)

    def close(self) -> None:
        self.send_headers()
        self._send_head()
        super().close()

    def _emit_body(self, data: bytes) -> None:
        if self.chunked:
            data = b"%X\r\n%b\r\n" % (len(data), data)
        if len(data) > _COPIED_AT_MOST:
            self._send_head()
        self.sock.sendall(self._head + data)
        self._head = b""

    def _send_head(self) -> None:
        if self._head:
            self.sock.sendall(self._head)
            self._head = b""


def answer_next(worker: Worker, connection: Connection, *, last: bool) -> bool:
    """Answer the request whose head has come; whether another may follow.

    last  tell the client to close its connection
    """
    request: Any = None
    try:
        request = next(connection.parser)
        return _answer(worker, connection, request, last) and _drained(connection)
    except (NoMoreData, StopIteration, ConnectionError) as gone:
        worker.log.debug("A client has gone: %s", gone)
    except Exception as error:
        worker.handle_error(request, connection.sock, connection.client, error)
    return False


def _answer(
    worker: Worker, connection: Connection, request: Request, last: bool
) -> bool:
    response, environ = _created(worker, connection, request)
    if last:
        response.force_close()
    application: Any = worker.wsgi
    body = application(environ, response.start_response)
    try:
        _send(response, body)
    except Exception as error:
        if isinstance(error, ConnectionError) or not response.began:
            raise
        # A second answer in the middle of the first would be taken for a part of it.
        worker.log.exception("The answer broke off")
        return False
    finally:
        if hasattr(body, "close"):
            body.close()
    return not response.should_close()


def _created(
    worker: Worker, connection: Connection, request: Request
) -> tuple[OneWrite, dict[str, Any]]:
    # The published types are those of an older gunicorn.
    create: Any = wsgi.create
    response, environ = create(
        request,
        connection.sock,
        connection.client,
        connection.server,
        worker.cfg,
        response_class=OneWrite,
    )
    environ["wsgi.multithread"] = True
    return response, environ


def _send(response: OneWrite, body: Iterable[bytes]) -> None:
    if isinstance(body, wsgi.FileWrapper):
        response.write_file(body)
    else:
        for piece in body:
            response.write(piece)
    response.close()


def _drained(connection: Connection) -> bool:
    """Whether the next request begins where the parser stands."""
    parser = connection.parser
    is_read = getattr(parser.mesg.body.reader, "length", None) == 0
    if is_read or parser.finish_body(deadline=time.monotonic() + _DRAIN_S):
        # Or the parser looks once more, which costs a system call.
        parser.mesg = None
        return True
    return False
