"""What a program and everything it started use: processor time and memory.

Read from /proc, see proc(5).
"""

from __future__ import annotations

import os
import re
import time
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

_TICK_S = 1 / os.sysconf("SC_CLK_TCK")
_KIB = 1024
_PROC = Path("/proc")
# Parent of all threads of the kernel, such as those that write to disks.
_KERNEL = 2


@dataclass(frozen=True)
class Process:
    """One process at one moment.

    cpu_s  its own processor time and that of its children that have ended
    """

    pid: int
    parent: int
    session: int
    cpu_s: float


@dataclass(frozen=True)
class Memory:
    """Memory of a whole tree.

    pss_bytes  shared pages counted once
    rss_bytes  shared pages counted in each process
    """

    pss_bytes: int
    rss_bytes: int
    processes: int


@dataclass(frozen=True)
class ProcessTree:
    """A process, its descendants, and whatever else is in its session."""

    root: int

    def processes(self, everything: Iterable[Process] | None = None) -> list[Process]:
        """The processes that live now, or lived when `everything` was taken."""
        everything = list(all_processes() if everything is None else everything)
        children: dict[int, list[Process]] = {}
        for process in everything:
            children.setdefault(process.parent, []).append(process)
        found = {p.pid: p for p in everything if self.root in (p.pid, p.session)}
        waiting = list(found.values())
        while waiting:
            for child in children.get(waiting.pop().pid, ()):
                if child.pid not in found:
                    found[child.pid] = child
                    waiting.append(child)
        return list(found.values())

    def cpu_s(self) -> float:
        """Processor time until now, processes that have ended included."""
        return sum(process.cpu_s for process in self.processes())

    def memory(self) -> Memory:
        """What it holds in memory now."""
        sizes = [_memory(process.pid) for process in self.processes()]
        return Memory(
            sum(pss for pss, _ in sizes), sum(rss for _, rss in sizes), len(sizes)
        )

    def wait_until_quiet(
        self, *, share: float = 0.05, for_s: float = 3, within_s: float = 120
    ) -> float:
        """Wait until it uses less than `share` of a core; the share it came to."""
        deadline = time.monotonic() + within_s
        while True:
            before = self.cpu_s()
            time.sleep(for_s)
            used = (self.cpu_s() - before) / for_s
            if used < share or time.monotonic() > deadline:
                return used


def all_processes() -> list[Process]:
    """Every process of this machine, threads of the kernel included."""
    found = (_process(entry) for entry in _PROC.iterdir() if entry.name.isdecimal())
    return [process for process in found if process is not None]


def is_of_the_kernel(process: Process) -> bool:
    """Whether it is a thread of the kernel, which works for whoever has written."""
    return process.parent == _KERNEL


def machine_cpu_s() -> float:
    """Processor time of all programs since the start of the machine, ended ones too."""
    user, nice, system = (_PROC / "stat").read_text().split(maxsplit=4)[1:4]
    return (int(user) + int(nice) + int(system)) * _TICK_S


def _process(entry: Path) -> Process | None:
    try:
        text = (entry / "stat").read_text()
    except OSError:  # it has ended
        return None
    # The name, in brackets, may hold anything.
    fields = text.rpartition(") ")[2].split()
    ticks = sum(int(field) for field in fields[11:15])
    return Process(int(entry.name), int(fields[1]), int(fields[3]), ticks * _TICK_S)


def _memory(pid: int) -> tuple[int, int]:
    text = ""
    with suppress(OSError):
        text = (_PROC / str(pid) / "smaps_rollup").read_text()
    return _size(text, "Pss"), _size(text, "Rss")


def _size(text: str, name: str) -> int:
    found = re.search(rf"^{name}:\s+(\d+) kB", text, re.MULTILINE)
    return int(found[1]) * _KIB if found else 0
