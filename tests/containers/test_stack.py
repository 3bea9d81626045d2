"""`docker compose up --wait` on a fresh clone: one server, SQLite, one open port."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.containers.load import new_run, under_load
from tests.containers.stacks import PROJECT, Refused, Stack, copy_project
from tests.end_to_end.clients import Client
from tests.fixtures.waiting import wait_until

pytestmark = [pytest.mark.slow, pytest.mark.containers]

_SEARCH = "/api/2.0/mlflow/experiments/search?max_results=10"
_SERVICES = ("server", "proxy")
_LISTENING = "0A"


def test_the_first_user_is_shown_once_and_can_log_in(stack: Stack) -> None:
    assert stack.ask("GET", _SEARCH).status_code == 200
    assert stack.ask("GET", _SEARCH, name=None).status_code == 401
    assert _times_shown(stack) <= 1


@pytest.mark.parametrize("name", ["trackgate", "mlflow-3"])
def test_clients_log_runs_artifacts_and_models(
    stack: Stack, name: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    client = Client.of(name, request)
    done = client.run_with(
        PROJECT / "examples" / "decision_tree.py",
        tmp_path,
        URI=stack.address,
        USERNAME="ada",
        PASSWORD=stack.passwords["ada"],
    )

    assert done.returncode == 0, done.stdout + done.stderr


def test_people_come_and_go_while_it_runs(stack: Stack) -> None:
    before = [stack.inspect(one)["State"]["StartedAt"] for one in _running(stack)]

    stack.add_user("eve", "correct horse of eve")
    assert stack.ask("GET", _SEARCH, name="eve").status_code == 200

    stack.run("run", "--rm", "--no-deps", "setup", "users", "remove", "eve")
    wait_until(lambda: stack.ask("GET", _SEARCH, name="eve").status_code == 401)
    after = [stack.inspect(one)["State"]["StartedAt"] for one in _running(stack)]
    assert after == before


def test_scripts_of_another_clone_leave_it_alone(stack: Stack, tmp_path: Path) -> None:
    copy_project(tmp_path)
    # Two clones have the same name unless one of them is given another.
    shutil.copy(stack.folder / ".env", tmp_path)

    with pytest.raises(Refused, match="nothing is set up here"):
        Stack(stack.compose, tmp_path, stack.address).script("users", "list")


def test_only_the_proxy_listens_and_only_one_port_is_published(stack: Stack) -> None:
    (server,), (proxy,) = (stack.containers(name) for name in _SERVICES)

    assert _listening(stack, server) == set()
    # The second one is for the health check, on the container's own loopback.
    assert _listening(stack, proxy) == {("0.0.0.0", 8080), ("127.0.0.1", 8081)}
    assert _published(stack, server) == []
    [(address, _)] = _published(stack, proxy)
    assert address == "127.0.0.1"


def test_a_neighbour_on_the_outer_network_reaches_the_proxy_only(stack: Stack) -> None:
    (server,) = stack.containers("server")
    others = ("server", "setup", *_addresses(stack, server))

    answers = _from_outside(stack, "proxy", *others)

    assert answers["proxy"].startswith("HTTP/1.1 401")
    assert {answers[host] for host in others} == {""}


@pytest.mark.parametrize("service", _SERVICES)
def test_no_service_is_root_or_may_become_it(stack: Stack, service: str) -> None:
    (container,) = stack.containers(service)
    host = stack.inspect(container)["HostConfig"]
    status = stack.inside(container, "cat", "/proc/1/status").stdout

    assert stack.inside(container, "id", "-u").stdout.strip() == "10001"
    assert "CapEff:\t0000000000000000" in status
    assert "CapBnd:\t0000000000000000" in status
    assert "NoNewPrivs:\t1" in status
    assert host["ReadonlyRootfs"]
    for place in ("/", "/etc", "/usr/local/bin"):
        assert stack.inside(container, "touch", f"{place}/x").returncode != 0


def test_secrets_and_data_are_closed_to_others(stack: Stack) -> None:
    (server,), (proxy,) = (stack.containers(name) for name in _SERVICES)

    for container, place in (
        (server, "/database"),
        (server, "/servers"),
        (server, "/store"),
        (proxy, "/config"),
        (proxy, "/run/trackgate/verdict"),
    ):
        mode = stack.inside(container, "stat", "--format=%a %u", place).stdout
        assert mode.strip() == "700 10001", place
    # Neither sees what only the other one needs.
    assert stack.inside(proxy, "ls", "/database").returncode != 0
    assert stack.inside(server, "ls", "/config/auth").returncode != 0
    assert stack.inside(proxy, "touch", "/config/auth/htpasswd").returncode != 0


def test_logs_are_json_and_tell_no_password(stack: Stack) -> None:
    stack.ask("GET", _SEARCH)
    requests = [json.loads(line) for line in stack.logs("proxy").splitlines()]
    said = [json.loads(line) for line in stack.logs("server").splitlines()]

    assert any(line["user"] == "admin" for line in requests)
    assert any(line["level"] == "INFO" for line in said)
    assert stack.passwords["admin"] not in stack.logs("proxy") + stack.logs("server")


@pytest.mark.parametrize("service", _SERVICES)
def test_an_image_adds_less_than_150_mb_to_its_base(stack: Stack, service: str) -> None:
    (container,) = stack.containers(service)
    image = stack.inspect(stack.inspect(container)["Image"])
    base = stack.inspect("debian:trixie-slim")

    assert image["Size"] - base["Size"] < 150_000_000
    assert image["RootFS"]["Layers"][0] == base["RootFS"]["Layers"][0]


def test_a_second_up_changes_nothing(stack: Stack) -> None:
    before = _running(stack)

    stack.start()

    assert _running(stack) == before
    assert _times_shown(stack) <= 1


def test_a_rolling_restart_under_load_loses_no_request(stack: Stack) -> None:
    before = stack.containers("server")

    with under_load(stack) as load:
        stack.script("restart")

    assert load.failed == []
    assert set(load.answered) <= load.stored(stack)
    [server] = stack.containers("server")
    assert server not in before
    # By this the next `up` sees that it need not be replaced.
    made_from = stack.inspect(server)["Config"]["Labels"][
        "com.docker.compose.config-hash"
    ]
    assert made_from in stack.run("config", "--hash", "server")


def test_a_restart_that_is_broken_off_leaves_the_servers_there_were(
    stack: Stack,
) -> None:
    servers = stack.containers("server")

    restart = subprocess.Popen(
        [stack.folder / "scripts" / "restart"], start_new_session=True
    )
    wait_until(lambda: len(stack.containers("server")) > len(servers), within_s=60)
    # As a terminal sends it: to the script and to what it runs.
    os.killpg(restart.pid, signal.SIGINT)

    assert restart.wait(timeout=60) == 1
    assert stack.containers("server") == servers
    assert stack.ask("GET", "/version").status_code == 200


def test_it_stops_in_time_and_volumes_survive_down_and_up(stack: Stack) -> None:
    run = new_run(stack)
    put = f"/api/2.0/mlflow-artifacts/artifacts/0/{run}/artifacts/note.txt"
    assert stack.ask("PUT", put, data=b"kept").status_code == 200
    containers = _running(stack)

    stack.run("stop", "--timeout", "10")
    codes = [stack.inspect(one)["State"]["ExitCode"] for one in containers]
    stack.run("down")
    stack.start()

    # 137 would say that one had to be killed.
    assert codes == [0] * len(containers)
    assert stack.ask("GET", put).content == b"kept"
    assert stack.ask("GET", _SEARCH, name="ada").status_code == 200


def _times_shown(stack: Stack) -> int:
    """How often the log holds a password; a restart makes a new log."""
    return stack.logs("setup").count("export TRACKING_PASSWORD=")


def _running(stack: Stack) -> list[str]:
    return [one for name in _SERVICES for one in stack.containers(name)]


def _listening(stack: Stack, container: str) -> set[tuple[str, int]]:
    """Addresses and ports of TCP sockets that wait for connections."""
    tables = stack.inside(container, "cat", "/proc/net/tcp", "/proc/net/tcp6").stdout
    rows = [line.split() for line in tables.splitlines() if ":" in line]
    return {
        _address(local)
        for _, local, _, state, *_ in rows
        # Docker's own resolver sits in each container's namespace, on 127.0.0.11.
        if state == _LISTENING and _address(local)[0] != "127.0.0.11"
    }


def _address(text: str) -> tuple[str, int]:
    host, port = text.split(":")
    return socket.inet_ntoa(bytes.fromhex(host)[:4][::-1]), int(port, 16)


def _published(stack: Stack, container: str) -> list[tuple[str, str]]:
    ports = stack.inspect(container)["NetworkSettings"]["Ports"] or {}
    return [
        (one["HostIp"], one["HostPort"])
        for all_of in ports.values()
        for one in all_of or []
    ]


def _addresses(stack: Stack, container: str) -> Iterator[str]:
    for network in stack.inspect(container)["NetworkSettings"]["Networks"].values():
        yield network["IPAddress"]


def _from_outside(stack: Stack, *hosts: str) -> dict[str, str]:
    """The first line a container on the outer network is answered by each; "" if none.

    Asked on the port that the proxy listens on, and on the server's usual one.
    """
    (proxy,) = stack.containers("proxy")
    found = stack.inspect(proxy)
    (network,) = found["NetworkSettings"]["Networks"]
    program = "".join(
        f"echo {host} $(timeout 1 bash -c 'exec 3<>/dev/tcp/{host}/{port};"
        ' printf "GET / HTTP/1.0\\r\\nHost: proxy\\r\\n\\r\\n" >&3; head -n 1 <&3\');'
        for host in hosts
        for port in (8080, 5000)
    )
    lines = stack.neighbour(network, found["Config"]["Image"], program).splitlines()
    answers = dict.fromkeys(hosts, "")
    for host, _, answer in (line.strip().partition(" ") for line in lines):
        answers[host] += answer
    return answers
