"""One program of the stack and its process.

Only the standard library, for it stays in memory as long as the stack runs.
"""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field

STOP_SIGNALS = {signal.SIGTERM, signal.SIGINT, signal.SIGHUP}
REPLACE_SIGNAL = signal.SIGUSR1
# The supervisor holds these back until it looks at them; its children do not.
HELD_SIGNALS = STOP_SIGNALS | {signal.SIGCHLD, REPLACE_SIGNAL}
FIRST_PAUSE_S = 0.2
LONGEST_PAUSE_S = 10.0
# A child that ran this long was healthy: the next pause is the shortest again.
HEALTHY_S = 30.0
_PR_SET_PDEATHSIG = 1


@dataclass(frozen=True, slots=True)
class Program:
    """What to run, and how to end it.

    environment   all of its environment
    grace_signal  asks it to finish its work and end
    grace_s       how long it may take for that before it is ended
    sockets       names that a crash leaves behind and that keep it from starting
    slots         folder in which it takes slots when it is ready; such a program can be
                  replaced while it runs
    health_path   what it answers there with 200
    """

    name: str
    command: list[str]
    environment: dict[str, str] = field(repr=False)
    grace_signal: int
    grace_s: float
    sockets: list[str]
    slots: str = ""
    health_path: str = ""


@dataclass(slots=True)
class Child:
    """One program and its process, if it runs."""

    program: Program
    process: subprocess.Popen[bytes] | None = None
    started_s: float = 0.0
    pause_s: float = FIRST_PAUSE_S
    restart_at_s: float | None = None
    end_by_s: float | None = None

    def start(self) -> None:
        """Start the program in a process group of its own.

        So Ctrl-C reaches the supervisor only, which then stops the children in
        order. Should the supervisor be killed, its children are ended with it.
        """
        for name in self.program.sockets:
            with suppress(FileNotFoundError):
                os.unlink(name)
        self.process = subprocess.Popen(  # noqa: S603 - our own commands
            self.program.command,
            env=self.program.environment,
            process_group=0,
            # Runs between fork and exec; no other thread exists here.
            preexec_fn=_end_with_parent(os.getpid()),
        )
        self.started_s = time.monotonic()
        self.restart_at_s = None

    def has_ended(self) -> bool:
        """Whether a started process is gone."""
        return self.process is not None and self.process.poll() is not None

    def plan_restart(self, now_s: float) -> float:
        """Set the time of the next start; returns the pause until then."""
        if now_s - self.started_s > HEALTHY_S:
            self.pause_s = FIRST_PAUSE_S
        pause_s = self.pause_s
        self.restart_at_s = now_s + pause_s
        self.pause_s = min(self.pause_s * 2, LONGEST_PAUSE_S)
        self.process = None
        return pause_s

    def ask_to_end(self, grace_s: float | None = None) -> None:
        """Send the signal after which it finishes its work.

        grace_s  how long it may take, if not the program's own time
        """
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(self.program.grace_signal)
        if grace_s is None:
            grace_s = self.program.grace_s
        self.end_by_s = time.monotonic() + grace_s

    def has_left(self) -> bool:
        """Whether nothing is left of one that was asked to end; does not wait.

        What took too long is ended.
        """
        if self.process is None:
            return True
        is_late = self.end_by_s is not None and time.monotonic() > self.end_by_s
        if not (self.has_ended() or is_late):
            return False
        end_group(self.process)
        return True

    def end(self) -> None:
        """Wait as long as it may take since it was asked; end what is still there."""
        if self.process is None or self.end_by_s is None:
            return
        patience_s = self.end_by_s - time.monotonic()
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(max(patience_s, 0.0))
        end_group(self.process)


def hold_signals() -> None:
    """Keep the signals that stop and replace until the supervisor looks at them."""
    signal.pthread_sigmask(signal.SIG_BLOCK, HELD_SIGNALS)


def end_group(process: subprocess.Popen[bytes]) -> None:
    """End whatever is left of a child's process group."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _end_with_parent(parent: int) -> Callable[[], None]:
    """What a child does before its program begins: unblock signals, tie itself."""
    libc = ctypes.CDLL(None)

    def prepare() -> None:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, HELD_SIGNALS)
        libc.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != parent:
            os._exit(1)

    return prepare
