"""Finding runs among 10,000 and 100,000, W5."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping

from bench.load import wrk
from bench.load.connection import Connection, Refused, repeated
from bench.seeding import Seed
from bench.systems.system import API
from bench.workload import Goal, Lacks, Measure, Measured, Site, Workload

_FILTER = {
    "filter": "metrics.m3 > 0.9 and params.p2 = '7'",
    "order_by": ["metrics.m5 DESC"],
}
_TAG = {"filter": "tags.t3 = '4'"}
_TOKEN = re.compile(rb'"next_page_token"\s*:\s*"([^"]+)"')
# The token stands near one of the ends; the whole answer is a megabyte.
_NEAR = 500


def search(
    site: Site, seed: Seed, chosen: Mapping[str, object] | None = None
) -> Measure:
    """The newest 100 runs of those `chosen`, over eight connections, in requests/s."""
    body = _body(seed, chosen)
    _require_runs(site, body)

    def measure(number: int) -> Measured:
        load = wrk.post(
            site.system.address,
            f"{API}/runs/search",
            [body],
            headers=site.system.headers,
            connections=8,
            seconds=site.scale.seconds,
        )
        return Measured(load.rate, load)

    return measure


def wait(site: Site, seed: Seed, chosen: Mapping[str, object] | None = None) -> Measure:
    """The same by one client: the median of its waiting in milliseconds."""
    body = _body(seed, chosen)
    _require_runs(site, body)

    def measure(number: int) -> Measured:
        with site.connection() as connection:
            load = repeated(
                lambda: connection.post("runs/search", body),
                seconds=site.scale.seconds,
                at_least=5,
            )
        return Measured(load.p50_ms, load)

    return measure


def search_large(site: Site) -> Measure:
    """The same filter among so many runs that not every system can be seeded."""
    if site.system.name not in site.scale.large_for:
        raise Lacks(
            f"not seeded with {site.scale.large_runs:,} runs: it takes too long"
        )
    return wait(site, site.seeds.runs(site.scale.large_runs), _FILTER)


def page(site: Site) -> Measure:
    """Read all runs, a tenth of them a page (1,000 of 10,000), in runs/s."""
    experiment = site.seeds.runs(site.scale.runs).where
    size = site.scale.runs // 10

    def read_all(connection: Connection) -> bytes:
        token, pages = "", 0
        while pages == 0 or token:
            text = _page(connection, experiment, size, token)
            token, pages = next_token(text), pages + 1
        if pages not in (10, 11):
            raise Lacks(f"paging ended after {pages} pages of 10")
        return b""

    def measure(number: int) -> Measured:
        with site.connection() as connection:
            load = repeated(
                lambda: read_all(connection), seconds=site.scale.seconds, at_least=1
            )
        return Measured(load.rate * site.scale.runs, load)

    return measure


def next_token(text: bytes) -> str:
    """The token in an answer, looked for at its ends only; empty if there is none."""
    found = _TOKEN.search(text[-_NEAR:]) or _TOKEN.search(text[:_NEAR])
    return found[1].decode() if found else ""


def _page(connection: Connection, experiment: str, size: int, token: str) -> bytes:
    message: dict[str, object] = {"experiment_ids": [experiment], "max_results": size}
    try:
        return connection.post(
            "runs/search",
            json.dumps(message | ({"page_token": token} if token else {})),
        )
    except Refused as refused:
        raise Lacks(f"it refuses the token {token!r} of its own page") from refused


def _body(seed: Seed, chosen: Mapping[str, object] | None) -> str:
    message = {"experiment_ids": [seed.where], "max_results": 100, **(chosen or {})}
    return json.dumps(message)


def _require_runs(site: Site, body: str) -> None:
    """An empty answer would be fast."""
    with site.connection() as connection:
        if b"run_id" not in connection.post("runs/search", body):
            raise Lacks("it finds no runs")


def _among(site: Site) -> Seed:
    return site.seeds.runs(site.scale.runs)


_GOALS = {"mlflow": Goal(15, 15), "fasttrackml": Goal(2, 2)}

WORKLOADS = (
    Workload(
        "search-newest-1", "newest 100 of {runs:,} runs, 1 client: p50", "ms", "lower",
        lambda site: wait(site, _among(site)), _GOALS,
    ),
    Workload(
        "search-newest-8", "newest 100 of {runs:,} runs, 8 clients", "requests/s",
        "higher", lambda site: search(site, _among(site)), _GOALS,
    ),
    Workload(
        "search-filter-1", "filter and order among {runs:,}, 1 client: p50", "ms",
        "lower", lambda site: wait(site, _among(site), _FILTER), _GOALS,
    ),
    Workload(
        "search-filter-8", "filter and order among {runs:,}, 8 clients", "requests/s",
        "higher", lambda site: search(site, _among(site), _FILTER), _GOALS,
    ),
    Workload(
        "search-tag-1", "runs of a tag among {runs:,}, 1 client: p50", "ms", "lower",
        lambda site: wait(site, _among(site), _TAG),
    ),
    Workload(
        "search-paging", "paging through {runs:,} runs, a tenth a page", "runs/s",
        "higher", page, {"mlflow": Goal(12, 12)},
    ),
    Workload(
        "search-filter-large", "filter and order among {large_runs:,}, 1 client: p50",
        "ms", "lower", search_large, {"fasttrackml": Goal(2, 2)},
    ),
)  # fmt: skip
