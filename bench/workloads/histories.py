"""Reading a metric of 1,000,000 points, W6, and what it takes on disk."""

from __future__ import annotations

import time
from urllib.parse import quote

from bench.load.connection import Connection, Refused, repeated
from bench.load.result import LoadResult
from bench.seeding import BIG_KEY
from bench.workload import Goal, Lacks, Measure, Measured, Site, Workload
from bench.workloads.searching import next_token

_PAGE = 25_000
_CHART = 320
# A point has at least its four names, quoted.
_LEAST_BYTES = len('"key""value""timestamp""step"')


def history(site: Site) -> Measure:
    """All points by get-history, 25,000 a page, in points/s; p50 is that of a page."""
    run = site.seeds.points(site.scale.points).where

    def measure(number: int) -> Measured:
        with site.connection() as connection:
            load = _read(connection, run, site.scale.points)
        return Measured(site.scale.points / load.duration_s, load)

    return measure


def chart(site: Site) -> Measure:
    """320 points of them by get-history-bulk-interval: median in milliseconds."""
    run = site.seeds.points(site.scale.points).where
    query = (
        f"metrics/get-history-bulk-interval?run_ids={run}"
        f"&metric_key={BIG_KEY}&max_results={_CHART}"
    )
    try:
        with site.connection() as connection:
            connection.get(query)
    except Refused as refused:
        raise Lacks(f"no get-history-bulk-interval: {refused.status}") from refused

    def measure(number: int) -> Measured:
        with site.connection() as connection:
            load = repeated(
                lambda: connection.get(query), seconds=site.scale.seconds, at_least=5
            )
        return Measured(load.p50_ms, load)

    return measure


def disk(site: Site) -> Measure:
    """By how much the database grew for a million points, in MiB."""
    seed = site.seeds.points(site.scale.points)
    per_million = seed.bytes_on_disk / site.scale.points * 1_000_000
    return lambda number: Measured(per_million / 1024**2)


WORKLOADS = (
    Workload(
        "history", "history of {points:,} points, 25,000 a page", "points/s", "higher",
        history, {"mlflow": Goal(30, 30), "fasttrackml": Goal(2, 2)},
    ),
    Workload(
        "chart", "320 of {points:,} points: p50", "ms", "lower",
        chart, {"mlflow": Goal(50, 50)},
    ),
    Workload("disk", "on disk for a million points", "MiB", "lower", disk),
)  # fmt: skip


def _read(connection: Connection, run: str, points: int) -> LoadResult:
    """Page after page; their bytes are read but not understood."""
    query = f"metrics/get-history?run_id={run}&metric_key={BIG_KEY}&max_results={_PAGE}"
    begun, cpu = time.perf_counter(), time.process_time()
    waits_ms: list[float] = []
    token, received = "", 0
    while token or not waits_ms:
        before = time.perf_counter()
        text = connection.get(query + (f"&page_token={quote(token)}" if token else ""))
        waits_ms.append((time.perf_counter() - before) * 1000)
        token, received = next_token(text), received + len(text)
    took_s = time.perf_counter() - begun
    if received < points * _LEAST_BYTES:
        raise Lacks(f"its history ends after {received:,} bytes")
    return LoadResult.of(waits_ms, 0, took_s, time.process_time() - cpu, received)
