"""A workload: what is done to each system in turn, and what it should come to."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from bench.load.connection import Connection
from bench.load.result import LoadResult
from bench.scale import Scale
from bench.seeding import Seeds
from bench.systems.stores import Backend
from bench.systems.system import System


class Lacks(Exception):
    """The system cannot do this; the message says why."""


@dataclass(frozen=True)
class Measured:
    """What one round of a workload came to, in the workload's unit."""

    value: float
    load: LoadResult | None = None
    details: Mapping[str, float] = field(default_factory=dict[str, float])


@dataclass(frozen=True)
class Site:
    """One system in a benchmark, as a workload sees it.

    ours  Trackgate, where programs of a client are compared and not servers
    """

    system: System
    scale: Scale
    seeds: Seeds
    ours: System | None = None

    def connection(self) -> Connection:
        """A new one to the system."""
        return Connection(self.system.address, self.system.headers)


Measure = Callable[[int], Measured]


@dataclass(frozen=True)
class Goal:
    """How many times better than a peer we mean to be, on each database."""

    sqlite: float
    postgresql: float

    def on(self, backend: Backend) -> float:
        return self.sqlite if backend == "sqlite" else self.postgresql


@dataclass(frozen=True)
class Workload:
    """Something that all systems are asked to do.

    begin    gets a system ready, seeds it if need be, and gives what measures a round,
             which is told the round's number; raises Lacks
    on_ours  all clients ask Trackgate, whichever system they come with
    """

    name: str
    title: str
    unit: str
    better: Literal["higher", "lower"]
    begin: Callable[[Site], Measure]
    goals: Mapping[str, Goal] = field(default_factory=dict[str, Goal])
    on_ours: bool = False
