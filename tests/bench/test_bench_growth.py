"""How growth is judged, and that a small database can be grown and measured."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from bench.growth import axes, plot, report
from bench.growth.axes import Effort
from bench.growth.verdict import verdict
from bench.systems import trackgate

BRIEF = Effort(calls=2, within_s=1, autovacuum_s=0)


def test_a_cost_that_stays_is_flat() -> None:
    found = verdict({1_000: 10.0, 10_000: 9.0, 100_000: 11.0})

    assert found.word == "flat"
    assert abs(found.exponent) < 0.05


def test_a_cost_that_grows_as_a_search_tree_does_is_logarithmic() -> None:
    sizes = (1_000, 10_000, 100_000)

    found = verdict({size: math.log(size) for size in sizes})

    assert found.word == "logarithmic"
    assert found.ratio == pytest.approx(found.log_ratio)


def test_a_cost_in_proportion_is_worse_and_has_the_exponent_one() -> None:
    found = verdict({1_000: 1.0, 10_000: 10.0, 100_000: 100.0})

    assert found.word == "worse"
    assert found.exponent == pytest.approx(1)


@pytest.mark.slow
@pytest.mark.nginx
def test_growth_measures_every_call_at_each_size_and_draws_it(tmp_path: Path) -> None:
    home = tmp_path / "ours"
    with trackgate.started(home, trackgate.sqlite(home)) as system:
        levels = list(axes.grow(system, axes.of_runs((50, 100)), BRIEF))

    report.write("sqlite", levels, {}, tmp_path)
    rows = report.read("sqlite", tmp_path)
    plot.draw({"sqlite": rows, "postgresql": []}, tmp_path)
    assert [level.size for level in levels] == [50, 100]
    assert len(rows) == len(axes.of_runs(()).probes)
    assert all(set(row.costs) == {50, 100} for row in rows)
    assert all(cost.p50_ms > 0 for row in rows for cost in row.costs.values())
    assert (tmp_path / "growth.svg").exists()
