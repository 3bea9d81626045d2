"""What is left of artifacts when something breaks: the old file or the new, whole."""

from __future__ import annotations

import http.client
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from tests.environment.ports import free_port
from tests.server.artifact_site import STORE, Site, error_of, home

MIB = 1024 * 1024


class BareServer:
    """`trackgate server` in processes of its own, on one data folder."""

    def __init__(self, data_dir: Path) -> None:
        self.data_dir = data_dir
        self.port = free_port()
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        command = [sys.executable, "-m", "trackgate_server"]
        command += ["--data-dir", str(self.data_dir), "--port", str(self.port)]
        command += ["--workers", "1"]
        self.process = subprocess.Popen(command, start_new_session=True)
        deadline = time.monotonic() + 30
        while not self._is_ready():
            assert time.monotonic() < deadline, "the server did not start"
            time.sleep(0.05)

    def kill(self) -> None:
        """End all its processes at once, as a power cut would."""
        assert self.process is not None
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        self.process = None

    def connect(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)

    def ask(
        self, method: str, path: str, body: Any = None, **headers: str
    ) -> tuple[int, bytes]:
        connection = self.connect()
        try:
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()

    def new_run(self) -> str:
        """The path below which a new run's artifacts are in URLs."""
        body = json.dumps({"experiment_id": "0"})
        kind = {"Content-Type": "application/json"}
        status, answer = self.ask("POST", "/api/2.0/mlflow/runs/create", body, **kind)
        assert status == 200, answer
        return f"{STORE}/artifacts/{home(json.loads(answer)['run']['info'])}"

    def begin_upload(self, path: str, announced: int, sent: int) -> socket.socket:
        """Send the first bytes of a file, and wait until the server has some."""
        connection = socket.create_connection(("127.0.0.1", self.port))
        head = f"PUT {path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: {announced}"
        connection.sendall(f"{head}\r\n\r\n".encode() + b"n" * sent)
        deadline = time.monotonic() + 10
        while sum(file.stat().st_size for file in self.incoming()) < sent // 2:
            assert time.monotonic() < deadline, "no bytes arrived"
            time.sleep(0.02)
        return connection

    def incoming(self) -> list[Path]:
        return list((self.data_dir / "artifacts" / ".incoming").iterdir())

    def worker(self) -> psutil.Process:
        assert self.process is not None
        return psutil.Process(self.process.pid).children()[0]

    def _is_ready(self) -> bool:
        assert self.process is not None
        assert self.process.poll() is None, "the server ended"
        try:
            return self.ask("GET", "/health")[0] == 200
        except OSError:
            return False


@pytest.fixture
def server(tmp_path: Path) -> Iterator[BareServer]:
    bare = BareServer(tmp_path / "data")
    bare.start()
    yield bare
    if bare.process is not None:
        bare.kill()


def test_a_killed_server_leaves_the_old_file(server: BareServer) -> None:
    path = f"{server.new_run()}/x"
    server.ask("PUT", path, b"old")
    connection = server.begin_upload(path, announced=50 * MIB, sent=4 * MIB)

    server.kill()
    connection.close()
    server.start()

    assert server.ask("GET", path) == (200, b"old")
    assert server.ask("PUT", path, b"new")[0] == 200
    assert server.ask("GET", path) == (200, b"new")


def test_a_killed_server_leaves_no_half_file(server: BareServer) -> None:
    folder = server.new_run()
    connection = server.begin_upload(f"{folder}/x", announced=50 * MIB, sent=4 * MIB)

    server.kill()
    connection.close()
    server.start()

    assert server.ask("GET", f"{folder}/x")[0] == 404
    listing = f"{STORE}/artifacts?path={folder.partition('artifacts/')[2]}"
    assert json.loads(server.ask("GET", listing)[1]).get("files", []) == []


def test_an_answered_upload_survives_the_kill_that_follows(server: BareServer) -> None:
    folder = server.new_run()
    contents = {f"{folder}/{n}/x": os.urandom(100_000) for n in range(20)}
    for path, content in contents.items():
        assert server.ask("PUT", path, content)[0] == 200

    server.kill()
    server.start()

    for path, content in contents.items():
        assert server.ask("GET", path) == (200, content)


