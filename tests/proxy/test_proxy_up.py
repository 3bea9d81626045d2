"""`trackgate up`: the whole stack as one program in the foreground."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Generator
from pathlib import Path

import psutil
import pytest
import requests
from trackgate_proxy.config.verdict import memory_cache
from trackgate_proxy.people.people import People
from trackgate_proxy.people.rolebook import open_rolebook
from trackgate_proxy.site.data_folder import DataFolder, ensure_folders

from tests.fixtures.accounts import NOBODY, can_import
from tests.fixtures.waiting import wait_until

pytestmark = pytest.mark.nginx

COMMAND = [sys.executable, "-c", "from trackgate_proxy.cli import up; up()"]
CREATE = "/api/2.0/mlflow/experiments/create"


class Up:
    """One run of the command, its output read as it comes."""

    def __init__(self, root: Path, *words: str, **environment: str) -> None:
        self.root = root
        self.process = subprocess.Popen(
            [*COMMAND, "--data-dir", str(root), *words],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env={**os.environ, **environment},
        )
        self.lines: list[str] = []
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    @property
    def output(self) -> str:
        return "".join(self.lines)

    def wait_for(self, text: str, within_s: float = 60) -> None:
        deadline_s = time.monotonic() + within_s
        while text not in self.output:
            assert self.process.poll() is None, self.output
            assert time.monotonic() < deadline_s, self.output
            time.sleep(0.01)

    def tree(self) -> list[psutil.Process]:
        return psutil.Process(self.process.pid).children(recursive=True)

    def child(self, word: str) -> psutil.Process:
        """The direct child whose command holds a word."""
        children = psutil.Process(self.process.pid).children()
        return next(one for one in children if word in " ".join(one.cmdline()))

    def stop(self, how: signal.Signals = signal.SIGTERM) -> int:
        if self.process.poll() is None:
            self.process.send_signal(how)
        code = self.process.wait(15)
        self._reader.join()
        assert self.process.stdout is not None
        self.process.stdout.close()
        return code

    def _read(self) -> None:
        assert self.process.stdout is not None
        self.lines.extend(iter(self.process.stdout.readline, ""))


@pytest.fixture
def root() -> Generator[Path]:
    made = Path(tempfile.mkdtemp(prefix="tg-"))
    # A killed supervisor cannot clear its cache away.
    cache = memory_cache(DataFolder.at(made))
    yield made
    shutil.rmtree(cache, ignore_errors=True)
    shutil.rmtree(made, ignore_errors=True)


@pytest.fixture
def start(root: Path, unused_port: int) -> Generator[Callable[..., Up]]:
    started: list[Up] = []

    def run(*words: str, **environment: str) -> Up:
        port = [] if "--port" in words else ["--port", str(unused_port)]
        started.append(Up(root, *port, *words, **environment))
        return started[-1]

    yield run
    for one in started:
        one.stop()


@pytest.fixture(scope="module")
def running() -> Generator[Up]:
    """A stack that several tests look at and none changes."""
    made = Path(tempfile.mkdtemp(prefix="tg-"))
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    up = Up(made, "--port", str(port))
    up.wait_for("Trackgate is ready")
    yield up
    up.stop()
    shutil.rmtree(made)


def add(root: Path, name: str, role: str) -> tuple[str, str]:
    data = DataFolder.at(root)
    with open_rolebook(data.root, None) as rolebook:
        People(data, hash_cost=4).add(name, "correct horse", role, rolebook, "test")
    return name, "correct horse"


def is_gone(process: psutil.Process) -> bool:
    return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE


def create(url: str, auth: tuple[str, str] | None, name: str) -> requests.Response:
    return requests.post(url + CREATE, json={"name": name}, auth=auth, timeout=10)


def test_the_stack_starts_serves_and_stops(
    start: Callable[..., Up], root: Path, unused_port: int
) -> None:
    url = f"http://127.0.0.1:{unused_port}"
    up = start()
    up.wait_for(f"Trackgate is ready: {url}\n")
    assert "Nobody can log in yet" in up.output
    ada = add(root, "ada", "editor")

    assert requests.get(f"{url}/health", timeout=5).text == "OK"
    assert create(url, None, "first").status_code == 401
    assert create(url, ada, "first").status_code == 200
    assert create(url, ada, "first").json()["error_code"] == "RESOURCE_ALREADY_EXISTS"
    tree = up.tree()
    stopped_s = time.monotonic()
    assert up.stop() == 0

    assert time.monotonic() - stopped_s < 10
    assert all(map(is_gone, tree))
    again = start()
    again.wait_for("Trackgate is ready")
    assert "Nobody" not in again.output
    assert create(url, ada, "first").status_code == 400


def test_everything_is_private(running: Up) -> None:
    data = DataFolder.at(running.root)

    for folder in data.folders():
        assert folder.stat().st_mode & 0o777 == 0o700, folder
    assert data.nginx_config.stat().st_mode & 0o777 == 0o600
    for file in (data.access_log, data.error_log, data.root / "tracking.db"):
        assert file.stat().st_mode & 0o027 == 0, file


def test_a_start_without_trouble_logs_no_errors(running: Up) -> None:
    assert DataFolder.at(running.root).error_log.read_text() == ""


def test_the_address_is_known_while_it_runs(
    start: Callable[..., Up], root: Path, unused_port: int
) -> None:
    up = start()
    up.wait_for("Trackgate is ready")

    assert (root / "run/address").read_text() == f"http://127.0.0.1:{unused_port}\n"
    assert up.stop(signal.SIGINT) == 0
    assert not (root / "run/address").exists()


def test_a_child_that_dies_is_started_again(
    start: Callable[..., Up], unused_port: int
) -> None:
    up = start()
    up.wait_for("ready")
    url = f"http://127.0.0.1:{unused_port}/health"

    for word, name in (("trackgate_server", "The server"), ("nginx", "Nginx")):
        up.child(word).kill()
        up.wait_for(f"{name} ended with code -9; it is started again")
        wait_until(lambda: is_ok(url), within_s=10)


def test_the_children_end_with_a_killed_supervisor(start: Callable[..., Up]) -> None:
    up = start()
    up.wait_for("ready")
    tree = up.tree()

    up.process.kill()

    wait_until(lambda: all(map(is_gone, tree)), within_s=10)


def test_a_second_one_on_the_same_folder_says_why_not(
    running: Up, unused_port: int
) -> None:
    second = Up(running.root, "--port", str(unused_port))

    assert second.process.wait(30) == 1
    second.stop()
    assert "Another `trackgate up` already runs" in second.output


def test_a_taken_port_is_named(root: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        second = Up(root, "--port", str(port))
        assert second.process.wait(30) == 1

    second.stop()
    assert f"Port {port} of 127.0.0.1 is taken" in second.output


def test_a_missing_nginx_is_named_with_the_fix(tmp_path: Path) -> None:
    code = (
        "import trackgate_proxy.nginx_binary as nginx; nginx.FURTHER_FOLDERS = ();"
        "from trackgate_proxy.cli import up; up()"
    )
    result = subprocess.run(
        [sys.executable, "-c", code, "--data-dir", str(tmp_path / "data")],
        env={"PATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )

    assert result.returncode == 1
    assert result.stderr.splitlines() == [
        "Error: Nginx is not installed. Install it: apt-get install nginx-light"
    ]


def test_a_database_that_is_wrong_ends_the_start(start: Callable[..., Up]) -> None:
    up = start("--backend-store-uri", "nonsense://x")

    assert up.process.wait(30) == 1
    up.stop()
    assert "The server ended while starting" in up.output


def test_the_database_is_remembered_and_never_an_argument(
    start: Callable[..., Up], root: Path
) -> None:
    uri = f"sqlite:///{root}/elsewhere.db"
    first = start("--backend-store-uri", uri)
    first.wait_for("ready")
    assert not [p for p in first.tree() if "elsewhere" in " ".join(p.cmdline())]
    assert (root / "settings.json").stat().st_mode & 0o777 == 0o600
    first.stop()

    start().wait_for("ready")

    assert (root / "elsewhere.db").exists()
    assert not (root / "tracking.db").exists()


def test_left_over_uploads_are_cleared(start: Callable[..., Up], root: Path) -> None:
    ensure_folders(DataFolder.at(root))
    (root / "spool" / "0000000001").write_bytes(b"half")

    start().wait_for("Trackgate is ready")

    assert list((root / "spool").iterdir()) == []


def test_https_below_a_prefix(
    start: Callable[..., Up], root: Path, unused_port: int
) -> None:
    up = start("--tls", "self-signed", "--static-prefix", "/tracking")
    url = f"https://127.0.0.1:{unused_port}/tracking"
    up.wait_for(f"Trackgate is ready: {url}\n")
    ada = add(root, "ada", "editor")
    certificate = str(DataFolder.at(root).tls / "self-signed.pem")

    answer = requests.post(
        url + CREATE, json={"name": "x"}, auth=ada, verify=certificate, timeout=10
    )

    assert answer.status_code == 200


def test_a_network_address_without_tls_is_warned_about(
    start: Callable[..., Up],
) -> None:
    up = start("--host", "0.0.0.0")
    up.wait_for("ready")

    assert "without TLS" in up.output
    assert up.output.count("Warning") <= 2


def test_variables_of_the_site_do_not_reach_the_server(
    start: Callable[..., Up], root: Path, unused_port: int
) -> None:
    up = Up(
        root,
        TRACKGATE_PORT=str(unused_port),
        TRACKGATE_HOST="127.0.0.1",
        TRACKGATE_PUBLIC_URL="http://127.0.0.1:1 http://127.0.0.1:2",
    )
    try:
        up.wait_for("ready: http://127.0.0.1:1\n")
        assert "TRACKGATE_PORT" not in up.child("trackgate_server").environ()
    finally:
        up.stop()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
def test_root_becomes_the_owner_of_the_folder(
    start: Callable[..., Up], root: Path
) -> None:
    if not can_import("trackgate_server"):
        pytest.skip("this Python cannot be run by another account")
    os.chown(root, NOBODY, NOBODY)

    up = start()
    up.wait_for("ready")

    assert {one.uids().real for one in up.tree()} == {NOBODY}
    assert (root / "tracking.db").stat().st_uid == NOBODY
    assert "root" not in up.output


def test_the_whole_tree_is_small(running: Up) -> None:
    processes = [psutil.Process(running.process.pid), *running.tree()]

    # What processes share counts once.
    total_mb = sum(one.memory_full_info().pss for one in processes) / 1e6

    assert total_mb < 150


def is_ok(url: str) -> bool:
    try:
        return requests.get(url, timeout=2).status_code == 200
    except requests.RequestException:
        return False


def test_a_foreign_address_is_named(root: Path, unused_port: int) -> None:
    up = Up(root, "--host", "192.0.2.1", "--port", str(unused_port))

    assert up.process.wait(30) == 1
    up.stop()
    assert "no address of this machine" in up.output
