"""Whatever is logged in whatever order, both databases keep what Python keeps."""

from __future__ import annotations

import math
from dataclasses import dataclass

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from trackgate_wire.metrics import (
    GET_METRIC_HISTORY,
    GET_METRIC_HISTORY_BULK_INTERVAL,
    GetMetricHistory,
    GetMetricHistoryBulkInterval,
    Metric,
)
from trackgate_wire.runs import SEARCH_RUNS, SearchRuns

from tests.fixtures.api import Api
from tests.fixtures.sites import DATABASES, Sites
from tests.scenarios.acts import (
    bits,
    get_run,
    latest_of,
    log_points,
    new_experiment,
    new_run,
)

pytestmark = pytest.mark.postgres

VALUES = (-math.inf, -1.5, 0.0, 0.5, 2.0, math.inf, math.nan)
Point = tuple[int, int, str]
"""(timestamp, step, bits of the value), for NaN equals itself there."""

points = st.builds(
    Metric,
    key=st.just("loss"),
    value=st.sampled_from(VALUES),
    timestamp=st.integers(0, 4),
    step=st.integers(-2, 4),
)
batches = st.lists(st.lists(points, min_size=1, max_size=6), min_size=1, max_size=4)


@dataclass(frozen=True)
class Place:
    """An experiment on one database."""

    api: Api
    experiment: str


@pytest.fixture(scope="session")
def places(sites: Sites) -> list[Place]:
    """An experiment on every database."""
    found = [sites.app(kind).client() for kind in DATABASES]
    return [Place(api, new_experiment(api)) for api in found]


def rank(value: float) -> tuple[bool, float]:
    """NaN is above every number."""
    return (True, 0.0) if math.isnan(value) else (False, value)


def seen(given: list[Metric]) -> list[Point]:
    return [(one.timestamp, one.step, bits(one.value)) for one in given]


def by_time(given: list[Metric]) -> list[Point]:
    ordered = sorted(given, key=lambda one: (one.timestamp, one.step, rank(one.value)))
    return list(dict.fromkeys(seen(ordered)))


def by_step(given: list[Metric]) -> list[Point]:
    ordered = sorted(given, key=lambda one: (one.step, one.timestamp, rank(one.value)))
    return list(dict.fromkeys(seen(ordered)))


def page(
    place: Place, run: str, size: int, token: str | None
) -> tuple[list[Point], str | None]:
    asked = GetMetricHistory(
        run_id=run, metric_key="loss", max_results=size, page_token=token
    )
    found = place.api.call(GET_METRIC_HISTORY, asked)
    return seen(found.metrics), found.next_page_token


def rest(place: Place, run: str, size: int, token: str | None) -> list[Point]:
    found: list[Point] = []
    while token is not None:
        more, token = page(place, run, size, token)
        found += more
    return found


@settings(
    max_examples=60,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow],
)
@given(
    sent=batches, late=st.lists(points, min_size=1, max_size=4), size=st.integers(1, 9)
)
def test_histories_latest_values_and_extremes_are_right_everywhere(
    places: list[Place], sent: list[list[Metric]], late: list[Metric], size: int
) -> None:
    logged = [point for batch in sent for point in batch]
    for place in places:
        api, run = place.api, new_run(place.api, place.experiment)
        for batch in sent:
            log_points(api, run, batch)

        first, token = page(place, run, size, None)
        assert first + rest(place, run, size, token) == by_time(logged)
        assert_summarised(place, run, logged)
        assert sampled(place, run) == by_step(logged)

        log_points(api, run, late)
        # What the first page has passed is over; what comes after it is not.
        everything = by_time([*logged, *late])
        if token is not None:
            place_of_last = everything.index(first[-1])
            behind = everything[place_of_last + 1 :]
            assert rest(place, run, size, token) == behind
        assert_summarised(place, run, [*logged, *late])


def sampled(place: Place, run: str) -> list[Point]:
    """What charts ask for; so few points are not thinned out."""
    asked = GetMetricHistoryBulkInterval(
        run_ids=[run], metric_key="loss", max_results=100
    )
    return seen(place.api.call(GET_METRIC_HISTORY_BULK_INTERVAL, asked).metrics)


def assert_summarised(place: Place, run: str, logged: list[Metric]) -> None:
    newest = max(logged, key=lambda one: (one.step, one.timestamp, rank(one.value)))
    found = get_run(place.api, run)
    assert bits(latest_of(found)["loss"]) == bits(newest.value)
    numbers = [one.value for one in logged if not math.isnan(one.value)]
    for extreme, value in (
        ("min", min(numbers, default=None)),
        ("max", max(numbers, default=None)),
    ):
        name = f"{extreme}(metrics.loss)"
        # A run that only ever logged NaN has neither.
        compared = "!= 0" if value is None else f"= {written(value)}"
        text = f"run_id = '{run}' AND {name} {compared}"
        asked = SearchRuns(experiment_ids=[place.experiment], filter=text)
        expected = 0 if value is None else 1
        assert len(place.api.call(SEARCH_RUNS, asked).runs) == expected


def written(value: float) -> str:
    return repr(value).replace("inf", "1e999")
