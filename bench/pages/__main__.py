"""`python -m bench.pages`: our pages and MLflow's in one browser, in turns."""

from __future__ import annotations

import argparse
import datetime
import os
import signal
import sys
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser
from playwright.sync_api import TimeoutError as PatienceEnded

from bench.__main__ import names, work_folder
from bench.course import say
from bench.machine import machine, versions
from bench.pages import browser, report
from bench.pages.report import OURS, THEIRS, page_of
from bench.pages.views import VIEWS, Seeded, View, seeded
from bench.pages.visit import Visit
from bench.report import plain
from bench.results import FOLDER
from bench.rounds import rotated
from bench.scale import QUICK, Scale
from bench.systems.kinds import KINDS
from bench.systems.system import System

_TURNS, _QUICK_TURNS = 5, 1


def main(given: Sequence[str] | None = None) -> None:
    options = _options(given)
    # So that every system that was started is stopped.
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))
    with work_folder(options.keep) as folder, ExitStack() as running:
        systems = _started(folder, running)
        held = {name: _seeded(each, options.scale) for name, each in systems.items()}
        chromium = running.enter_context(browser.started())
        load = [os.getloadavg()[0]]
        pages = {
            view.name: _measured(chromium, view, systems, held, options)
            for view in options.views
        }
        load.append(os.getloadavg()[0])
        content = {**_about(options, chromium), "load_average": load, "pages": pages}
    _show(content, options.quick)


def _options(given: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="scripts/bench --pages", description=__doc__)
    add = parser.add_argument
    every = [view.name for view in VIEWS]
    add("--quick", action="store_true", help="little data, one turn")
    add("--only", type=names(every), metavar="NAME,…", help=", ".join(every))
    add("--turns", type=int)
    add("--large", type=int, metavar="RUNS", help="runs of our larger experiment; or 0")
    add("--keep", type=Path, help="folder of what is seeded, for the next time")
    options = parser.parse_args(given)
    scale = QUICK if options.quick else Scale()
    large = scale.large_runs if options.large is None else options.large
    options.scale = replace(scale, large_runs=large, large_for=(OURS,))
    options.turns = options.turns or (_QUICK_TURNS if options.quick else _TURNS)
    options.views = [
        view
        for view in VIEWS
        if view.name in (options.only or every) and (large or THEIRS in view.paths)
    ]
    return options


def _started(folder: Path, running: ExitStack) -> dict[str, System]:
    """Both, on SQLite, in the folders where `scripts/bench` keeps them too."""
    systems: dict[str, System] = {}
    for name in (OURS, THEIRS):
        say(f"starting {name}")
        kind, home = KINDS[name], folder / "sqlite" / name
        store = kind.store(home, None)
        systems[name] = running.enter_context(kind.started(home, store))
        systems[name].tree.wait_until_quiet()
    return systems


def _seeded(system: System, scale: Scale) -> Seeded:
    say(f"seeding {system.name}")
    return seeded(system, scale)


def _measured(
    chromium: Browser,
    view: View,
    systems: Mapping[str, System],
    held: Mapping[str, Seeded],
    options: argparse.Namespace,
) -> dict[str, Any]:
    """One page in turns, A B, B A and so on: each with nothing kept, then again.

    A visit of MLflow's where what people come for does not show within a minute is said
    and left out.
    """
    cold: dict[str, list[Visit]] = {name: [] for name in view.paths}
    warm: dict[str, list[Visit]] = {name: [] for name in view.paths}
    for turn in range(options.turns):
        for name in rotated(list(view.paths), turn):
            here = held[name]
            path, wanted = view.paths[name](here), view.wanted(here)
            try:
                visits = browser.visits(chromium, systems[name], path, wanted)
            except PatienceEnded:
                if name == OURS:
                    raise
                say(f"{name} did not show {dict(wanted)} at {path}")
                continue
            cold[name].append(visits[0])
            warm[name].append(visits[1])
    title = view.title.format(**asdict(options.scale))
    say(f"{title}: " + "; ".join(_line(*one) for one in cold.items() if one[1]))
    return page_of(title, cold, warm)


def _line(name: str, visits: Sequence[Visit]) -> str:
    last = visits[-1]
    return f"{name} {last.server:.0f}, {last.first:.0f}, {last.shown:.0f} ms"


def _about(options: argparse.Namespace, chromium: Browser) -> dict[str, Any]:
    now = datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
    found = versions() | {name: KINDS[name].version() for name in (OURS, THEIRS)}
    return {
        "date": now,
        "machine": machine(),
        "versions": found | {"chromium": chromium.version},
        "turns": options.turns,
        "scale": asdict(options.scale),
    }


def _show(content: Mapping[str, Any], quick: bool) -> None:
    day = content["date"].partition("T")[0]
    path = FOLDER / f"{day}-pages{'-quick' if quick else ''}.json"
    report.written(content, path)
    print(f"\n{report.about(content)}\n")
    for cache, words in report.CACHES.items():
        print(f"{words}\n{plain(report.table(content['pages'], cache))}\n")
    print(f"written: {path}")


if __name__ == "__main__":
    main()
