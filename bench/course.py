"""One database's part of a benchmark: the systems are started and measured in turns."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass, field

from bench import report, rounds
from bench.results import ResultFile, Rounds
from bench.rounds import Trees
from bench.scale import Scale
from bench.seeding import Seeds
from bench.systems.system import System
from bench.workload import Measure, Site, Workload
from bench.workloads.starting import READY


@dataclass(frozen=True)
class Candidate:
    """A system that can be started, again and again, on the same folder."""

    name: str
    start: Callable[[], AbstractContextManager[System]]


@dataclass(frozen=True)
class Starts:
    """How long each start of a system took, by its name, or why it did not."""

    found: dict[str, list[dict[str, float]]] = field(
        default_factory=dict[str, list[dict[str, float]]]
    )
    broken: dict[str, str] = field(default_factory=dict[str, str])

    def start(
        self, candidate: Candidate, running: ExitStack, *, counts: bool = True
    ) -> System | None:
        """Start a system that runs until `running` ends; None if it is broken."""
        say(f"starting {candidate.name}")
        try:
            system = running.enter_context(candidate.start())
        except Exception as error:
            self.broken[candidate.name] = rounds.why(error)
            return None
        self.broken.pop(candidate.name, None)
        cpu_s = round(system.tree.cpu_s(), 3)
        each = {"value": round(system.start_s, 3), "failed": 0, "cpu_s": cpu_s}
        if counts:
            self.found.setdefault(candidate.name, []).append(each)
        return system


@dataclass(frozen=True)
class Course:
    """Workloads for some systems on one database, and the file of the results."""

    candidates: Sequence[Candidate]
    workloads: Sequence[Workload]
    scale: Scale
    results: ResultFile

    def run(self) -> None:
        """Start all, one after the other, and measure each workload on all of them."""
        starts = Starts()
        if READY in self.workloads:
            self._start_and_stop(starts)
        with ExitStack() as running:
            systems = self._start_all(starts, running)
            if READY in self.workloads:
                self._keep(READY, starts.found, starts.broken)
            for workload in self.workloads:
                if workload != READY:
                    self._measure(workload, systems, starts.broken)

    def _start_and_stop(self, starts: Starts) -> None:
        """Each by itself, as often as there are rounds: once more and it stays.

        The very first time makes the database and does not count.
        """
        for number in range(self.scale.rounds):
            for candidate in rounds.rotated(self.candidates, number):
                with ExitStack() as running:
                    starts.start(candidate, running, counts=number > 0)

    def _start_all(self, starts: Starts, running: ExitStack) -> dict[str, System]:
        """All of them, each once the one before is quiet."""
        systems: dict[str, System] = {}
        for candidate in self.candidates:
            system = starts.start(candidate, running)
            if system is not None:
                share = system.tree.wait_until_quiet(for_s=self.scale.quiet_s)
                say(f"  quiet, at {share:.1%} of a core")
                systems[candidate.name] = system
        return systems

    def _measure(
        self,
        workload: Workload,
        systems: Mapping[str, System],
        broken: Mapping[str, str],
    ) -> None:
        say(workload.name)
        measures: dict[str, Measure] = {}
        lacks = dict(broken)
        ours = systems.get("trackgate")
        for name, system in systems.items():
            site = Site(system, self.scale, Seeds(system), ours)
            try:
                measures[name] = workload.begin(site)
            except Exception as error:
                lacks[name] = rounds.why(error)
        asked = {
            n: ours if workload.on_ours and ours else s for n, s in systems.items()
        }
        trees = {n: Trees(s.tree, s.store.tree) for n, s in asked.items()}
        found, failed = rounds.in_turns(measures, trees, self.scale.rounds)
        self._keep(workload, found, lacks | failed)

    def _keep(
        self,
        workload: Workload,
        found: Mapping[str, Rounds],
        lacks: Mapping[str, str],
    ) -> None:
        kept = self.results.keep(workload, self.scale, found, lacks)
        say("  " + report.line(kept))


def say(text: str) -> None:
    """Progress, beside the table on standard output."""
    print(text, file=sys.stderr, flush=True)
