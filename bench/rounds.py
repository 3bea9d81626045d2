"""Rounds of a workload, one system after the other, and who else used the machine."""

from __future__ import annotations

import os
import resource
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from bench.systems import process_tree
from bench.systems.process_tree import ProcessTree
from bench.workload import Lacks, Measure, Measured

# Others' share of a core from which on a round is marked with ~.
NOISE = 0.05
# Below, processor time is counted too coarsely to tell who used how much.
_TOO_SHORT_S = 0.5

T = TypeVar("T")


@dataclass(frozen=True)
class Usage:
    """Processor time in seconds while something was measured.

    others_s  of all programs that had nothing to do with it, the idle systems included
    """

    wall_s: float
    server_s: float
    database_s: float
    others_s: float
    load_average: float


@dataclass(frozen=True)
class Trees:
    """The processes of a measured system; the database's where that is a server."""

    server: ProcessTree
    database: ProcessTree | None

    def wait_until_quiet(self) -> None:
        """Let them finish what was broken off, or put off, before others' turn."""
        for tree in (self.server, self.database):
            if tree is not None:
                tree.wait_until_quiet(share=0.1, for_s=0.3, within_s=10)


@dataclass(frozen=True)
class Snapshot:
    """Processor time until one moment, in seconds."""

    wall_s: float
    server_s: float
    database_s: float
    others_s: float

    @classmethod
    def of(cls, trees: Trees) -> Snapshot:
        everything = process_tree.all_processes()
        server = sum(p.cpu_s for p in trees.server.processes(everything))
        database = 0.0
        if trees.database is not None:
            database = sum(p.cpu_s for p in trees.database.processes(everything))
        kernel = filter(process_tree.is_of_the_kernel, everything)
        known = server + database + _own_cpu_s() + sum(p.cpu_s for p in kernel)
        return cls(
            time.monotonic(), server, database, process_tree.machine_cpu_s() - known
        )

    def until(self, later: Snapshot) -> Usage:
        return Usage(
            wall_s=later.wall_s - self.wall_s,
            server_s=later.server_s - self.server_s,
            database_s=later.database_s - self.database_s,
            others_s=max(0.0, later.others_s - self.others_s),
            load_average=os.getloadavg()[0],
        )


def in_turns(
    measures: Mapping[str, Measure], trees: Mapping[str, Trees], rounds: int
) -> tuple[dict[str, list[dict[str, float]]], dict[str, str]]:
    """Measure A B C, B C A, C A B and so on.

    Gives the rounds of each system, and why a system broke, in which case it is left
    out of further rounds.
    """
    found: dict[str, list[dict[str, float]]] = {name: [] for name in measures}
    broken: dict[str, str] = {}
    for number in range(rounds):
        for name in rotated(list(measures), number):
            if name in broken:
                continue
            try:
                found[name].append(measured(measures[name], trees[name], number))
            # Whatever it is: the others go on, and the report says it.
            except Exception as error:
                broken[name] = why(error)
            trees[name].wait_until_quiet()
    return found, broken


def rotated(these: Sequence[T], number: int) -> list[T]:
    """Another one comes first in each round."""
    first = number % len(these) if these else 0
    return [*these[first:], *these[:first]]


def measured(measure: Measure, trees: Trees, number: int) -> dict[str, float]:
    """One round, as the result file keeps it."""
    before = Snapshot.of(trees)
    found = measure(number)
    usage = before.until(Snapshot.of(trees))
    return as_round(found, usage)


def as_round(found: Measured, usage: Usage) -> dict[str, float]:
    """Times in milliseconds are those of one request."""
    kept: dict[str, float] = {
        **found.details,
        "value": found.value,
        "failed": 0,
        "load_average": usage.load_average,
        "wall_s": usage.wall_s,
        "server_cpu_s": usage.server_s,
        "database_cpu_s": usage.database_s,
    }
    if usage.wall_s > _TOO_SHORT_S:
        kept["others_share"] = usage.others_s / usage.wall_s
    load = found.load
    if load is not None:
        requests = max(1, load.requests + load.failed)
        kept |= {
            "requests": load.requests,
            "failed": load.failed,
            "p50_ms": load.p50_ms,
            "p99_ms": load.p99_ms,
            "client_cpu_ms": load.client_cpu_s / requests * 1000,
            "server_cpu_ms": usage.server_s / requests * 1000,
            "database_cpu_ms": usage.database_s / requests * 1000,
        }
    return {name: round(value, 6) for name, value in kept.items()}


def why(error: Exception) -> str:
    """What is said of a system that lacks something or broke."""
    said = str(error).strip() or type(error).__name__
    if not isinstance(error, Lacks):
        print(f"  {type(error).__name__}: {said[:2000]}", file=sys.stderr)
    return said.splitlines()[0][:300]


def _own_cpu_s() -> float:
    """Ours, and that of the load generators we have waited for."""
    used = map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(usage.ru_utime + usage.ru_stime for usage in used)
