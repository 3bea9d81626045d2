"""A site as it is placed in a container: what it writes, says and answers."""

from __future__ import annotations

import json
import os
import shutil
import time
from collections.abc import Generator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
import requests
from click.testing import CliRunner
from trackgate_proxy.cli import proxy
from trackgate_proxy.config.rules import host_names
from trackgate_proxy.site.certificates import ensure_self_signed
from trackgate_proxy.site.data_folder import (
    DataFolder,
    Elsewhere,
    UnsafeFolder,
    ensure_folders,
)
from trackgate_proxy.site.hosts import LOOPBACK_NAMES
from trackgate_proxy.site.placement import CONTAINER, Placement
from trackgate_proxy.site.settings import ProxySettings, Tls
from trackgate_proxy.site.settings_error import SettingsError

from tests.proxy.conftest import ADA, Site, end, free_port, start_nginx

API = "/api/2.0/mlflow/runs/get"


@dataclass
class Container:
    """A running site whose folders lie where a container mounts them."""

    site: Site
    stdout: Path
    stderr: Path

    @property
    def health_url(self) -> str:
        return f"http://127.0.0.1:{self.site.settings.health_port}"

    def wait_for_log(self, count: int) -> list[dict[str, str]]:
        """The access log, once it has that many lines."""
        deadline_s = time.monotonic() + 5
        while len(lines := self.stdout.read_text().splitlines()) < count:
            assert time.monotonic() < deadline_s
            time.sleep(0.01)
        return [json.loads(line) for line in lines]


def placed_below(folder: Path) -> Placement:
    """The container's placement, with its mounts below a folder of this machine."""
    run, servers, store = (folder / name for name in ("run", "servers", "store"))
    for mount in (run, servers, store):
        mount.mkdir(mode=0o700)
    elsewhere = Elsewhere(run, servers, store / "artifacts", store / "spool")
    return replace(
        CONTAINER,
        elsewhere=elsewhere,
        host="127.0.0.1",
        port=free_port(),
        health_port=free_port(),
    )


@pytest.fixture(scope="module")
def container(tmp_path_factory: pytest.TempPathFactory) -> Generator[Container]:
    # Short, because a socket's path holds 107 bytes at most.
    folder = Path(os.path.realpath(tmp_path_factory.mktemp("c")))
    placement = placed_below(folder)
    tls = Tls(folder / "fullchain.pem", folder / "privkey.pem")
    ensure_self_signed(tls, ["127.0.0.1"], datetime.now(UTC))
    given = ProxySettings(
        data=DataFolder(folder / "config"),
        tls=tls,
        public_urls=("https://track.example",),
    )
    settings = placement.settings(given)
    ensure_folders(settings.data)
    stdout, stderr = folder / "stdout", folder / "stderr"
    with stdout.open("ab") as out, stderr.open("ab") as err:
        site = start_nginx(settings, stdout=out, stderr=err)
    site.session.verify = str(tls.certificate)
    yield Container(site, stdout, stderr)
    end(site)
    shutil.rmtree(folder)


@pytest.mark.nginx
def test_nginx_writes_nothing_beside_its_mounts(container: Container) -> None:
    site = container.site
    config = site.data.root
    before = {path: path.stat().st_mtime_ns for path in config.rglob("*")}

    assert site.get(API).status_code == 200
    assert site.send("POST", API, data=b"x" * 3_000_000).status_code == 200
    upload = "/api/2.0/mlflow-artifacts/artifacts/a"
    assert site.send("PUT", upload, data=b"x" * 3_000_000).status_code == 200

    assert {path: path.stat().st_mtime_ns for path in config.rglob("*")} == before
    assert {path.name for path in config.iterdir()} == {"auth", "proxy"}
    assert {path.name for path in site.data.run.iterdir()} == {
        "nginx.pid",
        "proxy",
        "unused",
        "verdict",
        "verdict.sock",
    }
    assert site.data.verdict_cache.stat().st_mode & 0o777 == 0o700
    spooled = site.upstream.last().all("X-Trackgate-Body")[0]
    assert Path(spooled).parent == site.data.spool


@pytest.mark.nginx
def test_logs_go_to_the_standard_streams(container: Container) -> None:
    before = len(container.stdout.read_text().splitlines())

    container.site.get("/a?secret=1")

    line = container.wait_for_log(before + 1)[-1]
    assert (line["user"], line["path"], line["status"]) == ("ada", "/a", "200")
    container.site.get("/api/2.0/mlflow/runs/get?crash=1")
    assert "prematurely closed connection" in container.stderr.read_text()


