"""The process that stays: it starts the stack's programs and keeps them running.

`trackgate up` checks and prepares everything, then turns into this small program (the
same process, by exec), because what a command line needs would stay in memory.
Standard library only.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
import time
from contextlib import suppress
from dataclasses import asdict, dataclass
from typing import Any, NoReturn

from trackgate_proxy.stack.child import Program, hold_signals
from trackgate_proxy.stack.health import HealthTarget, is_healthy
from trackgate_proxy.stack.supervisor import Supervisor

READY_WITHIN_S = 120.0
_ASK_AGAIN_S = 0.03


@dataclass(frozen=True, slots=True)
class Plan:
    """All that is needed to run the stack.

    lock           open descriptor of the data folder's lock, held while this runs
    programs       the first one is stopped before the others
    server_socket  is there before the stack can be healthy
    address        for people, also written to `address_file` while it runs
    greeting       lines to print when it is ready
    restarts_file  is told how each replacement of the server ended
    error_log      where to look when it does not get ready
    temporary      a folder that goes with the stack
    """

    lock: int
    programs: list[Program]
    health: HealthTarget
    server_socket: str
    address: str
    address_file: str
    greeting: list[str]
    restarts_file: str
    error_log: str
    temporary: str


class NotReady(Exception):
    """The stack did not get ready; the message says where the reason stands."""


def turn_into_foreground(plan: Plan) -> NoReturn:
    """Replace this process by the one that runs the plan.

    The plan goes along in memory: it holds the server's environment, and with it
    secrets that must not stand among the arguments, nor in a file.
    """
    memory = os.memfd_create("plan")
    os.write(memory, json.dumps(asdict(plan)).encode())
    os.lseek(memory, 0, os.SEEK_SET)
    for descriptor in (memory, plan.lock):
        os.set_inheritable(descriptor, True)
    hold_signals()
    sys.stdout.flush()
    sys.stderr.flush()
    command = [sys.executable, "-m", "trackgate_proxy.stack.foreground", str(memory)]
    os.execv(sys.executable, command)  # noqa: S606 - our own command


def main() -> int:
    """Run the plan that was handed over; returns the exit code."""
    plan = _read_plan(int(sys.argv[1]))
    try:
        _run(plan)
    except NotReady as error:
        _say(f"Error: {error}")
        return 1
    return 0


def _read_plan(descriptor: int) -> Plan:
    with open(descriptor, encoding="utf-8") as handed_over:
        given: dict[str, Any] = json.load(handed_over)
    given["programs"] = [Program(**one) for one in given["programs"]]
    given["health"] = HealthTarget(**given["health"])
    plan = Plan(**given)
    # The children must not hold the lock when this process is gone.
    os.set_inheritable(plan.lock, False)
    return plan


def _run(plan: Plan) -> None:
    record = _RestartRecord(plan.restarts_file)
    supervisor = Supervisor(plan.programs, _say, record.add)
    try:
        supervisor.start()
        if _wait_until_ready(plan, supervisor):
            _announce(plan)
            supervisor.run()
    finally:
        supervisor.stop()
        _clean_up(plan)


def _wait_until_ready(plan: Plan, supervisor: Supervisor) -> bool:
    """Wait for /health through Nginx; False when a stop was asked for meanwhile."""
    deadline_s = time.monotonic() + READY_WITHIN_S
    # Asking before the socket is there would fill Nginx's error log.
    while not (os.path.exists(plan.server_socket) and is_healthy(plan.health)):
        ended = supervisor.find_ended()
        if ended is not None:
            raise NotReady(
                f"{ended.name} ended while starting. The lines above or "
                f"{plan.error_log} say why."
            )
        if time.monotonic() > deadline_s:
            raise NotReady(f"The stack was not ready within {READY_WITHIN_S:.0f} s.")
        if supervisor.pause(_ASK_AGAIN_S):
            return False
    return True


class _RestartRecord:
    """A file of one line, `COUNT REPLACED`, or `COUNT` and why the last one failed."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._count = 0

    def add(self, failure: str) -> None:
        """Note that one more is over. Whoever waits never reads half a line."""
        self._count += 1
        beside = f"{self._path}.new"
        with open(beside, "w", encoding="utf-8") as file:
            file.write(f"{self._count} {failure or 'REPLACED'}\n")
        os.replace(beside, self._path)


def _announce(plan: Plan) -> None:
    with open(plan.address_file, "w", encoding="utf-8") as file:
        file.write(f"{plan.address}\n")
    for line in plan.greeting:
        print(line, flush=True)  # noqa: T201 - this is its output


def _clean_up(plan: Plan) -> None:
    for name in (plan.address_file, plan.restarts_file):
        with suppress(FileNotFoundError):
            os.unlink(name)
    shutil.rmtree(plan.temporary, ignore_errors=True)


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)  # noqa: T201 - this is its output


if __name__ == "__main__":
    sys.exit(main())
