"""Metrics: every point is kept, and the latest one is the latest."""

from __future__ import annotations

import math
import random
from itertools import pairwise

import pytest
from trackgate_wire.errors import InvalidParameterValue, NotFound
from trackgate_wire.limits import INT64_MAX, INT64_MIN
from trackgate_wire.metrics import (
    GET_METRIC_HISTORY,
    GET_METRIC_HISTORY_BULK,
    GET_METRIC_HISTORY_BULK_INTERVAL,
    GetMetricHistory,
    GetMetricHistoryBulk,
    GetMetricHistoryBulkInterval,
    Metric,
)

from tests.fixtures.api import Api
from tests.scenarios.acts import (
    bits,
    get_run,
    history,
    latest_of,
    log_metric,
    log_points,
    new_run,
)

EVERY_KIND_OF_NUMBER = (
    math.nan,
    math.inf,
    -math.inf,
    0.0,
    -0.0,
    5e-324,
    -5e-324,
    2.2250738585072009e-308,
    2.2250738585072014e-308,
    1e308,
    1.7976931348623157e308,
    -1.7976931348623157e308,
    0.1,
    1 / 3,
    1 + 2**-52,
    2.0**53 + 2,
    -1e-300,
    123456789.123456789,
)


def points(*given: tuple[int, int, float], key: str = "loss") -> list[Metric]:
    """Points from (step, timestamp, value)."""
    return [Metric(key, value, timestamp, step) for step, timestamp, value in given]


def in_order(given: list[Metric]) -> list[Metric]:
    return sorted(given, key=lambda point: (point.timestamp, point.step, point.value))


def read_pages(api: Api, run: str, size: int, key: str = "loss") -> list[Metric]:
    found: list[Metric] = []
    token: str | None = None
    while True:
        page = api.call(
            GET_METRIC_HISTORY,
            GetMetricHistory(
                run_id=run, metric_key=key, max_results=size, page_token=token
            ),
        )
        assert len(page.metrics) <= size
        found += page.metrics
        token = page.next_page_token
        if token is None:
            return found


def test_a_history_keeps_every_point(api: Api, run: str) -> None:
    given = points((0, 10, 3.0), (1, 20, 2.0), (1, 20, 2.5), (1, 21, 2.0), (2, 30, 1.0))

    for point in given:
        log_metric(api, run, "loss", point.value, point.timestamp, point.step)

    assert history(api, run, "loss") == given


def test_a_point_sent_twice_is_stored_once(api: Api, run: str) -> None:
    given = points((0, 10, 3.0), (1, 20, math.nan), (2, 30, -0.0))

    log_points(api, run, [*given, *given])
    log_points(api, run, given)
    log_metric(api, run, "loss", math.nan, 20, 1)

    assert [(p.step, bits(p.value)) for p in history(api, run, "loss")] == [
        (p.step, bits(p.value)) for p in given
    ]


def test_every_number_comes_back_bit_for_bit(api: Api, run: str) -> None:
    sent = {f"n{place}": value for place, value in enumerate(EVERY_KIND_OF_NUMBER)}
    for key, value in sent.items():
        log_metric(api, run, key, value)
        log_points(api, run, points((0, 0, value), key=f"{key} in a batch"))

    latest = latest_of(get_run(api, run))

    for key, value in sent.items():
        for one in (key, f"{key} in a batch"):
            found = [latest[one], *(point.value for point in history(api, run, one))]
            assert [bits(each) for each in found] == [bits(value)] * 2, value


@pytest.mark.parametrize("step", [INT64_MIN, -1, 0, 2**53 + 1, INT64_MAX])
def test_a_step_is_any_64_bit_number(api: Api, run: str, step: int) -> None:
    log_metric(api, run, "loss", 1.0, step=step)

    assert [point.step for point in history(api, run, "loss")] == [step]
    assert [point.step for point in get_run(api, run).data.metrics] == [step]


@pytest.mark.parametrize("step", [INT64_MIN - 1, INT64_MAX + 1])
def test_a_step_beyond_64_bits_is_refused(api: Api, run: str, step: int) -> None:
    body = {"run_id": run, "key": "loss", "value": 1, "timestamp": 0, "step": step}

    answer = api.raw(
        "POST", "/api/2.0/mlflow/runs/log-metric", body=repr(body).replace("'", '"')
    )

    assert (answer.status, answer.error_code) == (400, "INVALID_PARAMETER_VALUE")
    assert "step" in answer.message


def test_a_timestamp_is_up_to_64_bits_and_not_negative(api: Api, run: str) -> None:
    log_metric(api, run, "loss", 1.0, timestamp=INT64_MAX)

    assert [point.timestamp for point in history(api, run, "loss")] == [INT64_MAX]
    with pytest.raises(InvalidParameterValue, match=r"-1"):
        log_metric(api, run, "loss", 1.0, timestamp=-1)


