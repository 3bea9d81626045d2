"""`python -m bench.growth`: fill a database, measure, fill it further, measure."""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import cast

from bench.growth import axes, plot, report
from bench.growth.axes import Axis, Effort, Level
from bench.machine import machine, versions
from bench.results import FOLDER
from bench.systems import postgres, trackgate
from bench.systems.stores import Backend, Store

BACKENDS: tuple[Backend, ...] = ("sqlite", "postgresql")
_RUNS = (1_000, 10_000, 100_000)
_POINTS = (1_000_000, 10_000_000, 50_000_000)
_QUICK_RUNS = (1_000, 10_000)
_QUICK_POINTS = (100_000, 1_000_000)
_THOROUGH = Effort(calls=40, within_s=6, autovacuum_s=180)
_QUICK = Effort(calls=15, within_s=2, autovacuum_s=0)


def main() -> None:
    options = _options()
    effort = _QUICK if options.quick else _THOROUGH
    for backend in cast("list[Backend]", options.backends):
        levels: list[Level] = []
        for axis in _axes(options):
            levels += _grown(backend, axis, effort, options.folder)
        report.print_growth(backend, report.rows_of(levels))
        report.write(backend, levels, _about(options), options.results)
    plot.draw(
        {backend: report.read(backend, options.results) for backend in BACKENDS},
        options.results,
    )


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="scripts/bench --growth", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="two small sizes each")
    parser.add_argument(
        "--backends", type=lambda text: text.split(","), default=BACKENDS
    )
    parser.add_argument("--runs", type=_sizes, help="sizes, such as 1000,10000")
    parser.add_argument("--points", type=_sizes, help="sizes; 0: leave them out")
    parser.add_argument("--results", type=Path, default=FOLDER)
    parser.add_argument(
        "--folder", type=Path, help="for the databases while they are measured"
    )
    options = parser.parse_args()
    if unknown := set(options.backends) - set(BACKENDS):
        parser.error(f"unknown: {', '.join(unknown)}; there are {', '.join(BACKENDS)}")
    return options


def _sizes(text: str) -> tuple[int, ...]:
    sizes = tuple(int(size) for size in text.split(",") if int(size))
    if len(sizes) == 1 or list(sizes) != sorted(set(sizes)):
        raise argparse.ArgumentTypeError("two sizes or more, the smallest first; or 0")
    return sizes


def _axes(options: argparse.Namespace) -> list[Axis]:
    runs = _QUICK_RUNS if options.quick else _RUNS
    points = _QUICK_POINTS if options.quick else _POINTS
    chosen = (
        axes.of_runs(runs if options.runs is None else options.runs),
        axes.of_points(points if options.points is None else options.points),
    )
    return [axis for axis in chosen if axis.sizes]


def _grown(
    backend: Backend, axis: Axis, effort: Effort, parent: Path | None
) -> list[Level]:
    levels: list[Level] = []
    with (
        _emptied(parent) as folder,
        _store(backend, folder) as store,
        trackgate.started(folder / "ours", store) as system,
    ):
        for level in axes.grow(system, axis, effort):
            report.print_level(backend, level)
            levels.append(level)
    return levels


@contextmanager
def _emptied(parent: Path | None) -> Generator[Path]:
    """A folder that is gone afterwards, with the databases in it."""
    with tempfile.TemporaryDirectory(prefix="growth-", dir=parent) as name:
        folder = Path(name)
        # PostgreSQL runs as another account where this one is root.
        folder.chmod(0o711)
        yield folder


@contextmanager
def _store(backend: Backend, folder: Path) -> Generator[Store]:
    if backend == "sqlite":
        yield trackgate.sqlite(folder / "ours")
        return
    with postgres.started(folder / "pg") as cluster:
        yield cluster.database("growth")


def _about(options: argparse.Namespace) -> dict[str, object]:
    return {
        "date": time.strftime("%Y-%m-%d"),
        "machine": machine(),
        "versions": {**versions(), "trackgate": trackgate.version()},
        "quick": options.quick,
    }


if __name__ == "__main__":
    main()
