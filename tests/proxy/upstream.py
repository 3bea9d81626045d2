"""A stand-in for the tracking server, which echoes and remembers."""

from __future__ import annotations

import hashlib
import json
import socket
import socketserver
import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit


@dataclass
class Arrived:
    """A request as the upstream saw it."""

    method: str
    target: str
    headers: list[tuple[str, str]]
    body: bytes
    spooled: bytes | None

    def all(self, name: str) -> list[str]:
        """Every value of a header, underscores and hyphens taken as one."""
        wanted = name.lower().replace("_", "-")
        return [v for k, v in self.headers if k.lower().replace("_", "-") == wanted]


class Upstream:
    """An HTTP server on a unix socket that remembers what arrived.

    connections  how many were made to it
    """

    def __init__(self, path: Path) -> None:
        self.arrived: list[Arrived] = []
        self.connections = 0
        self._open: set[socket.socket] = set()
        upstream = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def setup(self) -> None:
                super().setup()
                upstream.connections += 1
                upstream._open.add(self.connection)

            def finish(self) -> None:
                upstream._open.discard(self.connection)
                super().finish()

            def handle_one_request(self) -> None:
                self.client_address = ("unix", 0)
                super().handle_one_request()

            def log_message(self, format: str, *args: Any) -> None:
                pass

            def do_GET(self) -> None:
                length = int(self.headers.get("Content-Length") or 0)
                body = self.rfile.read(length)
                spooled = self.headers.get("X-Trackgate-Body")
                seen = Arrived(
                    self.command,
                    self.path,
                    self.headers.items(),
                    body,
                    Path(spooled).read_bytes() if spooled else None,
                )
                upstream.arrived.append(seen)
                if "crash" in seen.target:
                    self.close_connection = True
                    return
                status, headers, answer = answer_to(seen)
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                if status != 204:
                    self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                if status != 204 and self.command != "HEAD":
                    self.wfile.write(answer)

            do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = do_GET

        class Server(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
            daemon_threads = True
            block_on_close = False
            request_queue_size = 128

        path.unlink(missing_ok=True)
        self._server = Server(str(path), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))
        self._thread.start()

    def last(self) -> Arrived:
        return self.arrived[-1]

    @property
    def open_connections(self) -> int:
        return len(self._open)

    def stop(self) -> None:
        """End as a process does, with all its connections. May be called twice."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
        for connection in list(self._open):
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)


OPEN_TO_ALL = {
    "Content-Type": "application/json",
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Credentials": "true",
}


def answer_to(seen: Arrived) -> tuple[int, dict[str, str], bytes]:
    """What the stand-in says: an echo, a verdict, an error or a file's name."""
    url = urlsplit(seen.target)
    query = parse_qs(url.query)
    if url.path.endswith("/signed-verdict"):
        good = seen.all("X-Trackgate-Signed-Path")[0].endswith("/good")
        return (204 if good else 403), {}, b""
    if "keep" in query:
        Path(seen.all("X-Trackgate-Body")[0]).rename(query["keep"][0])
    if "sleep" in query:
        time.sleep(float(query["sleep"][0]))
    if "status" in query:
        text = {"error_code": "OWN", "message": "said by the server itself"}
        return int(query["status"][0]), OPEN_TO_ALL, json.dumps(text).encode()
    if "file" in query:
        accel = {"X-Accel-Redirect": f"/_artifacts/{query['file'][0]}"}
        return 200, {**accel, "Content-Type": "image/png"}, b""
    spooled = seen.spooled if seen.spooled is not None else b""
    echo = {
        "path": unquote(url.path),
        "headers": seen.headers,
        "sha256": hashlib.sha256(seen.body + spooled).hexdigest(),
    }
    return 200, OPEN_TO_ALL, json.dumps(echo).encode()
