"""Keeps a few child processes running until it is told to stop.

Only the standard library, for it stays in memory as long as the stack runs.
"""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

STOP_SIGNALS = {signal.SIGTERM, signal.SIGINT, signal.SIGHUP}
_WAITED_FOR = STOP_SIGNALS | {signal.SIGCHLD}
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
    """

    name: str
    command: list[str]
    environment: dict[str, str] = field(repr=False)
    grace_signal: int
    grace_s: float
    sockets: list[str]


@dataclass(slots=True)
class Child:
    """One program and its process, if it runs."""

    program: Program
    process: subprocess.Popen[bytes] | None = None
    started_s: float = 0.0
    pause_s: float = FIRST_PAUSE_S
    restart_at_s: float | None = None
    asked_to_end_s: float | None = None

    def start(self) -> None:
        """Start the program in a process group of its own.

        So Ctrl-C reaches this supervisor only, which then stops the children in
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

    def ask_to_end(self) -> None:
        """Send the signal after which it finishes its work."""
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(self.program.grace_signal)
        self.asked_to_end_s = time.monotonic()

    def end(self) -> None:
        """Wait as long as it may take since it was asked; end what is still there."""
        if self.process is None or self.asked_to_end_s is None:
            return
        patience_s = self.asked_to_end_s + self.program.grace_s - time.monotonic()
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(max(patience_s, 0.0))
        _end_group(self.process)


class Supervisor:
    """Starts children, restarts those that end, and stops all.

    The first child leads requests to the others, so it is stopped before them.
    """

    def __init__(self, programs: Sequence[Program], say: Callable[[str], None]) -> None:
        self._children = [Child(program) for program in programs]
        self._say = say

    def start(self) -> None:
        """Start every child."""
        hold_signals()
        for child in self._children:
            child.start()

    def pause(self, seconds: float) -> bool:
        """Wait; returns whether a stop was asked for meanwhile."""
        info = signal.sigtimedwait(_WAITED_FOR, max(seconds, 0.0))
        return info is not None and info.si_signo in STOP_SIGNALS

    def find_ended(self) -> Program | None:
        """A program that has ended, if there is one."""
        return next((one.program for one in self._children if one.has_ended()), None)

    def run(self) -> None:
        """Keep the children running until a signal asks to stop."""
        while not self.pause(self._next_deadline_s()):
            self._restart_ended()

    def stop(self) -> None:
        """Stop the first child, then all others at the same time."""
        for together in (self._children[:1], self._children[1:]):
            for child in together:
                child.ask_to_end()
            for child in together:
                child.end()

    def _next_deadline_s(self) -> float:
        now_s = time.monotonic()
        planned = [
            one.restart_at_s - now_s
            for one in self._children
            if one.restart_at_s is not None
        ]
        return min([LONGEST_PAUSE_S, *planned])

    def _restart_ended(self) -> None:
        now_s = time.monotonic()
        for child in self._children:
            if child.process is not None and child.has_ended():
                code = child.process.returncode
                _end_group(child.process)
                pause_s = child.plan_restart(now_s)
                self._say(
                    f"{child.program.name} ended with code {code}; "
                    f"it is started again in {pause_s:.1f} s."
                )
            elif child.restart_at_s is not None and child.restart_at_s <= now_s:
                child.start()


def hold_signals() -> None:
    """Keep the signals that stop until the supervisor looks at them."""
    signal.pthread_sigmask(signal.SIG_BLOCK, _WAITED_FOR)


def _end_with_parent(parent: int) -> Callable[[], None]:
    """What a child does before its program begins: unblock signals, tie itself."""
    libc = ctypes.CDLL(None)

    def prepare() -> None:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _WAITED_FOR)
        libc.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != parent:
            os._exit(1)

    return prepare


def _end_group(process: subprocess.Popen[bytes]) -> None:
    """End whatever is left of a child's process group."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