def test_a_client_that_hangs_up_leaves_nothing(server: BareServer) -> None:
    path = f"{server.new_run()}/x"
    server.begin_upload(path, announced=50 * MIB, sent=4 * MIB).close()

    deadline = time.monotonic() + 10
    while server.incoming():
        assert time.monotonic() < deadline, "the half file stays"
        time.sleep(0.05)
    assert server.ask("GET", path)[0] == 404


def test_a_body_of_unknown_length_is_stored_whole(server: BareServer) -> None:
    path = f"{server.new_run()}/x"
    chunks = [bytes([number]) * 100_000 for number in range(30)]

    # An iterator makes http.client send chunks and no Content-Length.
    assert server.ask("PUT", path, iter(chunks))[0] == 200

    assert server.ask("GET", path) == (200, b"".join(chunks))


def test_large_files_do_not_pass_through_memory(server: BareServer) -> None:
    path = f"{server.new_run()}/x"
    server.ask("PUT", path, b"warm up")
    worker = server.worker()
    before = worker.memory_info().rss
    chunk = b"\0" * MIB

    assert server.ask("PUT", path, (chunk for _ in range(256)))[0] == 200
    assert len(server.ask("GET", path)[1]) == 256 * MIB

    assert worker.memory_info().rss - before < 24 * MIB


# A disk of two MiB


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "small"
    folder.mkdir()
    mount = shutil.which("mount")
    if mount is None or os.geteuid() != 0:
        pytest.skip("only root can mount a small file system")
    command = [mount, "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(folder)]
    if subprocess.run(command, capture_output=True, check=False).returncode:
        pytest.skip("mounting is not allowed here")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


@pytest.fixture
def full_site(tmp_path: Path, small_disk: Path) -> Iterator[Site]:
    opened = Site(tmp_path / "data", artifacts_destination=str(small_disk))
    yield opened
    opened.close()


def test_a_full_disk_is_said_and_nothing_is_left(full_site: Site) -> None:
    folder = home(full_site.run())
    full_site.put(f"{folder}/x", b"old")

    answers = [
        full_site.put(f"{folder}/x", b"n" * 3 * MIB),
        full_site.put(f"{folder}/new/y", b"n" * 3 * MIB),
    ]

    for answer in answers:
        assert (answer.status_code, error_of(answer)) == (
            503,
            "TEMPORARILY_UNAVAILABLE",
        )
        assert "disk is full" in answer.text
        assert answer.headers["Retry-After"]
    assert full_site.get(f"{folder}/x").data == b"old"
    assert len(full_site.files_on_disk()) == 1


def test_a_disk_with_room_again_takes_files_again(full_site: Site) -> None:
    folder = home(full_site.run())
    full_site.put(f"{folder}/large", b"l" * (MIB * 3 // 2))
    assert full_site.put(f"{folder}/x", b"x" * MIB).status_code == 503

    assert full_site.delete(f"{folder}/large").status_code == 200

    assert full_site.put(f"{folder}/x", b"x" * MIB).status_code == 200


def test_joining_parts_on_a_full_disk_keeps_the_parts(full_site: Site) -> None:
    folder = home(full_site.run())
    step = {"path": "big", "num_parts": 2}
    created = (
        full_site.ask("POST", f"{STORE}/mpu/create/{folder}", json=step).json or {}
    )
    parts: list[dict[str, Any]] = []
    for item in created["credentials"]:
        url = item["url"].removeprefix("http://localhost")
        answer = full_site.ask("PUT", url, data=b"p" * (MIB * 3 // 4))
        etag, number = answer.headers["ETag"], item["part_number"]
        parts.append({"part_number": number, "etag": etag})
    done = {"path": "big", "upload_id": created["upload_id"], "parts": parts}
    state = {"path": "big", "upload_id": created["upload_id"]}

    answer = full_site.ask("POST", f"{STORE}/mpu/complete/{folder}", json=done)
    arrived = (
        full_site.ask("POST", f"{STORE}/mpu/state/{folder}", json=state).json or {}
    )

    assert answer.status_code == 503
    assert len(arrived["parts"]) == 2
    assert full_site.listed(folder) == []
