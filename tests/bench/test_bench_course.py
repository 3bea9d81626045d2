"""The benchmark itself, at a size that takes seconds."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from bench import picture, report
from bench.course import Candidate, Course
from bench.results import ResultFile
from bench.scale import MIB, QUICK
from bench.systems import trackgate
from bench.workloads import WORKLOADS

TINY = replace(QUICK, seconds=1, runs=20, points=2_000, artifact_bytes=MIB, quiet_s=0.5)
MEASURED = {"memory", "log-metric-20", "search-paging", "history", "artifact-down"}


@pytest.fixture
def home() -> Iterator[Path]:
    # A socket's path is short: pytest's folders may be too deep for one.
    with tempfile.TemporaryDirectory(prefix="tg-") as made:
        yield Path(made) / "ours"


@pytest.mark.slow
@pytest.mark.nginx
def test_a_benchmark_measures_trackgate_and_writes_what_it_found(
    home: Path, tmp_path: Path
) -> None:
    start = partial(trackgate.started, home, trackgate.sqlite(home))
    workloads = [workload for workload in WORKLOADS if workload.name in MEASURED]
    file = tmp_path / "result.json"
    results = ResultFile.opened(file, "sqlite", TINY, {"trackgate": "1"})

    Course([Candidate("trackgate", start)], workloads, TINY, results).run()

    content = json.loads(file.read_text())
    found = {name: each["systems"] for name, each in content["workloads"].items()}
    assert set(found) == MEASURED
    for systems in found.values():
        (only,) = systems["trackgate"]["rounds"]
        assert only["value"] > 0
        assert only["failed"] == 0
    assert "paging through 20 runs" in report.page(content)
    picture.draw([content], tmp_path / "picture")
