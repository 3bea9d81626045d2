"""Measure Trackgate beside its peers; see bench/README.md."""

from __future__ import annotations

import argparse
import json
import shutil
import signal
import sys
import tempfile
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from functools import partial
from pathlib import Path

from bench import picture, report
from bench.course import Candidate, Course, say
from bench.machine import versions
from bench.results import FOLDER, ResultFile, new_path
from bench.scale import QUICK, Scale
from bench.systems import postgres
from bench.systems.kinds import KINDS
from bench.systems.postgres import Cluster
from bench.systems.stores import Backend
from bench.workload import Workload
from bench.workloads import WORKLOADS

BACKENDS: tuple[Backend, ...] = ("sqlite", "postgresql")
PEERS = ("mlflow", "fasttrackml")


def main(given: Sequence[str] | None = None) -> None:
    options = parsed(given)
    # So that every system that was started is stopped.
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))
    written: list[Path] = []
    with work_folder(options.keep) as folder:
        for backend in options.backends:
            say(f"== {backend}")
            written.append(run(options, backend, folder))
    show(written, quick=options.quick)


def run(options: argparse.Namespace, backend: Backend, folder: Path) -> Path:
    """One database's part; the file of its results."""
    kinds = [KINDS[name] for name in ("trackgate", *options.peers)]
    found = versions() | {kind.name: kind.version() for kind in kinds}
    path = options.into or new_path(backend, options.quick)
    results = ResultFile.opened(path, backend, options.scale, found)
    with database_of(backend, folder) as cluster:
        candidates: list[Candidate] = []
        for kind in kinds:
            home = folder / backend / kind.name
            start = partial(kind.started, home, kind.store(home, cluster))
            candidates.append(Candidate(kind.name, start))
        Course(candidates, options.workloads, options.scale, results).run()
    return path


def show(paths: Sequence[Path], quick: bool) -> None:
    """The tables, and the picture beside them."""
    contents = [json.loads(path.read_text()) for path in paths]
    for path, content in zip(paths, contents, strict=True):
        path.with_suffix(".md").write_text(report.page(content))
        print(f"\n{report.about(content)}\n")
        print(report.plain(report.table(content)))
        print(*report.lacking(content), f"written: {path}", sep="\n")
    name = "ratios-quick" if quick else "ratios"
    picture.draw(contents, FOLDER / name)


@contextmanager
def work_folder(kept: Path | None) -> Generator[Path]:
    """The folder to keep, else a new one that is removed in the end."""
    folder = kept or Path(tempfile.mkdtemp(prefix="bench-"))
    folder.mkdir(parents=True, exist_ok=True)
    # PostgreSQL runs as another account when we are root.
    folder.chmod(0o755)
    try:
        yield folder.resolve()
    finally:
        if kept is None:
            shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def database_of(backend: Backend, folder: Path) -> Generator[Cluster | None]:
    """A running PostgreSQL, where that is what is compared on."""
    with (
        postgres.started(folder / "pg")
        if backend == "postgresql"
        else nullcontext() as it
    ):
        yield it


def parsed(given: Sequence[str] | None) -> argparse.Namespace:
    """The options, with `scale` and `workloads` among them."""
    parser = argparse.ArgumentParser(prog="scripts/bench", description=__doc__)
    add = parser.add_argument
    add("--quick", action="store_true", help="little data, one short round")
    add(
        "--peers",
        type=names(PEERS),
        default=list(PEERS),
        help="among " + ",".join(PEERS),
    )
    add("--backends", type=names(BACKENDS), default=list(BACKENDS))
    every = [workload.name for workload in WORKLOADS]
    add("--only", type=names(every), metavar="NAME,…", help=", ".join(every))
    add("--rounds", type=int)
    add("--seconds", type=float, help="length of a round")
    add("--large-for", type=names(list(KINDS)), help="seeded with 100,000 runs as well")
    add("--keep", type=Path, help="folder of what is seeded, for the next time")
    add("--into", type=Path, help="result file of one database to add to")
    options = parser.parse_args(given)
    if options.into and len(options.backends) != 1:
        parser.error("--into needs one of --backends")
    options.scale = scale_of(options)
    options.workloads = chosen(options.only, options.scale)
    return options


def names(known: Sequence[str]) -> Callable[[str], list[str]]:
    """A list with commas, of what is known."""

    def split(text: str) -> list[str]:
        found = [name for name in text.split(",") if name]
        if unknown := [name for name in found if name not in known]:
            raise argparse.ArgumentTypeError(
                f"{', '.join(unknown)}: not among {', '.join(known)}"
            )
        return found

    return split


def scale_of(options: argparse.Namespace) -> Scale:
    """The full or the quick one, with what was asked for."""
    asked = {
        "rounds": options.rounds,
        "seconds": options.seconds,
        "large_for": options.large_for,
    }
    given = {name: value for name, value in asked.items() if value is not None}
    return replace(QUICK if options.quick else Scale(), **given)


def chosen(only: Sequence[str] | None, scale: Scale) -> list[Workload]:
    """Those asked for; without the largest search where nothing is seeded for it."""
    wanted = [each for each in WORKLOADS if only is None or each.name in only]
    return [
        each
        for each in wanted
        if scale.large_runs or each.name != "search-filter-large"
    ]


if __name__ == "__main__":
    main()
