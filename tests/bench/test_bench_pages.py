"""What visits to pages come to: spans, summaries, tables."""

from __future__ import annotations

from typing import Any

import pytest

from bench.pages import report
from bench.pages.__main__ import VIEWS
from bench.pages.views import Run, Seeded
from bench.pages.visit import Visit, busy, visit_of
from bench.scale import Scale

RUNS = [Run(f"{number:x}", f"run {number}") for number in range(10)]
SEEDED = Seeded("1", "shapes", RUNS, Run("l", "long"), ("2", Run("n", "newest")))


def entry(kind: str, begin: float, end: float, size: int = 1024) -> dict[str, Any]:
    return {
        "initiatorType": kind,
        "requestStart": begin,
        "responseEnd": end,
        "transferSize": size,
    }


@pytest.mark.parametrize(
    ("spans", "length"),
    [
        ([], 0),
        ([(0, 5), (10, 12)], 7),
        ([(10, 12), (0, 11)], 12),
        ([(0, 10), (2, 3), (5, 6)], 10),
    ],
)
def test_what_goes_on_at_the_same_time_counts_once(
    spans: list[tuple[float, float]], length: float
) -> None:
    assert busy(spans) == length


def test_only_answers_that_were_waited_for_count_as_the_servers() -> None:
    visit = visit_of(
        {
            "shown": 100.0,
            "first": 30.0,
            "largest": 90.0,
            "entries": [
                entry("navigation", 1, 20),
                entry("script", 20, 80),
                entry("fetch", 40, 60),
                entry("xmlhttprequest", 50, 70),
                entry("fetch", 95, 300),
                entry("fetch", 101, 300),
            ],
        }
    )

    assert visit.server == 19 + 30 + 5
    assert (visit.requests, visit.kib) == (5, 5)


def test_a_table_holds_medians_beside_each_other() -> None:
    pages = {"one": report.page_of("a page", cold(), cold()), "two": ours_only()}

    head, first, second = report.table(pages, "cold")

    assert head[:4] == ["page", "server, ms: Trackgate", "MLflow", "times"]
    assert first[:4] == ["a page", "20.0", "200", "10.0x"]
    assert second[2:4] == ["-", "-"]
    assert report.details(pages)[1][3] == "20.0 (10.0…30.0)"


def cold() -> dict[str, list[Visit]]:
    return {"trackgate": visits(10, 20, 30), "mlflow": visits(100, 200, 900)}


def ours_only() -> dict[str, Any]:
    alone = {"trackgate": visits(1)}
    return report.page_of("another", alone, alone)


def visits(*servers: float) -> list[Visit]:
    return [Visit(server, 1, 1, 1, 1, 1) for server in servers]


def test_every_view_has_its_address_and_something_to_wait_for() -> None:
    for view in VIEWS:
        assert view.title.format(**vars(Scale()))
        assert len(view.wanted(SEEDED)) == 1
        paths = {name: path(SEEDED) for name, path in view.paths.items()}
        assert not paths["trackgate"].startswith("/#")
        assert paths.get("mlflow", "/#/").startswith("/#/")
