"""The client over a unix socket: `http+unix://`."""

from __future__ import annotations

import socketserver
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import quote

import pytest
from trackgate import TrackingClient
from trackgate.errors import BadSetting, Unreachable
from trackgate.settings import Settings

RUN = b'{"run":{"info":{"run_id":"r","run_uuid":"r","experiment_id":"0"}}}'


class Server(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    """Answers every request with the same run, and remembers what it was asked."""

    daemon_threads = True
    connections = 0

    def __init__(self, path: Path) -> None:
        self.asked: list[tuple[str, str, bytes]] = []
        super().__init__(str(path), Handler)

    def get_request(self) -> tuple[object, str]:
        self.connections += 1
        return super().get_request()[0], "unix"


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Server

    def do_GET(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.server.asked.append((self.path, self.headers["Host"], body))
        self.send_response(200)
        self.send_header("Content-Length", str(len(RUN)))
        self.end_headers()
        self.wfile.write(RUN)

    do_POST = do_GET

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def path() -> Iterator[Path]:
    # Short, because a socket's path holds 107 bytes at most.
    with TemporaryDirectory(prefix="tg ü") as folder:
        yield Path(folder, "a server.sock")


@pytest.fixture
def server(path: Path) -> Iterator[Server]:
    with Server(path) as running:
        thread = threading.Thread(target=running.serve_forever, args=(0.01,))
        thread.start()
        yield running
        running.shutdown()
        thread.join()


def client_of(path: Path, prefix: str = "") -> TrackingClient:
    uri = f"http+unix://{quote(str(path), safe='')}{prefix}"
    return TrackingClient(uri, settings=Settings(max_retries=0))


def test_calls_go_over_the_socket_below_the_prefix(path: Path, server: Server) -> None:
    client = client_of(path, "/tracking")

    assert client.get_run("r").info.run_id == "r"
    client.set_tag("r", "k", "v")

    asked, told = server.asked
    assert asked == ("/tracking/api/2.0/mlflow/runs/get?run_id=r", "localhost", b"")
    assert told[0] == "/tracking/api/2.0/mlflow/runs/set-tag"
    assert b'"run_id":"r"' in told[2]
    assert server.connections == 1


def test_a_proxy_of_the_environment_is_not_asked(
    path: Path, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("http_proxy", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")

    client_of(path).get_run("r")

    assert len(server.asked) == 1


def test_a_socket_that_nobody_listens_on_is_named(path: Path) -> None:
    with pytest.raises(Unreachable, match="No such file or directory"):
        client_of(path).get_run("r")


@pytest.mark.parametrize("uri", ["http+unix://", "http+unix://run%2Fa.sock", "unix:/a"])
def test_an_address_without_an_absolute_path_is_refused(uri: str) -> None:
    with pytest.raises(BadSetting, match="is not the address of a server"):
        TrackingClient(uri)
