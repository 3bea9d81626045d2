"""A real Nginx with the generated config, in front of an upstream that echoes.

The proxy knows an upstream address and nothing else, so any HTTP server will do to
see what arrives there.
"""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import IO, Any

import pytest
import requests
from trackgate_proxy.config.nginx import write_config
from trackgate_proxy.nginx_binary import check_config, nginx_command
from trackgate_proxy.people.htpasswd import PeopleFile
from trackgate_proxy.people.passwords import hash_password
from trackgate_proxy.site.data_folder import DataFolder, ensure_folders
from trackgate_proxy.site.settings import ProxySettings

from tests.proxy.upstream import Upstream

ADA = ("ada", "correct horse battery")
BOB = ("bob", "a staple of the trade")
# Strength matters nowhere here, time does.
CHEAP = 4


@dataclass
class Site:
    """A running Nginx, its upstream and a client."""

    settings: ProxySettings
    upstream: Upstream
    process: subprocess.Popen[bytes]
    session: requests.Session = field(default_factory=requests.Session)

    @property
    def data(self) -> DataFolder:
        return self.settings.data

    @property
    def people(self) -> PeopleFile:
        return PeopleFile(self.data.htpasswd)

    @property
    def url(self) -> str:
        scheme = "https" if self.settings.tls else "http"
        return f"{scheme}://127.0.0.1:{self.settings.port}"

    def send(self, method: str, path: str, **given: Any) -> requests.Response:
        """One request, as ada unless `auth` says otherwise; path is sent as it is."""
        given.setdefault("auth", ADA)
        given.setdefault("timeout", 10)
        given.setdefault("allow_redirects", False)
        request = requests.Request(
            method,
            self.url + "/",
            **{
                k: given.pop(k)
                for k in ("auth", "headers", "data", "json")
                if k in given
            },
        )
        prepared = self.session.prepare_request(request)
        prepared.url = self.url + path
        return self.session.send(prepared, **given)

    def get(self, path: str, **given: Any) -> requests.Response:
        return self.send("GET", path, **given)

    def raw(self, request: bytes) -> bytes:
        """Bytes in, one whole answer out."""
        with socket.create_connection(("127.0.0.1", self.settings.port), 10) as peer:
            peer.sendall(request)
            answer = b""
            while not _is_whole(answer) and (part := peer.recv(65_536)):
                answer += part
        return answer

    @contextmanager
    def while_busy(self) -> Generator[None]:
        """Another request is under way inside the block."""
        before = len(self.upstream.arrived)
        slow = threading.Thread(target=self._get_slowly)
        slow.start()
        while len(self.upstream.arrived) == before:
            time.sleep(0.005)
        yield
        slow.join()

    def _get_slowly(self) -> None:
        requests.get(f"{self.url}/?sleep=0.5", auth=ADA, timeout=10)

    def log_text(self) -> str:
        return self.data.access_log.read_text()

    def stop(self) -> None:
        self.session.close()
        self.process.terminate()
        self.process.wait(10)
        self.upstream.stop()


def _is_whole(answer: bytes) -> bool:
    head, end_of_head, body = answer.partition(b"\r\n\r\n")
    length = re.search(rb"Content-Length: (\d+)", head)
    return bool(end_of_head and length and len(body) >= int(length[1]))


StartSite = Callable[..., Site]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def new_data_folder() -> DataFolder:
    # Short, because a socket's path holds 107 bytes at most.
    data = DataFolder.at(Path(tempfile.mkdtemp(prefix="tg-")))
    ensure_folders(data)
    return data


def start_site(**given: Any) -> Site:
    """Nginx with these settings on a free port, for ada and bob."""
    settings = ProxySettings(data=new_data_folder(), port=free_port())
    return start_nginx(replace(settings, **given))


def start_nginx(
    settings: ProxySettings,
    stdout: IO[bytes] | None = None,
    stderr: IO[bytes] | None = None,
) -> Site:
    """Nginx with these settings, for ada and bob."""
    data = settings.data
    settings = replace(settings, run_as="root" if os.geteuid() == 0 else None)
    with PeopleFile(data.htpasswd).editing() as entries:
        for name, password in (ADA, BOB):
            entries[name] = hash_password(password, CHEAP)
    config = write_config(settings)
    check_config(data, config)
    process = subprocess.Popen(
        nginx_command(data, config), stdout=stdout, stderr=stderr
    )
    wait_for_port(settings.port)
    link_slots(settings)
    return Site(settings, Upstream(data.server_socket), process)


def link_slots(settings: ProxySettings) -> None:
    """Lead every slot to the first one, as one server alone does."""
    first = settings.data.server_socket
    for number in range(2, settings.slots + 1):
        settings.data.slot(number).symlink_to(first.name)


def wait_for_port(port: int) -> None:
    deadline = time.monotonic() + 10
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.01)


def end(site: Site) -> None:
    site.stop()
    shutil.rmtree(site.data.root)


@pytest.fixture(scope="session")
def site() -> Generator[Site]:
    """The default settings; shared, so a test leaves people and files alone."""
    started = start_site()
    yield started
    end(started)


@pytest.fixture
def new_site() -> Generator[StartSite]:
    """Starts a site of the test's own."""
    started: list[Site] = []

    def start(**given: Any) -> Site:
        started.append(start_site(**given))
        return started[-1]

    yield start
    for one in started:
        end(one)


@pytest.fixture
def data() -> Generator[DataFolder]:
    """A data folder of the test's own."""
    made = new_data_folder()
    yield made
    shutil.rmtree(made.root, ignore_errors=True)


@pytest.fixture
def ada() -> tuple[str, str]:
    return ADA


@pytest.fixture
def bob() -> tuple[str, str]:
    return BOB


@pytest.fixture
def unused_port() -> int:
    return free_port()
