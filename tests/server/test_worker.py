"""The worker process: how its threads share connections."""

from __future__ import annotations

import socket
import sys
from collections.abc import Generator
from contextlib import ExitStack
from pathlib import Path

import pytest
from gunicorn.config import Config
from trackgate_server.connections import Connection, Connections

from tests.fixtures.processes import Program

_THREADS = 2
_SLOW = 5 * _THREADS
_ASK = b"GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n"
_LAST = _ASK[:-2] + b"Connection: close\r\n\r\n"
_UNREAD = b"POST /nowhere HTTP/1.1\r\nHost: localhost\r\nContent-Length: %d\r\n\r\n"


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Generator[str]:
    """The socket of a server with one process of two threads."""
    home = tmp_path_factory.mktemp("worker")
    path = str(home / "own.sock")
    command = [sys.executable, "-m", "trackgate_server", "--socket", path]
    command += ["--data-dir", str(home), "--workers", "1"]
    few = {"TRACKGATE_THREADS": str(_THREADS)}
    program = Program(command, home / "server.log", few)
    program.wait_until(Path(path).exists)
    yield path
    assert program.stop() == 0


@pytest.fixture
def connected(address: str) -> Generator[ExitStack]:
    with ExitStack() as opened:
        yield opened


def test_clients_that_send_slowly_keep_no_thread(
    address: str, connected: ExitStack
) -> None:
    slow = [connected.enter_context(connect(address)) for _ in range(_SLOW)]
    for one in slow:
        one.sendall(_ASK[:20])
    silent = [connected.enter_context(connect(address)) for _ in range(_SLOW)]

    with connect(address) as quick:
        assert status_of(quick, _ASK) == b"200"

    for one in slow:
        assert status_of(one, _ASK[20:]) == b"200"
    for one in silent:
        assert status_of(one, _ASK) == b"200"


def test_requests_sent_at_once_are_answered_in_turn(address: str) -> None:
    with connect(address) as one:
        one.sendall(_ASK * 2 + _ASK[:9])
        assert read_answer(one) + read_answer(one) == b"200200"

        assert status_of(one, _ASK[9:]) == b"200"


def test_a_body_that_nobody_reads_does_not_hide_the_next_request(address: str) -> None:
    with connect(address) as one:
        body = b"x" * 1_000
        assert status_of(one, _UNREAD % len(body) + body) == b"404"

        assert status_of(one, _ASK) == b"200"


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (b"GET /health HTTP/1.1\nHost: localhost\n\n", b"400"),
        (b"GET /" + b"x" * 10_000 + b" HTTP/1.1\r\n\r\n", b"414"),
        (_ASK[:-2] + b"Some_Name: 1\r\n\r\n", b"400"),
    ],
    ids=["bare line feeds", "long line", "underscore"],
)
def test_a_wrong_head_is_refused_and_ends_the_connection(
    address: str, sent: bytes, status: bytes
) -> None:
    with connect(address) as one:
        assert status_of(one, sent) == status
        assert one.recv(1) == b""


def test_clients_that_close_slowly_keep_no_thread(address: str) -> None:
    with ExitStack() as opened:
        for _ in range(_SLOW):
            one = opened.enter_context(connect(address))
            assert status_of(one, _LAST) == b"200"


def test_old_connections_are_closed_unless_a_request_waits_there() -> None:
    connections = Connections()
    with ExitStack() as opened:
        quiet, asked, young, ending = (pair(opened) for _ in range(4))
        for one, _ in (quiet, asked, young, ending):
            one.stay(0)
            connections.add(one)
        young[0].stay(60)
        for _, client in (asked, ending):
            client.sendall(_ASK)
        ending[0].end()
        ending[0].stay(0)

        left_s = connections.close_old()

        assert len(connections) == 2
        assert next(connections.ready()) is asked[0]
        assert 50 < left_s <= 60
        assert connections.close_old(at_most_s=2) <= 2


def pair(opened: ExitStack) -> tuple[Connection, socket.socket]:
    """A connection with its client's end."""
    ours, theirs = map(opened.enter_context, socket.socketpair())
    return Connection(Config(), ours, "", ""), theirs


def connect(address: str) -> socket.socket:
    connection = socket.socket(socket.AF_UNIX)
    connection.settimeout(10)
    connection.connect(address)
    return connection


def status_of(connection: socket.socket, sent: bytes) -> bytes:
    """The status of the answer to what is sent."""
    connection.sendall(sent)
    return read_answer(connection)


def read_answer(connection: socket.socket) -> bytes:
    """Read one whole answer; its status."""
    with connection.makefile("rb", buffering=0) as answer:
        status = answer.readline().split()[1]
        length = 0
        while (line := answer.readline()) != b"\r\n":
            name, value = line.split(b":", 1)
            if name.lower() == b"content-length":
                length = int(value)
        answer.read(length)
    return status