def test_a_late_old_step_does_not_overwrite_the_latest(api: Api, run: str) -> None:
    log_metric(api, run, "loss", 0.1, timestamp=1_000, step=9)

    log_metric(api, run, "loss", 0.9, timestamp=2_000, step=1)

    assert latest_of(get_run(api, run)) == {"loss": 0.1}


@pytest.mark.parametrize(
    ("given", "latest"),
    [
        (points((1, 0, 5.0), (2, 0, 4.0)), 4.0),
        (points((2, 0, 4.0), (1, 9, 5.0)), 4.0),
        (points((1, 2, 5.0), (1, 1, 6.0)), 5.0),
        (points((1, 1, 5.0), (1, 1, 6.0)), 6.0),
        (points((1, 1, 6.0), (1, 1, 5.0)), 6.0),
        (points((-5, 1, 1.0), (-6, 2, 2.0)), 1.0),
        (points((1, 1, -math.inf), (1, 1, -1.0)), -1.0),
    ],
)
@pytest.mark.parametrize("together", [True, False], ids=["in one batch", "one by one"])
def test_the_latest_is_the_highest_step_then_timestamp_then_value(
    api: Api, run: str, given: list[Metric], latest: float, together: bool
) -> None:
    for batch in [given] if together else [[point] for point in given]:
        log_points(api, run, batch)

    assert latest_of(get_run(api, run)) == {"loss": latest}


def test_metrics_of_one_run_do_not_mix(api: Api, experiment: str) -> None:
    one, other = new_run(api, experiment), new_run(api, experiment)
    log_points(
        api, one, [*points((0, 0, 1.0)), *points((0, 0, 2.0), key="val/loss: é 1")]
    )
    log_points(api, other, points((0, 0, 3.0)))

    assert latest_of(get_run(api, one)) == {"loss": 1.0, "val/loss: é 1": 2.0}
    assert latest_of(get_run(api, other)) == {"loss": 3.0}
    assert history(api, one, "val/loss: é 1")[0].key == "val/loss: é 1"


def test_a_history_is_ordered_by_timestamp_then_step_then_value(
    api: Api, run: str
) -> None:
    given = points((5, 1, 0.0), (1, 3, 0.0), (2, 2, 1.0), (2, 2, 0.5), (1, 2, 9.0))
    random.Random(7).shuffle(given)

    log_points(api, run, given)

    assert history(api, run, "loss") == in_order(given)


def test_nobody_logged_is_an_empty_history(api: Api, run: str) -> None:
    assert history(api, run, "never seen by anybody") == []
    with pytest.raises(NotFound):
        history(api, "0" * 32, "loss")


