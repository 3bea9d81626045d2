"""A database that grows: put in, measure, put in more.

One axis grows the number of runs, the other the number of points in histories. Each
has a database of its own, so that neither hides in the other.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from bench.growth import databases, memory, probes, seeding
from bench.growth.calls import Caller
from bench.growth.costs import WARM_UP, Cost, measure
from bench.growth.databases import Disk
from bench.growth.memory import Held
from bench.growth.probes import Probe, Stage
from bench.growth.seeding import Span, Target
from bench.systems.system import System

AxisName = Literal["runs", "points"]
# Each of the server's processes has then answered something.
_WARM_UP = 20
_SEED = {"runs": seeding.seed_runs, "points": seeding.seed_points}


@dataclass(frozen=True)
class Axis:
    """What grows, and to which sizes."""

    name: AxisName
    sizes: Sequence[int]
    probes: Sequence[Probe]


@dataclass(frozen=True)
class Effort:
    """How long to look at each call, and how long to wait after putting in."""

    calls: int
    within_s: float
    autovacuum_s: float


@dataclass(frozen=True)
class Level:
    """What was measured at one size.

    seeding_s  how long it took to put in what is new at this size
    disk       what the database takes then
    costs      by the names of the probes
    held       memory; at the last size only
    """

    axis: AxisName
    size: int
    seeding_s: float
    disk: Disk
    costs: dict[str, Cost]
    held: list[Held]


def of_runs(sizes: Sequence[int]) -> Axis:
    return Axis("runs", sizes, probes.OF_RUNS)


def of_points(sizes: Sequence[int]) -> Axis:
    return Axis("points", sizes, probes.OF_POINTS)


def grow(system: System, axis: Axis, effort: Effort) -> Iterator[Level]:
    """Each size in turn, from an empty database on."""
    with Caller(system) as caller:
        target = _target(system, caller)
    if axis.name == "points":
        seeding.seed_runs(target, Span(0, seeding.RUNS))
        seeding.seed_long_run(target)
    for epoch, size in enumerate(axis.sizes):
        have = axis.sizes[epoch - 1] if epoch else 0
        seconds = _SEED[axis.name](target, Span(have, size, epoch))
        disk = databases.settled(system.store, effort.autovacuum_s)
        # Nginx has closed a connection that was kept so long without a word.
        with Caller(system) as caller:
            stage = _stage(axis, caller, target, epoch, effort)
            costs = _costs(system, axis, stage, effort)
            last = axis.name == "points" and size == axis.sizes[-1]
            large = memory.held(system, stage) if last else []
        yield Level(axis.name, size, seconds, disk, costs, large)


def _target(system: System, caller: Caller) -> Target:
    asked = {"name": "growth"}
    created = json.loads(caller.post("experiments/create", asked))["experiment_id"]
    user = system.login[0] if system.login else ""
    return Target(system.store.uri(), int(created), user)


def _stage(
    axis: Axis, caller: Caller, target: Target, epoch: int, effort: Effort
) -> Stage:
    size = axis.sizes[epoch]
    of_runs = axis.name == "runs"
    return Stage(
        caller,
        str(target.experiment),
        runs=size if of_runs else seeding.RUNS,
        busy=size if of_runs else seeding.BUSY,
        points=0 if of_runs else size,
        epoch=epoch,
        calls=effort.calls + WARM_UP,
    )


def _costs(system: System, axis: Axis, stage: Stage, effort: Effort) -> dict[str, Cost]:
    return {
        probe.name: measure(
            system, probe.prepare(stage), calls=effort.calls, within_s=effort.within_s
        )
        for probe in axis.probes
    }
