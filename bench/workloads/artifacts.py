"""A large file up and down through the server's artifact proxy, W7."""

from __future__ import annotations

import hashlib
import http.client
import os
import socket
import time
from collections.abc import Callable, Generator
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from bench.load.connection import Refused
from bench.load.result import LoadResult
from bench.scale import MIB
from bench.seeding import new_run
from bench.workload import Goal, Lacks, Measure, Measured, Site, Workload

_PROXY = "/api/2.0/mlflow-artifacts/artifacts"
_TIMEOUT_S = 600


def upload(site: Site) -> Measure:
    """PUT the file in one request, in MiB/s; answered once the server has it."""
    file, path = _ready(site)
    return _timed(site, lambda: _put(site, path, file))


def download(site: Site) -> Measure:
    """GET it, in MiB/s; before, untimed, its bytes are compared with those sent."""
    file, path = _ready(site)
    _put(site, path, file)
    received, sent = hashlib.sha256(), hashlib.sha256(file.read_bytes())
    _get(site, path, received.update)
    if received.digest() != sent.digest():
        raise Lacks("what comes back is not what was sent")
    return _timed(site, lambda: _get(site, path, lambda _: None))


WORKLOADS = (
    Workload(
        "artifact-up", "artifact of {artifact_mib:,} MiB up", "MiB/s", "higher",
        upload, {"mlflow": Goal(3, 3)},
    ),
    Workload(
        "artifact-down", "artifact of {artifact_mib:,} MiB down", "MiB/s", "higher",
        download, {"mlflow": Goal(6, 6)},
    ),
)  # fmt: skip


def _ready(site: Site) -> tuple[Path, str]:
    """The file to send, and a place where the system lets it be put."""
    file = site.system.folder.parent / "artifact.bin"
    if not file.exists() or file.stat().st_size != site.scale.artifact_bytes:
        with file.open("wb") as output:
            for _ in range(site.scale.artifact_bytes // MIB):
                output.write(os.urandom(MIB))
    folder = f"{_PROXY}/0/{new_run(site.system)}/artifacts"
    small = file.with_name("small.bin")
    small.write_bytes(b"small")
    try:
        _put(site, f"{folder}/small.bin", small)
    except Refused as refused:
        raise Lacks(f"no artifact proxy: {refused.status}") from refused
    return file, f"{folder}/large.bin"


def _timed(site: Site, transfer: Callable[[], None]) -> Measure:
    size_mib = site.scale.artifact_bytes / MIB

    def measure(number: int) -> Measured:
        begun, cpu = time.perf_counter(), time.process_time()
        transfer()
        took_s = time.perf_counter() - begun
        client_s = time.process_time() - cpu
        load = LoadResult.of([took_s * 1000], 0, took_s, client_s, 0)
        return Measured(size_mib / took_s, load)

    return measure


def _put(site: Site, path: str, file: Path) -> None:
    with _connected(site) as connection, file.open("rb") as body:
        connection.putrequest("PUT", path)
        connection.putheader("Content-Length", str(file.stat().st_size))
        for header in site.system.headers.items():
            connection.putheader(*header)
        connection.endheaders()
        # The kernel copies the file: hardly any processor time is the client's.
        _socket_of(connection).sendfile(body)
        _require_ok(connection.getresponse(), path)


def _get(site: Site, path: str, take: Callable[[memoryview], None]) -> None:
    buffer = memoryview(bytearray(MIB))
    with _connected(site) as connection:
        connection.request("GET", path, headers=dict(site.system.headers))
        answer = connection.getresponse()
        if answer.status != 200:
            _require_ok(answer, path)
        while size := answer.readinto(buffer):
            take(buffer[:size])


@contextmanager
def _connected(site: Site) -> Generator[http.client.HTTPConnection]:
    connection = http.client.HTTPConnection(
        urlsplit(site.system.address).netloc, timeout=_TIMEOUT_S
    )
    with closing(connection):
        yield connection


def _socket_of(connection: http.client.HTTPConnection) -> socket.socket:
    assert isinstance(connection.sock, socket.socket)
    return connection.sock


def _require_ok(answer: http.client.HTTPResponse, path: str) -> None:
    text = answer.read()
    if answer.status not in (200, 204):
        raise Refused(path, answer.status, text)
