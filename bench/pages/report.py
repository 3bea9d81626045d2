"""What was measured of pages: as JSON, as tables for a terminal and for Markdown."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from bench.pages.visit import MEASURES, Visit
from bench.report import NOTHING, markdown, number
from bench.results import Spread

OURS, THEIRS = "trackgate", "mlflow"
CACHES = {"cold": "first visit", "warm": "again"}
_NAMES = {OURS: "Trackgate", THEIRS: "MLflow"}
_SHOWN = ("server", "first", "shown")

Visits = Mapping[str, Sequence[Visit]]
"""By the systems' names, in the order of the turns."""


def page_of(title: str, cold: Visits, warm: Visits) -> dict[str, Any]:
    """A page as the result file keeps it; without a system that was not visited."""
    found = {"cold": cold, "warm": warm}
    return {"title": title} | {
        cache: {name: _summary(each) for name, each in visits.items() if each}
        for cache, visits in found.items()
    }


def _summary(visits: Sequence[Visit]) -> dict[str, Any]:
    told = [asdict(visit) for visit in visits]
    spreads = {
        name: asdict(Spread.of([each[name] for each in told])) for name in MEASURES
    }
    return {**spreads, "visits": told}


def table(pages: Mapping[str, Any], cache: str) -> list[list[str]]:
    """A row for each page, the head first: medians of both systems and their ratio."""
    head = ["page"]
    for measure in _SHOWN:
        head += [f"{MEASURES[measure]}: {_NAMES[OURS]}", _NAMES[THEIRS], "times"]
    rows = [head]
    for page in pages.values():
        cells = [cell for measure in _SHOWN for cell in _beside(page[cache], measure)]
        rows.append([page["title"], *cells])
    return rows


def details(pages: Mapping[str, Any]) -> list[list[str]]:
    """All measures of each page, system and cache, with their spread."""
    rows = [["page", "system", "cache", *MEASURES.values()]]
    for page in pages.values():
        for cache, words in CACHES.items():
            for name, system in page[cache].items():
                cells = [_spread(system[measure]) for measure in MEASURES]
                rows.append([page["title"], _NAMES[name], words, *cells])
    return rows


def _beside(systems: Mapping[str, Any], measure: str) -> list[str]:
    ours = systems[OURS][measure]
    if THEIRS not in systems:
        return [number(ours["median"]), NOTHING, NOTHING]
    theirs = systems[THEIRS][measure]
    ratio = theirs["median"] / ours["median"]
    return [*(number(one["median"]) for one in (ours, theirs)), f"{number(ratio)}x"]


def _spread(found: Mapping[str, float]) -> str:
    ends = f"{number(found['lowest'])}…{number(found['highest'])}"
    return f"{number(found['median'])} ({ends})"


def written(content: Mapping[str, Any], path: Path) -> None:
    """The result file, and the same as tables beside it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content, indent=1) + "\n")
    path.with_suffix(".md").write_text(_page(content))


def about(content: Mapping[str, Any]) -> str:
    """When, where and with which versions."""
    machine, versions = content["machine"], content["versions"]
    load = ", ".join(f"{one:.1f}" for one in content["load_average"])
    named = ", ".join(f"{name} {version}" for name, version in versions.items())
    return (
        f"{content['date']}; {machine['cpu']}, {machine['cores']} cores,"
        f" {machine['memory_gib']} GiB, Linux {machine['kernel']}; {named};"
        f" load average at the begin and at the end: {load}"
    )


def _page(content: Mapping[str, Any]) -> str:
    pages = content["pages"]
    parts = [
        "# Pages beside MLflow's",
        about(content),
        f"Medians of {content['turns']} turns, in milliseconds; `bench/README.md` says"
        " what each means.",
    ]
    for cache, words in CACHES.items():
        parts += [f"## {words.capitalize()}", markdown(table(pages, cache))]
    return "\n\n".join([*parts, "## Spread", markdown(details(pages))]) + "\n"
