"""The pages of logged models on every database, read without a browser."""

from __future__ import annotations

import math
import re
from html import unescape

import pytest
from trackgate_wire.metrics import Metric

from tests.fixtures.api import Api
from tests.fixtures.sites import App, Stack
from tests.scenarios.acts import log_points, new_experiment, new_run
from tests.scenarios.logged_model_acts import measure, new_model


@pytest.fixture
def api(site: App | Stack) -> Api:
    return site.client()


def numbers(page: str) -> list[str]:
    """What stands in the cells for numbers, in their order."""
    cells = re.findall(r'<td class="number">(.*?)</td>', page, re.DOTALL)
    return [unescape(re.sub("<[^>]*>", "", cell)) for cell in cells]


def test_the_newest_values_are_listed_and_sorted_by(api: Api) -> None:
    experiment = new_experiment(api)
    run = new_run(api, experiment)
    for values in ([3.0, 1.0], [math.inf, 2.0], [0.5, math.nan]):
        model = new_model(api, experiment)
        for step, value in enumerate(values):
            dataset = (f"part {step}", "0f")
            measure(api, run, model, "loss", value, dataset, timestamp=step, step=step)

    page = api.raw(
        "GET", f"/experiments/{experiment}/models", query={"order": "-metrics.loss"}
    )

    assert numbers(page.body.decode()) == ["2", "1", "NaN"]


def test_a_model_has_the_newest_point_of_each_metric_and_dataset(api: Api) -> None:
    run = new_run(api, experiment := new_experiment(api))
    model = new_model(api, experiment)
    for key in ("auc", "f1"):
        for dataset in (None, ("test", "1"), ("test", "2")):
            for step in (2, 7, 5):
                measure(api, run, model, key, step / 10, dataset, step=step)

    page = api.raw("GET", f"/logged-models/{model}").body.decode()

    assert numbers(page) == ["0.7", "7"] * 6


def test_long_histories_of_several_runs_end_with_their_newest_point(api: Api) -> None:
    experiment = new_experiment(api)
    model = new_model(api, experiment)
    for start in (1_000, 0):
        points = [
            Metric("loss", start + step, start + step, step, model_id=model)
            for step in range(100)
        ]
        log_points(api, new_run(api, experiment), points)

    page = api.raw("GET", f"/logged-models/{model}").body.decode()

    assert numbers(page) == ["1099", "99"]