@pytest.mark.nginx
def test_the_container_asks_for_its_health_as_nobody(container: Container) -> None:
    """In plain HTTP, although the site speaks TLS."""
    forged = {"X-Trackgate-User": "root", "X_Trackgate_User": "root"}

    healthy = requests.get(
        f"{container.health_url}/health", headers=forged, auth=ADA, timeout=5
    )

    assert healthy.status_code == 200
    seen = container.site.upstream.last()
    assert seen.target == "/health"
    for name in ("X-Trackgate-User", "Authorization", "X-Trackgate-Body"):
        assert seen.all(name) == []


@pytest.mark.nginx
@pytest.mark.parametrize(
    ("method", "path", "host", "status"),
    [
        ("GET", "/", "localhost", 404),
        ("GET", API, "localhost", 404),
        ("GET", "/health/", "localhost", 404),
        ("GET", "/health/../api", "localhost", 404),
        ("GET", "/_verdict", "localhost", 404),
        ("GET", "/_artifacts/a", "localhost", 404),
        ("TRACE", "/health", "localhost", 405),
        ("POST", "/health", "localhost", 403),
        ("GET", "/health", "evil.example", 421),
    ],
)
def test_the_health_port_has_nothing_else(
    container: Container, method: str, path: str, host: str, status: int
) -> None:
    arrived = len(container.site.upstream.arrived)
    request = requests.Request(method, container.health_url, headers={"Host": host})
    prepared = request.prepare()
    prepared.url = container.health_url + path

    with requests.Session() as session:
        assert session.send(prepared, timeout=5).status_code == status

    assert len(container.site.upstream.arrived) == arrived


@pytest.mark.nginx
def test_others_in_the_network_call_it_proxy(container: Container) -> None:
    def status(host: str) -> int:
        return container.site.get(API, headers={"Host": host}).status_code

    assert [status(one) for one in ("proxy:8080", "track.example")] == [200, 200]
    assert [status(one) for one in ("10.1.2.3", "proxy.evil.example")] == [421, 421]


def test_the_place_decides_the_names_and_the_mounts() -> None:
    given = ProxySettings(
        data=DataFolder(Path("/config")), host="::", host_names=("a1b2c3",)
    )

    settings = CONTAINER.settings(given)

    assert host_names(settings) == [*LOOPBACK_NAMES, "proxy"]
    assert str(settings.data.server_socket) == "/servers/slot-01.sock"
    assert str(settings.uploads) == "/store/spool"
    assert str(settings.verdicts) == "/run/trackgate/verdict"
    assert str(settings.data.htpasswd) == "/config/auth/htpasswd"


def test_without_its_mounts_nothing_is_made(tmp_path: Path) -> None:
    elsewhere = replace(
        CONTAINER.elsewhere, artifacts=tmp_path / "absent" / "artifacts"
    )

    with pytest.raises(UnsafeFolder, match=r"absent: mount a volume"):
        ensure_folders(DataFolder(tmp_path / "config", elsewhere))

    assert not (tmp_path / "absent").exists()


def test_each_port_has_one_purpose() -> None:
    settings = CONTAINER.settings(ProxySettings(data=DataFolder(Path("/config"))))
    tls = Tls(Path("/a.pem"), Path("/a.key"), redirect_port=8080)

    with pytest.raises(SettingsError, match="port and health_port are both 8081"):
        replace(settings, port=8081)
    with pytest.raises(SettingsError, match="port and redirect_port are both 8080"):
        replace(settings, tls=tls)


@pytest.mark.parametrize("by_flag", [True, False])
def test_the_config_for_a_container_is_printed_anywhere(
    by_flag: bool, tmp_path: Path
) -> None:
    given = ["config", "--data-dir", str(tmp_path), *(["--container"] * by_flag)]
    environment = {} if by_flag else {"TRACKGATE_CONTAINER": "1"}

    printed = CliRunner().invoke(proxy, given, env=environment)

    assert printed.exit_code == 0
    assert "server 'unix:/servers/slot-12.sock' max_fails=0;" in printed.output
    assert "listen 0.0.0.0:8080;" in printed.output
    assert list(tmp_path.iterdir()) == []
