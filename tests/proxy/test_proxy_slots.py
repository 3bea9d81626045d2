"""Nginx finds servers by slots, whatever becomes of the servers."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Generator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from trackgate_proxy.site.data_folder import DataFolder

from tests.fixtures.waiting import wait_until
from tests.proxy.conftest import Site, end, start_site
from tests.proxy.upstream import Upstream

pytestmark = pytest.mark.nginx

API = "/api/2.0/mlflow/runs/get"
StartServer = Callable[[str], Upstream]


@pytest.fixture(scope="module")
def site() -> Generator[Site]:
    """A site whose own server is gone; each test brings its servers."""
    started = start_site()
    started.upstream.stop()
    yield started
    end(started)


@pytest.fixture
def new_server(site: Site) -> Generator[StartServer]:
    """Starts a server in the folder of slots, to which no slot leads yet."""
    started: list[Upstream] = []

    def start(name: str) -> Upstream:
        started.append(Upstream(site.data.servers / f"{name}.sock"))
        return started[-1]

    yield start
    for one in started:
        end_server(one)


def end_server(server: Upstream) -> None:
    """End it, and give Nginx the moment it needs to see that."""
    server.stop()
    time.sleep(0.02)


def lead_slots_to(data: DataFolder, names: Sequence[str], slots: int = 12) -> None:
    """Share the slots out as servers do: in turns, each replaced by renaming."""
    for number in range(1, slots + 1):
        link = data.servers / "slot.new"
        link.symlink_to(f"{names[(number - 1) % len(names)]}.sock")
        link.rename(data.slot(number))


def statuses(site: Site, method: str, path: str, times: int) -> Counter[int]:
    """What many requests at once are answered."""

    def send(number: int) -> int:
        return site.send(method, f"{path}?number={number}").status_code

    with ThreadPoolExecutor(4) as callers:
        return Counter(callers.map(send, range(times)))


def test_requests_are_spread_over_the_servers(site: Site, new_server: Any) -> None:
    servers = [new_server(name) for name in ("a", "b", "c")]
    lead_slots_to(site.data, ["a", "b", "c"])

    assert statuses(site, "POST", API, 48) == {200: 48}

    assert all(8 <= len(one.arrived) <= 24 for one in servers)


@pytest.mark.parametrize("dead", [["b"], ["a", "c"], ["a", "b"]])
@pytest.mark.parametrize("leaves_socket", [True, False])
def test_dead_servers_cost_no_request(
    site: Site, new_server: Any, dead: list[str], leaves_socket: bool
) -> None:
    """So it is in the second before the others take over a dead one's slots."""
    servers = {name: new_server(name) for name in ("a", "b", "c")}
    lead_slots_to(site.data, ["a", "b", "c"])
    for name in dead:
        end_server(servers.pop(name))
        if not leaves_socket:
            Path(site.data.servers, f"{name}.sock").unlink()

    for method in ("GET", "POST", "PUT"):
        assert statuses(site, method, API, 24) == {200: 24}

    arrived = [one.target for server in servers.values() for one in server.arrived]
    assert len(arrived) == 72


def test_what_a_server_has_seen_is_not_posted_again(
    site: Site, new_server: Any
) -> None:
    servers = [new_server(name) for name in ("a", "b")]
    lead_slots_to(site.data, ["a", "b"])

    for method in ("POST", "PATCH"):
        assert site.send(method, f"{API}?crash={method}").status_code == 502

    arrived = [one.method for server in servers for one in server.arrived]
    assert sorted(arrived) == ["PATCH", "POST"]


def test_a_server_may_take_over_while_requests_come(
    site: Site, new_server: Any
) -> None:
    old, new = new_server("old"), new_server("new")
    lead_slots_to(site.data, ["old"])

    with ThreadPoolExecutor(1) as callers:
        under_way = callers.submit(statuses, site, "POST", API, 200)
        for names in (["old", "new"], ["new"], ["new", "old"], ["new"]):
            time.sleep(0.05)
            lead_slots_to(site.data, names)
        assert under_way.result() == {200: 200}

    assert len(old.arrived) + len(new.arrived) == 200
    assert site.get(API).status_code == 200


def test_connections_are_kept_for_a_second_at_most(site: Site, new_server: Any) -> None:
    server = new_server("alone")
    lead_slots_to(site.data, ["alone"])

    for _ in range(60):
        assert site.get(API).status_code == 200

    # One client is one worker of Nginx's, so a connection a slot; twice that where the
    # machine stood still for a second.
    assert server.connections <= 2 * site.settings.slots
    # Nginx by itself would keep them for a minute.
    wait_until(lambda: server.open_connections == 0, within_s=20)
