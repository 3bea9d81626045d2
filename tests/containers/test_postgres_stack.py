"""`compose.postgres.yaml`: three servers, PostgreSQL on a network of its own."""

from __future__ import annotations

import json
import os
import signal
from collections import Counter

import pytest

from tests.containers.load import under_load
from tests.containers.stacks import Stack, wait_until

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
    [database] = postgres_stack.containers("postgres")
    found = postgres_stack.inspect(database)
    [network] = found["NetworkSettings"]["Networks"].values()
    [proxy] = postgres_stack.containers("proxy")
    outer = postgres_stack.inspect(proxy)
    [outer_network] = outer["NetworkSettings"]["Networks"]

    assert found["NetworkSettings"]["Ports"] in ({}, None)
    for host in ("postgres", network["IPAddress"]):
        ask = f"exec 3<>/dev/tcp/{host}/5432 && echo reached"
        image = outer["Config"]["Image"]
        assert postgres_stack.neighbour(outer_network, image, ask) == ""
    # And it reaches nobody: there is no route out.
    routes = postgres_stack.inside(database, "cat", "/proc/net/route").stdout
    assert not [line for line in routes.splitlines() if "\t00000000\t" in line[:20]]


def test_scaling_down_and_up_under_load_loses_no_request(postgres_stack: Stack) -> None:
    with under_load(postgres_stack) as load:
        postgres_stack.run("up", "--wait", "--no-recreate", "--scale", "server=1")
        postgres_stack.run("up", "--wait", "--no-recreate", "--scale", "server=3")

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


def _slots(stack: Stack, server: str) -> dict[str, str]:
    """Which socket each slot leads to."""
    program = "cd /servers && for slot in slot-*; do echo $slot $(readlink $slot); done"
    lines = stack.inside(server, "sh", "-c", program).stdout.splitlines()
    return dict(line.split() for line in lines)  # pyright: ignore


def _healthy(stack: Stack) -> list[str]:
    return [
        one
        for one in stack.containers("server")
        if stack.inspect(one)["State"]["Health"]["Status"] == "healthy"
    ]
