"""The tables that a result file comes to: for a terminal, and in Markdown for pages."""

from __future__ import annotations

import argparse
import json
import statistics
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from bench.rounds import NOISE

OURS = "trackgate"
NOTHING = "-"
_NAMES = {"trackgate": "Trackgate", "mlflow": "MLflow", "fasttrackml": "FastTrackML"}

Content = Mapping[str, Any]


def table(content: Content) -> list[list[str]]:
    """Rows of cells, the head first: workload, ours, peers, ratios with goals."""
    peers = peers_in(content)
    head = ["workload", _NAMES[OURS]]
    head += [_NAMES[peer] for peer in peers]
    for peer in peers:
        head += [f"to {_NAMES[peer]}", "goal"]
    rows = [row(workload, peers) for workload in content["workloads"].values()]
    return [[*head, "holds"], *rows]


def row(workload: Content, peers: Sequence[str]) -> list[str]:
    """One workload's cells."""
    systems = workload["systems"]
    cells = [f"{workload['title']}, {workload['unit']}"]
    cells += [cell(systems.get(name, {})) for name in (OURS, *peers)]
    for peer in peers:
        goal = workload["goals"].get(peer)
        ratio = workload["ratios"].get(peer)
        cells.append(NOTHING if ratio is None else f"{number(ratio)}x")
        cells.append("" if goal is None else f"{goal:g}x")
    return [*cells, holds(workload)]


def cell(system: Content) -> str:
    """Median with the ends of its spread; ~ others worked, ! requests failed."""
    if "median" not in system:
        return NOTHING
    spread = ""
    if len(system["rounds"]) > 1:
        spread = f" ({number(system['lowest'])}…{number(system['highest'])})"
    return number(system["median"]) + spread + marks(system["rounds"])


def marks(rounds: Sequence[Mapping[str, float]]) -> str:
    """What to know of the rounds: how many were disturbed, whether requests failed."""
    noisy = sum(each.get("others_share", 0) > NOISE for each in rounds)
    failed = any(each.get("failed", 0) for each in rounds)
    return (f" ~{noisy}" if noisy else "") + (" !" if failed else "")


def holds(workload: Content) -> str:
    """Whether every goal that could be measured is reached; empty if there is none."""
    reached = [
        workload["ratios"][peer] >= goal
        for peer, goal in workload["goals"].items()
        if peer in workload["ratios"]
    ]
    return "" if not reached else ("yes" if all(reached) else "no")


def line(workload: Content) -> str:
    """All of a workload in one line, while a benchmark goes on."""
    systems: Mapping[str, Content] = workload["systems"]
    parts = [
        f"{name} {cell(system)}" if "median" in system else f"{name}: {system['lacks']}"
        for name, system in systems.items()
    ]
    return "; ".join(parts)


def details(content: Content) -> list[list[str]]:
    """Waiting and processor time of each workload that has requests, by system."""
    head = [
        "workload",
        "system",
        "p50 ms",
        "p99 ms",
        "server CPU ms",
        "database CPU ms",
    ]
    rows = [[*head, "client CPU ms", "others' CPU"]]
    for workload in content["workloads"].values():
        for name, system in workload["systems"].items():
            if any("p50_ms" in each for each in system.get("rounds", ())):
                rows.append([workload["title"], _NAMES[name], *_costs(system)])
    return rows


def _costs(system: Content) -> list[str]:
    names = ["p50_ms", "p99_ms", "server_cpu_ms", "database_cpu_ms", "client_cpu_ms"]
    costs = [middle(system["rounds"], name, number) for name in names]
    return [*costs, middle(system["rounds"], "others_share", "{:.1%}".format)]


def middle(
    rounds: Sequence[Mapping[str, float]], name: str, shown: Callable[[float], str]
) -> str:
    """The median over the rounds that have it."""
    found = [each[name] for each in rounds if name in each]
    return shown(statistics.median(found)) if found else NOTHING


def lacking(content: Content) -> list[str]:
    """What a system could not do, and why."""
    return [
        f"{workload['title']}: {_NAMES[name]}: {system['lacks']}"
        for workload in content["workloads"].values()
        for name, system in workload["systems"].items()
        if "lacks" in system
    ]


def number(value: float) -> str:
    """Three digits that mean something, thousands apart."""
    if value == 0:
        return "0"
    if abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:#.3g}".rstrip(".")


def peers_in(content: Content) -> list[str]:
    """The peers of a result, in the order of their names here."""
    named = {name for each in content["workloads"].values() for name in each["systems"]}
    return [name for name in _NAMES if name in named and name != OURS]


def plain(rows: Sequence[Sequence[str]]) -> str:
    """Columns of a terminal."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join(
        "  ".join(
            cell.ljust(width) if place == 0 else cell.rjust(width)
            for place, (cell, width) in enumerate(zip(each, widths, strict=True))
        ).rstrip()
        for each in rows
    )


def markdown(rows: Sequence[Sequence[str]]) -> str:
    """A table of a page."""
    head, *rest = rows
    rule = ["---", *["---:" for _ in head[1:]]]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in (head, rule, *rest))


def about(content: Content) -> str:
    """When, where and with which versions."""
    machine, versions = content["machine"], content["versions"]
    named = ", ".join(f"{name} {version}" for name, version in versions.items())
    return (
        f"{content['date']}, {content['backend']}; {machine['cpu']}, "
        f"{machine['cores']} cores, {machine['memory_gib']} GiB, "
        f"Linux {machine['kernel']}; {named}"
    )


def page(content: Content) -> str:
    """All of it in Markdown."""
    parts = [
        f"# Trackgate beside its peers, {content['backend']}",
        about(content),
        f"Median (lowest…highest) of {content['scale']['rounds']} rounds. ~n: in n of "
        f"them others used more than {NOISE:.0%} of a core; !: requests failed.",
        markdown(table(content)),
        "\n".join(f"* {text}" for text in lacking(content)),
        "## Waiting, and processor time of one request",
        markdown(details(content)),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("files", nargs="+", type=Path, help="result files (JSON)")
    for file in parser.parse_args().files:
        print(page(json.loads(file.read_text())))


if __name__ == "__main__":
    main()
