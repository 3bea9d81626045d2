"""Levels as a table, and as JSON that the plot is drawn from."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from bench.growth.axes import AxisName, Level
from bench.growth.costs import Cost
from bench.growth.verdict import Verdict, verdict
from bench.systems.stores import Backend

_MIB = 2**20
_MILLION = 1e6


@dataclass(frozen=True)
class Row:
    """One call at every size."""

    axis: AxisName
    name: str
    costs: dict[int, Cost]

    @property
    def time(self) -> Verdict:
        return verdict({size: cost.p50_ms for size, cost in self.costs.items()})

    @property
    def cpu(self) -> Verdict:
        return verdict({size: cost.cpu_ms for size, cost in self.costs.items()})


def rows_of(levels: Sequence[Level]) -> list[Row]:
    """A row for each call, in the order they were measured."""
    found: dict[tuple[AxisName, str], dict[int, Cost]] = {}
    for level in levels:
        for name, cost in level.costs.items():
            found.setdefault((level.axis, name), {})[level.size] = cost
    return [Row(axis, name, costs) for (axis, name), costs in found.items()]


def write(
    backend: Backend, levels: Sequence[Level], about: dict[str, object], folder: Path
) -> Path:
    """`growth-BACKEND.json` in the folder."""
    content = {
        **about,
        "backend": backend,
        "rows": [_row(row) for row in rows_of(levels)],
        "levels": [_level(level) for level in levels],
    }
    folder.mkdir(exist_ok=True)
    file = folder / f"growth-{backend}.json"
    file.write_text(json.dumps(content, indent=1) + "\n")
    return file


def read(backend: Backend, folder: Path) -> list[Row]:
    """The rows that `write` wrote; none where it has not."""
    file = folder / f"growth-{backend}.json"
    if not file.exists():
        return []
    return [
        Row(
            row["axis"],
            row["name"],
            {int(size): _cost(cost) for size, cost in row["costs"].items()},
        )
        for row in json.loads(file.read_text())["rows"]
    ]


def _row(row: Row) -> dict[str, object]:
    return {
        "axis": row.axis,
        "name": row.name,
        "time": {**asdict(row.time), "word": row.time.word},
        "cpu": {**asdict(row.cpu), "word": row.cpu.word},
        "costs": {str(size): asdict(cost) for size, cost in row.costs.items()},
    }


def _cost(values: dict[str, Any]) -> Cost:
    return Cost(**values)


def _level(level: Level) -> dict[str, object]:
    kept = asdict(level)
    del kept["costs"]
    return kept


def print_level(backend: Backend, level: Level) -> None:
    """What was measured at one size, as soon as it is."""
    disk = level.disk
    print(f"{backend}, {level.size:,} {level.axis}: put in by {level.seeding_s:.0f} s,")
    print(f"  {disk.total_bytes / _MIB:,.0f} MiB on disk{_per_million(level)}")
    for what, tables in (("analyzed", disk.unanalyzed), ("vacuumed", disk.unvacuumed)):
        if tables:
            print(f"  not {what} yet: {', '.join(tables)}")
    for name, cost in level.costs.items():
        print(
            f"  {name:<30} {cost.p50_ms:9.2f} ms (least {cost.least_ms:.2f});"
            f" processor: nginx {cost.nginx_ms:.2f}, server {cost.server_ms:.2f},"
            f" database {cost.database_ms:.2f} ms"
        )
    for held in level.held:
        print(
            f"  memory, {held.call:<24} {held.before:.0f} MiB before, at most"
            f" {held.most:.0f}, {held.after:.0f} after, {held.after_twice:.0f} after"
            " as many again"
        )


def _per_million(level: Level) -> str:
    if level.axis != "points":
        return f", {level.disk.total_bytes / level.size:,.0f} bytes a run"
    millions = level.size / _MILLION
    text = f", {level.disk.total_bytes / _MIB / millions:,.1f} MiB a million points"
    if level.disk.metrics_bytes is None:
        return text
    table = level.disk.metrics_bytes / _MIB / millions
    return f"{text} ({table:,.1f} in their table)"


def print_growth(backend: Backend, rows: Sequence[Row]) -> None:
    """What grows and how: the line that people look for."""
    print(f"{backend}: from the smallest size to the largest")
    for axis in sorted({row.axis for row in rows}):
        log_ratio = next(row.time.log_ratio for row in rows if row.axis == axis)
        print(f"  {axis}: log n grows {log_ratio:.2f} times")
    for row in rows:
        time, cpu = row.time, row.cpu
        print(
            f"  {row.axis:<6} {row.name:<30} time x {time.ratio:<6.2f}"
            f" n^{time.exponent:<5.2f} {time.word:<11}"
            f"  processor x {cpu.ratio:<6.2f} n^{cpu.exponent:<5.2f} {cpu.word}"
        )
