"""Signals to this program while programs of projects run: they reach those too.

Programs of projects have process groups of their own, so a terminal's Ctrl-C does not
reach them by itself.
"""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager
from types import FrameType
from typing import Any, Protocol

from trackgate.fluent.endings import Killed

_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Interruptible(Protocol):
    """What signals are passed on to."""

    def pass_on(self, number: int) -> None:
        """Called in a signal handler: must not wait, nor take a lock."""
        ...


_reached: set[Interruptible] = set()
_former: dict[int, Callable[[int, FrameType | None], Any] | int] = {}


@contextmanager
def heard() -> Generator[None]:
    """Listen while something is begun, and after it while what it started runs."""
    listen()
    try:
        yield
    finally:
        rest()


def listen() -> None:
    """Begin to pass signals on, where this is the main thread.

    SIGTERM and SIGHUP raise `Killed` in it from now on, unless the program has
    handlers of its own: those are called. What is ignored stays so.
    """
    if threading.current_thread() is not threading.main_thread():
        return
    for number in _SIGNALS:
        handler = signal.getsignal(number)
        if handler not in (None, signal.SIG_IGN, _on_signal):
            _former[number] = handler
            signal.signal(number, _on_signal)


def rest() -> None:
    """Give the signals back, where no program runs and this is the main thread."""
    in_main = threading.current_thread() is threading.main_thread()
    if _reached or not in_main:
        return
    for number in list(_former):
        if signal.getsignal(number) is _on_signal:
            signal.signal(number, _former[number])
        del _former[number]


def reach(program: Interruptible) -> None:
    """Pass signals on to it, until `leave`."""
    _reached.add(program)


def leave(program: Interruptible) -> None:
    """It has ended."""
    _reached.discard(program)


def _on_signal(number: int, frame: FrameType | None) -> None:
    for program in list(_reached):
        program.pass_on(number)
    former = _former.get(number, signal.SIG_DFL)
    if not threading.main_thread().is_alive():
        # The interpreter waits for the programs at its exit, and would stop to wait.
        if not _reached:
            _die_of(number)
    elif callable(former):
        former(number, frame)
    else:
        raise Killed


def _die_of(number: int) -> None:
    signal.signal(number, signal.SIG_DFL)
    os.kill(os.getpid(), number)
