"""An HTTP server that answers what it is told to: it stands for a bad proxy."""

from __future__ import annotations

import json
import ssl
import threading
import time
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Literal

# The answer to runs/get of a run named r.
RUN = json.dumps(
    {
        "run": {
            "info": {
                "run_id": "r",
                "run_uuid": "r",
                "experiment_id": "0",
                "artifact_uri": "mlflow-artifacts:/0/r/artifacts",
            }
        }
    }
).encode()

Mishap = Literal["hang up", "say nothing"]


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer; or a mishap instead of it, before or (cut) in the midst of it.

    cut  bytes of the body that are sent before the connection is closed
    """

    status: int = 200
    body: bytes = b"{}"
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    mishap: Mishap | None = None
    cut: int | None = None


@dataclass(frozen=True, slots=True)
class Request:
    """A request as it arrived."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes


class BrokenServer:
    """Gives its replies one after the other, the last one for ever.

    tls  as which it speaks TLS
    """

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        self.requests: list[Request] = []
        self._replies: deque[Reply] = deque([Reply()])
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._http.daemon_threads = True
        self._scheme = "https" if tls else "http"
        if tls:
            self._http.socket = tls.wrap_socket(self._http.socket, server_side=True)
        self._thread = threading.Thread(
            target=self._http.serve_forever, args=(0.01,), daemon=True
        )
        self._thread.start()

    @property
    def address(self) -> str:
        return f"{self._scheme}://127.0.0.1:{self._http.server_port}"

    def reply(self, *replies: Reply) -> None:
        """Answer with these from now on."""
        self._replies = deque(replies)

    def stop(self) -> None:
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()

    def _next(self) -> Reply:
        return self._replies.popleft() if len(self._replies) > 1 else self._replies[0]

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def _answer(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                outer.requests.append(
                    Request(self.command, self.path, dict(self.headers), body)
                )
                self._send(outer._next())

            do_GET = do_POST = do_PUT = do_PATCH = _answer

            def _send(self, reply: Reply) -> None:
                if reply.mishap:
                    if reply.mishap == "say nothing":
                        time.sleep(1.5)
                    self.close_connection = True
                    return
                self.send_response(reply.status)
                for name, value in reply.headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(reply.body)))
                self.end_headers()
                self.wfile.write(reply.body[: reply.cut])
                if reply.cut is not None:
                    self.close_connection = True

            def log_message(self, format: str, *args: object) -> None:
                pass

        return Handler
