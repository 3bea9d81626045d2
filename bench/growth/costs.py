"""What a call costs: seconds that it takes, and processor time of who answers it.

The kernel's scheduler counts nanoseconds of each thread (`schedstat`, proc(5)); the
clock ticks in `stat` are too coarse for a few dozen calls of a millisecond.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from bench.systems.process_tree import ProcessTree
from bench.systems.system import System

WARM_UP = 2

_PROC = Path("/proc")
_FEWEST = 7
_MILLI = 1e3
# Whatever else the database does for itself would be charged to whoever calls.
_OWN_BUSINESS = (b"autovacuum", b"checkpointer")

Call = Callable[[int], bytes]
"""One call; its number lets each one write something new."""


@dataclass(frozen=True)
class Cost:
    """Of one call, in milliseconds; processor time is the mean of all calls."""

    calls: int
    p50_ms: float
    least_ms: float
    nginx_ms: float
    server_ms: float
    database_ms: float
    answer_bytes: int

    @property
    def cpu_ms(self) -> float:
        """Processor time of all who answer."""
        return self.nginx_ms + self.server_ms + self.database_ms


@dataclass(frozen=True)
class _Used:
    nginx_s: float
    server_s: float
    database_s: float


def measure(system: System, call: Call, *, calls: int, within_s: float) -> Cost:
    """Call so often, one after the other, or fewer times where that takes too long."""
    answer = b""
    for number in range(WARM_UP):
        answer = call(number)
    before = _used(system)
    times: list[float] = []
    deadline = time.perf_counter() + within_s
    while len(times) < calls:
        begun = time.perf_counter()
        answer = call(WARM_UP + len(times))
        times.append(time.perf_counter() - begun)
        if len(times) >= _FEWEST and time.perf_counter() > deadline:
            break
    used = _used(system)
    each = _MILLI / len(times)
    return Cost(
        calls=len(times),
        p50_ms=statistics.median(times) * _MILLI,
        least_ms=min(times) * _MILLI,
        nginx_ms=(used.nginx_s - before.nginx_s) * each,
        server_ms=(used.server_s - before.server_s) * each,
        database_ms=(used.database_s - before.database_s) * each,
        answer_bytes=len(answer),
    )


def _used(system: System) -> _Used:
    nginx, server = 0.0, 0.0
    for pid in _pids(system.tree):
        if _text(pid, "comm").startswith(b"nginx"):
            nginx += _cpu_s(pid)
        else:
            server += _cpu_s(pid)
    tree = system.store.tree
    answering = () if tree is None else filter(_answers, _pids(tree))
    return _Used(nginx, server, sum(map(_cpu_s, answering)))


def _pids(tree: ProcessTree) -> list[int]:
    return [process.pid for process in tree.processes()]


def _answers(pid: int) -> bool:
    title = _text(pid, "cmdline")
    return not any(name in title for name in _OWN_BUSINESS)


def _cpu_s(pid: int) -> float:
    return sum(int(text.split()[0]) for text in _schedules(pid)) / 1e9


def _schedules(pid: int) -> Iterator[bytes]:
    with suppress(OSError):  # it has ended
        for task in (_PROC / str(pid) / "task").iterdir():
            yield (task / "schedstat").read_bytes()


def _text(pid: int, name: str) -> bytes:
    with suppress(OSError):
        return (_PROC / str(pid) / name).read_bytes()
    return b""
