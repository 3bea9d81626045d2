"""What was answered is on disk, whatever is killed and when."""

from __future__ import annotations

import random
import signal
import time

import psutil
import pytest
from trackgate_server.store.transaction import Kind

from tests.durability.load import Load, check_nothing_lost, new_writer
from tests.environment.postgres import PostgresServer
from tests.fixtures.databases import NewStore
from tests.fixtures.sites import DATABASES, Stack, running_stack
from tests.fixtures.waiting import wait_until

pytestmark = [pytest.mark.slow, pytest.mark.nginx]

_WRITERS = 6
_CYCLES = 4


@pytest.mark.parametrize("kind", DATABASES)
def test_a_killed_server_loses_nothing_it_answered(
    kind: Kind, new_store: NewStore
) -> None:
    chance = random.Random(7)
    with running_stack(new_store(kind)) as stack:
        writers = [new_writer(stack.client("ada")) for _ in range(_WRITERS)]
        with Load(writers) as load:
            for _ in range(_CYCLES):
                load.wait_for(60)
                time.sleep(chance.uniform(0, 0.3))
                _kill_server(stack)
            load.wait_for(60)
        assert sum(writer.refused for writer in writers) > 0, "nothing was interrupted"
        for writer in writers:
            check_nothing_lost(stack.client("ada"), writer)


@pytest.mark.parametrize("kind", DATABASES)
def test_a_killed_worker_is_replaced_and_loses_nothing(
    kind: Kind, new_store: NewStore
) -> None:
    with running_stack(new_store(kind)) as stack:
        writers = [new_writer(stack.client("ada")) for _ in range(_WRITERS)]
        with Load(writers) as load:
            for _ in range(_CYCLES):
                load.wait_for(40)
                _kill(_workers(stack)[:1])
            load.wait_for(40)
        for writer in writers:
            check_nothing_lost(stack.client("ada"), writer)


@pytest.mark.postgres
def test_a_killed_postgresql_loses_nothing_and_the_server_finds_it_again(
    mortal_postgres: PostgresServer,
) -> None:
    with running_stack(mortal_postgres.uri("killed")) as stack:
        writers = [new_writer(stack.client("ada")) for _ in range(_WRITERS)]
        with Load(writers) as load:
            for _ in range(2):
                load.wait_for(60)
                mortal_postgres.kill()
                time.sleep(0.3)
                answer = stack.client("ada").raw(
                    "GET", "/api/2.0/mlflow/runs/get?run_id=x"
                )
                assert answer.status == 503
                assert answer.headers["Retry-After"]
                assert answer.error_code == "TEMPORARILY_UNAVAILABLE"
                mortal_postgres.start()
                load.wait_for(60, within_s=10)
        for writer in writers:
            check_nothing_lost(stack.client("ada"), writer)


def _server(stack: Stack) -> psutil.Process:
    """gunicorn's master below `trackgate up`."""
    up = psutil.Process(stack.program.pid)
    found = [
        child
        for child in up.children()
        if "trackgate_server" in " ".join(child.cmdline())
    ]
    assert len(found) == 1
    return found[0]


def _workers(stack: Stack) -> list[psutil.Process]:
    return _server(stack).children()


def _kill_server(stack: Stack) -> None:
    master = _server(stack)
    _kill([master, *master.children()])
    wait_until(lambda: _is_up(stack))


def _kill(processes: list[psutil.Process]) -> None:
    for process in processes:
        process.send_signal(signal.SIGKILL)


def _is_up(stack: Stack) -> bool:
    return stack.client(None).raw("GET", "/health").status == 200