@pytest.mark.parametrize("order", ["by time", "against time", "shuffled"])
def test_pages_of_a_history_hold_every_point_once(
    api: Api, run: str, order: str
) -> None:
    given = points(*((step, step // 3, float(step % 5)) for step in range(50)))
    sent = given[::-1] if order == "against time" else list(given)
    if order == "shuffled":
        random.Random(3).shuffle(sent)
    for start in range(0, len(sent), 20):
        log_points(api, run, sent[start : start + 20])

    for size in (1, 7, 50, 51):
        assert read_pages(api, run, size) == in_order(given)


def test_pages_pass_nan_and_infinities(api: Api, run: str) -> None:
    values = (-math.inf, -1.0, 2.0, math.inf, math.nan)
    log_points(api, run, points(*((1, 1, value) for value in values)))

    found = read_pages(api, run, 1)

    assert [bits(point.value) for point in found] == [bits(value) for value in values]


def test_pages_stay_right_while_points_are_added(api: Api, run: str) -> None:
    given = points(*((step, 100 + step, 0.0) for step in range(10)))
    log_points(api, run, given)
    first = api.call(
        GET_METRIC_HISTORY,
        GetMetricHistory(run_id=run, metric_key="loss", max_results=5),
    )

    # One before the page's end, which is over; one behind; and with the first of them
    # steps and times no longer run in the same direction.
    log_points(api, run, points((99, 0, 0.0)))
    log_points(api, run, points((10, 110, 0.0)))

    rest = api.call(
        GET_METRIC_HISTORY,
        GetMetricHistory(
            run_id=run,
            metric_key="loss",
            max_results=50,
            page_token=first.next_page_token,
        ),
    )
    assert first.metrics + rest.metrics == [*given, *points((10, 110, 0.0))]


def test_a_page_token_is_good_for_one_history_only(api: Api, run: str) -> None:
    log_points(api, run, points((0, 0, 1.0), (1, 1, 1.0)))
    asked = GetMetricHistory(run_id=run, metric_key="loss", max_results=1)
    token = api.call(GET_METRIC_HISTORY, asked).next_page_token

    for wrong in (
        GetMetricHistory(run_id=run, metric_key="other", page_token=token),
        GetMetricHistory(run_id=run, metric_key="loss", page_token="forged"),
    ):
        with pytest.raises(InvalidParameterValue, match="page token"):
            api.call(GET_METRIC_HISTORY, wrong)


def test_one_metric_of_several_runs_comes_in_one_answer(
    api: Api, experiment: str
) -> None:
    runs = sorted(new_run(api, experiment) for _ in range(3))
    for number, run in enumerate(runs):
        log_points(api, run, points((0, 0, float(number)), (1, 1, float(number))))

    asked = GetMetricHistoryBulk(run_id=runs, metric_key="loss")
    found = api.call(GET_METRIC_HISTORY_BULK, asked).metrics

    assert [(point.run_id, point.step, point.value) for point in found] == [
        (run, step, float(number)) for number, run in enumerate(runs) for step in (0, 1)
    ]


def test_a_bulk_history_ends_at_its_limit(api: Api, run: str) -> None:
    log_points(api, run, points(*((step, step, 0.0) for step in range(10))))

    asked = GetMetricHistoryBulk(run_id=[run], metric_key="loss", max_results=4)

    assert [p.step for p in api.call(GET_METRIC_HISTORY_BULK, asked).metrics] == [
        0,
        1,
        2,
        3,
    ]


@pytest.mark.parametrize("which", ["get-history-bulk", "get-history-bulk-interval"])
def test_a_bulk_history_is_of_one_to_a_hundred_runs(
    api: Api, run: str, which: str
) -> None:
    def status(count: int) -> int:
        query = {"metric_key": "loss", "run_ids": [run] * count}
        path = f"/ajax-api/2.0/mlflow/metrics/{which}"
        return api.raw("GET", path, query=query).status

    assert [status(count) for count in (0, 1, 100, 101)] == [400, 200, 200, 400]


def sampled(
    api: Api,
    runs: list[str],
    most: int,
    start: int | None = None,
    end: int | None = None,
) -> list[Metric]:
    asked = GetMetricHistoryBulkInterval(
        run_ids=runs,
        metric_key="loss",
        max_results=most,
        start_step=start,
        end_step=end,
    )
    return api.call(GET_METRIC_HISTORY_BULK_INTERVAL, asked).metrics


def test_a_long_history_is_thinned_out_with_both_ends_kept(api: Api, run: str) -> None:
    for start in range(0, 3_000, 1_000):
        batch = ((step, step, float(step)) for step in range(start, start + 1_000))
        log_points(api, run, points(*batch))

    steps = [point.step for point in sampled(api, [run], 100)]

    assert (steps[0], steps[-1]) == (0, 2_999)
    assert steps == sorted(set(steps))
    assert 50 <= len(steps) <= 110
    assert max(b - a for a, b in pairwise(steps)) <= 90
    inner = [point.step for point in sampled(api, [run], 10, 100, 1_100)]
    assert (inner[0], inner[-1]) == (100, 1_100)
    assert len(inner) <= 12


def test_a_history_with_one_step_only_is_thinned_out_too(api: Api, run: str) -> None:
    log_points(api, run, points(*((7, time, float(time)) for time in range(1_000))))

    found = sampled(api, [run], 50)

    assert (found[0].timestamp, found[-1].timestamp) == (0, 999)
    assert 25 <= len(found) <= 55


def test_a_history_with_far_steps_is_thinned_out_with_both_ends_kept(
    api: Api, run: str
) -> None:
    dense = [(step, step, 0.0) for step in range(500)]
    log_points(api, run, points((INT64_MIN, 0, 1.0), *dense, (INT64_MAX, 999, 2.0)))

    found = sampled(api, [run], 20)

    assert (found[0].step, found[-1].step) == (INT64_MIN, INT64_MAX)
    assert 10 <= len(found) <= 25


def test_a_point_behind_a_gap_comes_once(api: Api, run: str) -> None:
    dense = [(step, step, 0.0) for step in range(600)]
    log_points(api, run, points(*dense, (1_000, 1_000, math.nan)))

    steps = [point.step for point in sampled(api, [run], 20)]

    assert steps == sorted(set(steps))
    assert steps[-1] == 1_000
    assert 10 <= len(steps) <= 25


def test_a_short_history_is_not_thinned_out(api: Api, experiment: str) -> None:
    runs = [new_run(api, experiment) for _ in range(2)]
    given = points((0, 0, 1.0), (5, 1, math.nan), (5, 2, 2.0), (-3, 3, 3.0))
    for run in runs:
        log_points(api, run, given)

    found = sampled(api, runs, 10)

    steps = [-3, 0, 5, 5]
    assert [(point.run_id, point.step) for point in found] == [
        (run, step) for run in runs for step in steps
    ]


@pytest.mark.parametrize(
    ("most", "start", "end"),
    [(0, None, None), (2_501, None, None), (5, 1, None), (5, None, 1), (5, 2, 1)],
)
def test_an_interval_that_makes_no_sense_is_refused(
    api: Api, run: str, most: int, start: int | None, end: int | None
) -> None:
    with pytest.raises(InvalidParameterValue):
        sampled(api, [run], most, start, end)
