"""Clients with much to send: a loop that does not wait, and a folder of small files."""

from __future__ import annotations

import os
from pathlib import Path

from bench.systems.system import System
from bench.workload import Goal, Lacks, Measure, Measured, Site, Workload
from bench.workloads.clients import run_program

_FILE_BYTES = 10 * 1024


def background(site: Site) -> Measure:
    """What a background call costs the loop that makes it; wall time in us.

    The stock client talks to its own server, ours to ours.
    """
    client = _client_of(site.system)

    def measure(number: int) -> Measured:
        scale = site.scale
        made, took_s, cpu_s, whole_s, grown_mib, arrived = run_program(
            client,
            site.system,
            "background_loop.py",
            scale.background_calls,
            scale.background_s,
        )
        if arrived != made:
            raise RuntimeError(f"{made:.0f} points were logged, {arrived:.0f} arrived.")
        details = {
            "calls": made,
            "loop_cpu_us": cpu_s / made * 1e6,
            "all_arrived_s": whole_s,
            "grown_mib": grown_mib,
        }
        return Measured(took_s / made * 1e6, details=details)

    return measure


def small_files(site: Site, server: System, *, up: bool) -> Measure:
    """Files a second from a client to a server, or back."""
    client, files = _client_of(site.system), site.scale.files
    folder = _folder(site)

    def measure(number: int) -> Measured:
        way = "up" if up else "down"
        took_s, cpu_s, there = run_program(
            client, server, "small_files.py", way, folder
        )
        if there != files:
            raise RuntimeError(f"{files} files were sent, {there:.0f} are there.")
        details = {"client_cpu_ms": cpu_s / files * 1000}
        return Measured(files / took_s, details=details)

    return measure


def both_on_ours(site: Site) -> Measure:
    """Files a second up to Trackgate, so that only the clients differ."""
    if site.ours is None:
        raise Lacks("Trackgate is not among the systems")
    return small_files(site, site.ours, up=True)


WORKLOADS = (
    Workload(
        "background-loop", "a log_metric call in the background", "us", "lower",
        background,
    ),
    Workload(
        "small-files-up", "{files:,} files of 10 KiB up, each client to its own server",
        "files/s", "higher", lambda site: small_files(site, site.system, up=True),
        {"mlflow": Goal(5, 5)},
    ),
    Workload(
        "small-files-down", "{files:,} files of 10 KiB down, each from its own server",
        "files/s", "higher", lambda site: small_files(site, site.system, up=False),
    ),
    Workload(
        "small-files-client", "{files:,} files of 10 KiB up, both clients to Trackgate",
        "files/s", "higher", both_on_ours, on_ours=True,
    ),
)  # fmt: skip


def _client_of(system: System) -> str:
    """The client that comes with a system; raises Lacks where there is none."""
    if system.name not in ("trackgate", "mlflow"):
        raise Lacks("it has no client of its own")
    return system.name


def _folder(site: Site) -> Path:
    folder = site.system.folder.parent / f"{site.scale.files}-small-files"
    folder.mkdir(exist_ok=True)
    for number in range(site.scale.files):
        file = folder / f"{number:04}.bin"
        if not file.exists():
            file.write_bytes(os.urandom(_FILE_BYTES))
    return folder
