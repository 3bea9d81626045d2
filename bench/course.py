"""One database's part of a benchmark: the systems are started and measured in turns."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass

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
class Course:
    """Workloads for some systems on one database, and the file of the results."""

    candidates: Sequence[Candidate]
    workloads: Sequence[Workload]
    scale: Scale
    results: ResultFile

    def run(self) -> None:
        """Start all, one after the other, and measure each workload on all of them."""
        if READY in self.workloads:
            self._keep(READY, *self._starts())
        with ExitStack() as running:
            systems, broken = self._started(running)
            for workload in self.workloads:
                if workload != READY:
                    self._measure(workload, systems, broken)

    def _starts(self) -> tuple[dict[str, Rounds], dict[str, str]]:
        """Start and stop each by itself; the very first time makes the database."""
        found: dict[str, list[dict[str, float]]] = {}
        broken: dict[str, str] = {}
        for number in range(-1, self.scale.rounds):
            for candidate in rounds.rotated(self.candidates, max(0, number)):
                say(f"  start {candidate.name}")
                try:
                    with candidate.start() as system:
                        each = {"value": round(system.start_s, 3), "failed": 0}
                        each["cpu_s"] = round(system.tree.cpu_s(), 3)
                except Exception as error:
                    broken[candidate.name] = rounds.why(error)
                    continue
                if number >= 0:
                    found.setdefault(candidate.name, []).append(each)
        return dict(found), broken

    def _started(self, running: ExitStack) -> tuple[dict[str, System], dict[str, str]]:
        """All of them, each once the one before is quiet."""
        systems: dict[str, System] = {}
        broken: dict[str, str] = {}
        for candidate in self.candidates:
            say(f"starting {candidate.name}")
            try:
                system = running.enter_context(candidate.start())
            except Exception as error:
                broken[candidate.name] = rounds.why(error)
                continue
            share = system.tree.wait_until_quiet(for_s=self.scale.quiet_s)
            say(f"  quiet, at {share:.1%} of a core")
            systems[candidate.name] = system
        return systems, broken

    def _measure(
        self, workload: Workload, systems: Mapping[str, System], broken: dict[str, str]
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
