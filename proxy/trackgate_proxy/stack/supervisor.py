"""Keeps a few child processes running until it is told to stop.

Only the standard library, for it stays in memory as long as the stack runs.
"""

from __future__ import annotations

import signal
import time
from collections.abc import Callable, Sequence

from trackgate_proxy.stack.child import (
    HELD_SIGNALS,
    LONGEST_PAUSE_S,
    REPLACE_SIGNAL,
    STOP_SIGNALS,
    Child,
    Program,
    end_group,
    hold_signals,
)
from trackgate_proxy.stack.replacing import LOOK_AGAIN_S, Replacement


class Supervisor:
    """Starts children, restarts and replaces them, and stops all.

    The first child leads requests to the others, so it is stopped before them. One that
    takes slots is replaced when a signal asks for that.

    say       told in a line what happened
    replaced  told how a replacement ended: why it failed, or an empty text
    """

    def __init__(
        self,
        programs: Sequence[Program],
        say: Callable[[str], None],
        replaced: Callable[[str], None],
    ) -> None:
        self._children = [Child(program) for program in programs]
        self._say = say
        self._replaced = replaced
        self._replacement: Replacement | None = None
        self._is_replacing_asked = False

    def start(self) -> None:
        """Start every child."""
        hold_signals()
        for child in self._children:
            child.start()

    def pause(self, seconds: float) -> bool:
        """Wait; returns whether a stop was asked for meanwhile."""
        info = signal.sigtimedwait(HELD_SIGNALS, max(seconds, 0.0))
        if info is not None and info.si_signo == REPLACE_SIGNAL:
            self._is_replacing_asked = True
        return info is not None and info.si_signo in STOP_SIGNALS

    def find_ended(self) -> Program | None:
        """A program that has ended, if there is one."""
        return next((one.program for one in self._children if one.has_ended()), None)

    def run(self) -> None:
        """Keep the children running until a signal asks to stop."""
        while not self.pause(self._next_deadline_s()):
            self._restart_ended()
            self._replace()

    def stop(self) -> None:
        """Stop the first child, then all others at the same time."""
        others = self._replacement.others() if self._replacement else []
        for together in (self._children[:1], [*self._children[1:], *others]):
            for child in together:
                child.ask_to_end()
            for child in together:
                child.end()

    def _next_deadline_s(self) -> float:
        if self._replacement is not None or self._is_replacing_asked:
            return LOOK_AGAIN_S
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
                end_group(child.process)
                pause_s = child.plan_restart(now_s)
                self._say(
                    f"{child.program.name} ended with code {code}; "
                    f"it is started again in {pause_s:.1f} s."
                )
            elif child.restart_at_s is not None and child.restart_at_s <= now_s:
                child.start()

    def _replace(self) -> None:
        """Begin a replacement that was asked for, or go on with the one under way."""
        if self._replacement is None:
            if self._is_replacing_asked:
                self._is_replacing_asked = False
                self._begin_replacement()
            return
        place = self._children.index(self._replacement.current)
        is_over = self._replacement.advance()
        self._children[place] = self._replacement.current
        if is_over:
            self._end_replacement(self._replacement)

    def _begin_replacement(self) -> None:
        for child in self._children:
            if child.program.slots:
                self._replacement = Replacement(child)
                return

    def _end_replacement(self, replacement: Replacement) -> None:
        name = replacement.current.program.name
        failure = replacement.failure
        self._say(f"{name} stays: {failure}." if failure else f"{name} was replaced.")
        self._replacement = None
        self._replaced(failure)
