"""`compose.postgres.yaml`: three servers, PostgreSQL on a network of its own."""

from __future__ import annotations

import json
import os
import signal
from collections import Counter
from typing import Any

import pytest

from tests.containers.load import under_load
from tests.containers.stacks import Stack
from tests.fixtures.waiting import wait_until

pytestmark = [pytest.mark.slow, pytest.mark.containers, pytest.mark.postgres]

_SEARCH = "/api/2.0/mlflow/experiments/search?max_results=10"


def test_requests_spread_over_all_servers(postgres_stack: Stack) -> None:
    servers = postgres_stack.containers("server")
    assert len(servers) == 3
    seen_before = len(postgres_stack.logs("proxy").splitlines())

    for _ in range(60):
        assert postgres_stack.ask("GET", _SEARCH).status_code == 200

    lines = postgres_stack.logs("proxy").splitlines()[seen_before:]
    slots = [json.loads(line)["server"] for line in lines if line.startswith("{")]
    links = _slots(postgres_stack, servers[0])
    shares = Counter(links[slot.rpartition("/")[2]] for slot in slots if slot)
    assert len(shares) == 3
    assert min(shares.values()) >= 10


def test_a_killed_server_loses_no_answered_write(postgres_stack: Stack) -> None:
    victim = postgres_stack.containers("server")[1]
    main = postgres_stack.inspect(victim)["State"]["Pid"]

    with under_load(postgres_stack) as load:
        os.kill(main, signal.SIGKILL)
        answered = len(load.answered)
        wait_until(lambda: len(load.answered) > answered + 200)

    assert set(load.answered) <= load.stored(postgres_stack)
    # Only what was in the server at that moment; Nginx cannot know if it was written.
    assert len(load.failed) <= 8
    wait_until(lambda: len(_healthy(postgres_stack)) == 3, within_s=30)


def test_postgresql_is_reached_by_nobody_else(postgres_stack: Stack) -> None:
    (database,), (proxy,) = map(postgres_stack.containers, ("postgres", "proxy"))
    found, outer = postgres_stack.inspect(database), postgres_stack.inspect(proxy)
    (inner_address,) = _addresses(found)
    ((outer_network, own),) = outer["NetworkSettings"]["Networks"].items()

    assert found["NetworkSettings"]["Ports"] in ({}, None)
    for host in ("postgres", inner_address):
        ask = f"timeout 2 bash -c 'exec 3<>/dev/tcp/{host}/5432' && echo reached"
        image = outer["Config"]["Image"]
        assert postgres_stack.neighbour(outer_network, image, ask) == ""
    # And it reaches nobody outside: not even the open port of the proxy.
    ask = f"exec 3<>/dev/tcp/{own['IPAddress']}/8080"
    tried = postgres_stack.inside(database, "timeout", "2", "bash", "-c", ask)
    assert tried.returncode != 0


def test_scaling_down_and_up_under_load_loses_no_request(postgres_stack: Stack) -> None:
    with under_load(postgres_stack) as load:
        for count in (1, 3):
            scale = ("--no-recreate", "--no-build", "--scale", f"server={count}")
            postgres_stack.run("up", "--wait", "--no-deps", *scale, "server")

    assert load.failed == []
    assert set(load.answered) <= load.stored(postgres_stack)


def test_its_password_is_made_here_and_shown_nowhere(postgres_stack: Stack) -> None:
    server = postgres_stack.containers("server")[0]
    secret = "/run/postgres-secret/password"
    password = postgres_stack.inside(server, "cat", secret).stdout.strip()

    assert len(password) == 32
    said = postgres_stack.run("logs", "--no-color")
    assert password not in said
    assert password not in json.dumps(postgres_stack.inspect(server))
    commands = postgres_stack.inside(server, "sh", "-c", "cat /proc/*/cmdline").stdout
    assert password not in commands


def _addresses(found: dict[str, Any]) -> list[str]:
    networks = found["NetworkSettings"]["Networks"].values()
    return [str(network["IPAddress"]) for network in networks]


def _slots(stack: Stack, server: str) -> dict[str, str]:
    """Which socket each slot leads to."""
    program = "cd /servers && for slot in slot-*; do echo $slot $(readlink $slot); done"
    lines = stack.inside(server, "sh", "-c", program).stdout.splitlines()
    return dict(line.split() for line in lines)


def _healthy(stack: Stack) -> list[str]:
    return [
        one
        for one in stack.containers("server")
        if stack.inspect(one)["State"]["Health"]["Status"] == "healthy"
    ]
