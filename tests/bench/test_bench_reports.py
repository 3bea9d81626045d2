"""What a benchmark's figures come to: ratios, marks, goals, tables."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bench import picture, report, rounds
from bench.load import wrk
from bench.load.result import LoadResult, percentile
from bench.results import ResultFile, ratios, summary
from bench.scale import Scale
from bench.workload import Goal, Lacks, Measured, Workload
from bench.workloads.searching import next_token


def of(*values: float, **more: float) -> dict[str, Any]:
    return summary([{"value": value, "failed": 0, **more} for value in values])


def workload(better: Any = "higher") -> Workload:
    def begin(_: object) -> Any:
        raise Lacks("not measured here")

    goals = {"mlflow": Goal(4, 2)}
    return Workload("log", "log {points:,}", "points/s", better, begin, goals)


@pytest.fixture
def results(tmp_path: Path) -> ResultFile:
    return ResultFile.opened(tmp_path / "r.json", "sqlite", Scale(), {"python": "3"})


def test_a_ratio_says_how_many_times_better_ours_is() -> None:
    systems = {"trackgate": of(5, 10, 60), "mlflow": of(2), "fasttrackml": of(40)}

    assert ratios(systems, "higher") == {"mlflow": 5, "fasttrackml": 0.25}
    assert ratios(systems, "lower") == {"mlflow": 0.2, "fasttrackml": 4}


def test_what_a_system_lacks_has_no_ratio() -> None:
    systems = {"trackgate": of(5), "mlflow": {"lacks": "no such endpoint"}}

    assert ratios(systems, "higher") == {}


def test_a_cell_shows_the_spread_and_what_disturbed_it() -> None:
    quiet = of(1234, 1240, 1250)
    noisy = summary(
        [
            {"value": 1.5, "failed": 0, "others_share": 0.3},
            {"value": 2.5, "failed": 7, "others_share": 0.01},
        ]
    )

    assert report.cell(quiet) == "1,240 (1,234…1,250)"
    assert report.cell(noisy) == "2.00 (1.50…2.50) ~1 !"
    assert report.cell({"lacks": "it"}) == "-"


@pytest.mark.parametrize(("theirs", "verdict"), [(25, "yes"), (26, "no")])
def test_a_goal_holds_when_the_ratio_reaches_it(
    results: ResultFile, theirs: float, verdict: str
) -> None:
    found = {"trackgate": [{"value": 100}], "mlflow": [{"value": theirs}]}

    kept = results.keep(workload(), Scale(), found, {})

    assert report.holds(kept) == verdict


def test_a_later_run_adds_to_the_file_of_an_earlier_one(results: ResultFile) -> None:
    first, ours = workload(), {"trackgate": [{"value": 1.0}]}
    results.keep(first, Scale(), ours, {"mlflow": "it is not there"})

    again = ResultFile.opened(results.path, "sqlite", Scale(), {"nginx": "1"})

    assert again.content["versions"] == {"python": "3", "nginx": "1"}
    page = report.page(again.content)
    assert "| log 1,000,000, points/s | 1.00 | - | - | 4x |  |" in page
    assert "* log 1,000,000: MLflow: it is not there" in page
    with pytest.raises(ValueError, match="is of sqlite, not of postgresql"):
        ResultFile.opened(results.path, "postgresql", Scale(), {})


def test_a_picture_shows_each_ratio(results: ResultFile, tmp_path: Path) -> None:
    found = {"trackgate": [{"value": 100}], "mlflow": [{"value": 20}]}
    results.keep(workload(), Scale(), found, {})

    picture.draw([results.content], tmp_path / "ratios")

    assert (tmp_path / "ratios.svg").read_text().startswith("<?xml")
    assert (tmp_path / "ratios.png").stat().st_size > 1_000


def test_each_row_of_the_picture_is_named_where_its_bars_are() -> None:
    bar = picture.Bar("mlflow", "sqlite", ratio=3, goal=5)
    other = replace(bar, backend="postgresql")

    figure = picture.figure_of({"first": [bar, other], "last": [bar]})

    [axes] = figure.axes
    labels = {
        label.get_text(): label.get_position()[1] for label in axes.get_yticklabels()
    }
    # Between two rows there is room for a bar: rows end at 0, 3 and 5, downwards.
    assert labels == {"first": 1.5, "last": 4}
    assert axes.get_ylim() == (5, 0)


def test_systems_take_turns_in_another_order_each_round() -> None:
    order = [rounds.rotated("ABC", number) for number in range(4)]

    assert order == [list("ABC"), list("BCA"), list("CAB"), list("ABC")]


def test_costs_are_those_of_one_request() -> None:
    load = LoadResult(90, 10, 2, 3.0, 9.0, client_cpu_s=0.1, received_bytes=0)
    usage = rounds.Usage(2, server_s=0.5, database_s=0.2, others_s=1, load_average=0)

    found = rounds.as_round(Measured(45, load), usage)

    assert (found["server_cpu_ms"], found["database_cpu_ms"]) == (5, 2)
    assert (found["client_cpu_ms"], found["failed"]) == (1, 10)
    assert found["others_share"] == 0.5


def test_wrk_reports_what_was_answered_and_what_was_refused() -> None:
    text = (
        "Running 2s test\n"
        'REPORT {"requests":100,"duration_us":2000000,"refused":4,"broken":1,'
        '"bytes":5000,"p50_us":1500,"p99_us":9000,"max_us":9900}\n'
    )

    found = wrk.parsed(text, cpu_s=0.25)

    assert (found.requests, found.failed, found.rate) == (96, 5, 48)
    assert (found.p50_ms, found.p99_ms, found.client_cpu_s) == (1.5, 9, 0.25)
    with pytest.raises(RuntimeError, match="unable to connect"):
        wrk.parsed("unable to connect", cpu_s=0)


def test_the_99th_percentile_is_a_value_that_was_measured() -> None:
    assert percentile([3, 1, 2], 0.99) == 3
    assert percentile(list(range(1, 201)), 0.99) == 198


@pytest.mark.parametrize(
    ("answer", "token"),
    [
        (b'{"next_page_token":"abc=","runs":[]}', "abc="),
        (b'{\n "runs": [],\n "next_page_token": "abc="\n}', "abc="),
        (b'{"runs":[' + b"{}," * 1000 + b'{}],"next_page_token":"z"}', "z"),
        (b'{"runs":[]}', ""),
    ],
)
def test_a_page_token_is_found_at_either_end(answer: bytes, token: str) -> None:
    assert next_token(answer) == token
