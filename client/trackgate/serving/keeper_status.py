"""What the keeper itself answers: the list of served models, and "not yet".

Each answers on a unix socket of its own, so it needs no look at who was meant.
"""

from __future__ import annotations

import json
import socketserver
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any, cast

_BLOCK_BYTES = 64 * 1024
_SILENCE_S = 30.0
_RETRY_AFTER_S = "2"


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer in JSON."""

    status: HTTPStatus
    body: object
    headers: dict[str, str] = field(default_factory=dict[str, str])

    @classmethod
    def error(cls, status: HTTPStatus, code: str, message: str) -> Answer:
        """A refusal in the protocol's shape; 503 asks to come again."""
        passing = status is HTTPStatus.SERVICE_UNAVAILABLE
        headers = {"Retry-After": _RETRY_AFTER_S} if passing else {}
        return cls(status, {"error_code": code, "message": message}, headers)


# From the method and the path, as it was sent, to the answer.
Responder = Callable[[str, str], Answer]


class AnsweringSocket(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    """Answers at a path, in threads, until the process ends."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, path: Path, responder: Responder) -> None:
        self.responder = responder
        super().__init__(str(path), _Handler)
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A caller that has gone is no trouble of the keeper's."""


class _Handler(BaseHTTPRequestHandler):
    timeout = _SILENCE_S

    def _answer(self) -> None:
        self._read_all()
        path = self.path.partition("?")[0]
        answer = cast("AnsweringSocket", self.server).responder(self.command, path)
        body = json.dumps(answer.body, ensure_ascii=False).encode()
        self.send_response(answer.status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = _answer

    def _read_all(self) -> None:
        """Take the whole body, or Nginx would call the connection broken."""
        left = int(self.headers.get("Content-Length") or 0)
        while left > 0 and (block := self.rfile.read(min(left, _BLOCK_BYTES))):
            left -= len(block)

    def log_message(self, format: str, *args: Any) -> None:
        """Nginx has logged it."""
