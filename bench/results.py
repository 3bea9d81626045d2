"""The file that a benchmark on one database leaves, written after each workload."""

from __future__ import annotations

import datetime
import json
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from bench import machine
from bench.scale import Scale
from bench.systems.stores import Backend
from bench.workload import Workload

Rounds = Sequence[Mapping[str, float]]
FOLDER = Path(__file__).parent / "results"


@dataclass(frozen=True)
class Spread:
    """The middle of some rounds and their ends."""

    median: float
    lowest: float
    highest: float

    @classmethod
    def of(cls, values: Sequence[float]) -> Spread:
        return cls(statistics.median(values), min(values), max(values))


class ResultFile:
    """One JSON file; a later run may add to it or replace workloads in it."""

    def __init__(self, path: Path, content: dict[str, Any]) -> None:
        self.path = path
        self.content = content

    @classmethod
    def opened(
        cls, path: Path, backend: Backend, scale: Scale, versions: Mapping[str, str]
    ) -> ResultFile:
        """The file of that name, else a new one. Raises ValueError for another's."""
        found: dict[str, Any] = {"workloads": {}}
        if path.exists():
            found = json.loads(path.read_text())
        if found.get("backend", backend) != backend:
            raise ValueError(f"{path} is of {found['backend']}, not of {backend}")
        return cls(path, found | {
            "date": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
            "backend": backend,
            "machine": machine.machine(),
            "versions": {**found.get("versions", {}), **versions},
            "scale": asdict(scale),
        })  # fmt: skip

    def keep(
        self,
        workload: Workload,
        scale: Scale,
        rounds: Mapping[str, Rounds],
        lacks: Mapping[str, str],
    ) -> dict[str, Any]:
        """Write what a workload came to, in place of what it came to before."""
        backend: Backend = self.content["backend"]
        systems: dict[str, Any] = {name: {"lacks": why} for name, why in lacks.items()}
        for name, of_one in rounds.items():
            if of_one and name not in lacks:
                systems[name] = summary(of_one)
        kept = {
            "title": title(workload, scale),
            "unit": workload.unit,
            "better": workload.better,
            "goals": {peer: goal.on(backend) for peer, goal in workload.goals.items()},
            "systems": systems,
            "ratios": ratios(systems, workload.better),
        }
        self.content["workloads"][workload.name] = kept
        self._write()
        return kept

    def _write(self) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        beside = self.path.with_suffix(".new")
        beside.write_text(json.dumps(self.content, indent=1) + "\n")
        beside.rename(self.path)


def summary(rounds: Rounds) -> dict[str, Any]:
    """Median and spread, and every round."""
    found = Spread.of([each["value"] for each in rounds])
    return asdict(found) | {"rounds": [dict(each) for each in rounds]}


def ratios(systems: Mapping[str, Any], better: str) -> dict[str, float]:
    """How many times better ours is than each peer; above 1 we are ahead."""
    ours = systems.get("trackgate", {}).get("median")
    found: dict[str, float] = {}
    for name, system in systems.items():
        theirs = system.get("median")
        if name == "trackgate" or not ours or not theirs:
            continue
        found[name] = round(ours / theirs if better == "higher" else theirs / ours, 3)
    return found


def title(workload: Workload, scale: Scale) -> str:
    """With the sizes it was measured with."""
    mib = scale.artifact_bytes // 1024**2
    return workload.title.format(**asdict(scale), artifact_mib=mib)


def new_path(backend: Backend, quick: bool) -> Path:
    """A file of today that is not there yet."""
    day = datetime.datetime.now(datetime.UTC).date().isoformat()
    name = f"{day}-{backend}" + ("-quick" if quick else "")
    path, number = FOLDER / f"{name}.json", 2
    while path.exists():
        path, number = FOLDER / f"{name}-{number}.json", number + 1
    return path
