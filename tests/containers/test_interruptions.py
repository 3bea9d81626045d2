"""What is left of a stack when a command on it is broken off."""

from __future__ import annotations

import os
import signal
import subprocess

import pytest

from tests.containers.stacks import Stack
from tests.fixtures.waiting import wait_until

pytestmark = [pytest.mark.slow, pytest.mark.containers]


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
