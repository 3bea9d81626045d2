"""Memory of the server's processes before, while and after large answers are made."""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass

from bench.growth import probes
from bench.growth.probes import Stage
from bench.systems.system import System

_MIB = 2**20
_LOOK_AGAIN_S = 0.02
_CALLS = 10


@dataclass(frozen=True)
class Held:
    """Proportional set size of Nginx and the server together, in MiB.

    before       while nothing was asked
    most         at any moment looked at while the calls were answered
    after        at the end of the first calls
    after_twice  at the end of as many again: what still grows would show here
    """

    call: str
    before: float
    most: float
    after: float
    after_twice: float


def held(system: System, stage: Stage) -> list[Held]:
    """Of each of the calls whose answers or bodies are large."""
    return [
        _held(system, name, prepare(stage)) for name, prepare in probes.LARGE.items()
    ]


def _held(system: System, name: str, call: Callable[[int], bytes]) -> Held:
    before = _pss_mib(system)
    with _watched(system) as seen:
        _several(call)
        after = _pss_mib(system)
        _several(call)
    return Held(name, before, max(seen), after, _pss_mib(system))


def _several(call: Callable[[int], bytes]) -> None:
    for number in range(_CALLS):
        call(number)


@contextmanager
def _watched(system: System) -> Generator[list[float]]:
    """Look again and again, from a thread of its own, while the body runs."""
    seen = [_pss_mib(system)]
    done = threading.Event()

    def look() -> None:
        while not done.wait(_LOOK_AGAIN_S):
            seen.append(_pss_mib(system))

    watcher = threading.Thread(target=look)
    watcher.start()
    try:
        yield seen
    finally:
        done.set()
        watcher.join()


def _pss_mib(system: System) -> float:
    return system.tree.memory().pss_bytes / _MIB
