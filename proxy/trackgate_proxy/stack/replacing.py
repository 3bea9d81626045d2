"""Replaces a program of the stack by a new process of it, without a gap.

Only the standard library, for it stays in memory as long as the stack runs.
"""

from __future__ import annotations

import os
import subprocess
import time
from contextlib import suppress

from trackgate_proxy.stack.child import Child, Program
from trackgate_proxy.stack.health import is_socket_healthy

READY_WITHIN_S = 60.0
# Requests under way may take longer here than at the end of the whole stack, where
# Nginx has waited for them before. The server's own limit is 8 s.
RETIRE_WITHIN_S = 10.0
LOOK_AGAIN_S = 0.05


class Replacement:
    """A second process, which takes the place of the first one when it is ready.

    current  the child that has the place: the first one, later the second
    failure  why the first one keeps its place; empty otherwise
    """

    def __init__(self, current: Child) -> None:
        self.current = current
        self.failure = ""
        self._candidate: Child | None = Child(current.program)
        self._leaving: Child | None = None
        self._deadline_s = time.monotonic() + READY_WITHIN_S
        # Judged below, like one that ended.
        with suppress(OSError, subprocess.SubprocessError):
            self._candidate.start()

    def others(self) -> list[Child]:
        """The children besides the current one."""
        return [one for one in (self._candidate, self._leaving) if one is not None]

    def advance(self) -> bool:
        """Go on as far as that is possible without waiting; whether it is over."""
        if self._candidate is not None:
            self._judge(self._candidate)
        return self._leaving is not None and self._leaving.has_left()

    def _judge(self, candidate: Child) -> None:
        process = candidate.process
        if process is None:
            self._keep_current(candidate, "the new one cannot be started")
        elif candidate.has_ended():
            why = f"the new one ended with code {process.returncode}"
            self._keep_current(candidate, why)
        elif _is_ready(candidate.program, process.pid):
            self._swap(candidate)
        elif time.monotonic() > self._deadline_s:
            why = f"the new one was not ready within {READY_WITHIN_S:.0f} s"
            self._keep_current(candidate, why)

    def _swap(self, candidate: Child) -> None:
        self._leaving, self.current = self.current, candidate
        self._candidate = None
        self._leaving.ask_to_end(RETIRE_WITHIN_S)

    def _keep_current(self, candidate: Child, why: str) -> None:
        self.failure = why
        self._leaving, self._candidate = candidate, None
        self._leaving.ask_to_end(RETIRE_WITHIN_S)


def _is_ready(program: Program, pid: int) -> bool:
    """Whether requests are led to a process and it answers them."""
    return any(
        is_socket_healthy(slot, program.health_path)
        for slot in _slots_of(program.slots, pid)[:1]
    )


def _slots_of(folder: str, pid: int) -> list[str]:
    """Slots that lead to the process, whose socket is named HOSTNAME-PID.sock."""
    # They may change at any moment.
    with suppress(OSError), os.scandir(folder) as entries:
        return [
            entry.path
            for entry in entries
            if entry.is_symlink() and os.readlink(entry).endswith(f"-{pid}.sock")
        ]
    return []
