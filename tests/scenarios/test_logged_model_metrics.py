"""Metrics measured with a logged model: kept with the run and with the model."""

from __future__ import annotations

import math

import pytest
from trackgate_wire.errors import BadRequest, InvalidParameterValue
from trackgate_wire.metrics import Metric

from tests.fixtures.api import Api
from tests.fixtures.sites import App
from tests.scenarios.acts import (
    get_run,
    history,
    latest_of,
    log_points,
    new_experiment,
    new_run,
)
from tests.scenarios.logged_model_acts import (
    delete_model,
    get_model,
    measure,
    new_model,
)


def test_a_point_is_the_runs_and_the_models(
    api: Api, experiment: str, run: str
) -> None:
    model = new_model(api, experiment)

    measure(api, run, model, "loss", 0.5, ("iris", "abc"), timestamp=7, step=2)

    assert history(api, run, "loss") == [Metric("loss", 0.5, 7, 2)]
    assert get_model(api, model).data.metrics == [
        Metric("loss", 0.5, 7, 2, run, model, "iris", "abc")
    ]


def test_a_batch_may_name_several_models_or_none(
    api: Api, experiment: str, run: str
) -> None:
    first, second = new_model(api, experiment), new_model(api, experiment)
    points = [
        Metric("a", 1.0, 1, 0, model_id=first),
        Metric("a", 2.0, 1, 1, model_id=second),
        Metric("b", 3.0, 1, 0),
    ]

    for _ in range(2):
        log_points(api, run, points)

    assert latest_of(get_run(api, run)) == {"a": 2.0, "b": 3.0}
    for model, value in ((first, 1.0), (second, 2.0)):
        (point,) = get_model(api, model).data.metrics
        assert (point.key, point.value, point.model_id) == ("a", value, model)


def test_the_same_step_is_measured_on_several_datasets(
    api: Api, experiment: str, run: str
) -> None:
    model = new_model(api, experiment)

    for name in ("train", "test"):
        measure(api, run, model, "loss", 0.5, (name, "abc"))

    found = get_model(api, model).data.metrics
    assert [point.dataset_name for point in found] == ["test", "train"]


def test_what_is_no_number_comes_back_as_it_is(
    api: Api, experiment: str, run: str
) -> None:
    model = new_model(api, experiment)
    values = [math.nan, math.inf, -math.inf, -0.0, 5e-324]

    for step, value in enumerate(values):
        measure(api, run, model, "odd", value, timestamp=step, step=step)

    found = [point.value for point in get_model(api, model).data.metrics]
    assert [repr(value) for value in found] == [repr(value) for value in values]


def test_a_batch_with_an_unknown_model_leaves_nothing(
    api: Api, experiment: str, run: str
) -> None:
    model = new_model(api, experiment)
    points = [
        Metric("a", 1.0, 1, model_id=model),
        Metric("b", 1.0, 1, model_id="m-" + "0" * 32),
    ]

    with pytest.raises(BadRequest, match="m-000"):
        log_points(api, run, points)

    assert get_run(api, run).data.metrics == []
    assert get_model(api, model).data.metrics == []


@pytest.mark.parametrize(
    ("name", "digest", "named"),
    [
        ("iris", None, "dataset_digest"),
        (None, "abc", "dataset_digest"),
        ("x" * 501, "abc", "501"),
        ("iris", "d" * 37, "37"),
    ],
)
def test_half_a_dataset_or_too_long_a_one_is_refused(
    app: App, name: str | None, digest: str | None, named: str
) -> None:
    ada = app.client()
    run, model = new_run(ada, "0"), new_model(ada, "0")
    point = Metric(
        "a", 1.0, 1, model_id=model, dataset_name=name, dataset_digest=digest
    )

    with pytest.raises(InvalidParameterValue, match=named):
        log_points(ada, run, [point])


def test_a_model_of_another_experiment_can_be_measured(app: App) -> None:
    ada = app.client()
    model = new_model(ada, new_experiment(ada))
    run = new_run(ada, new_experiment(ada))

    measure(ada, run, model, "loss", 0.5)

    assert get_model(ada, model).data.metrics[0].run_id == run


def test_a_deleted_model_keeps_its_measurements(app: App) -> None:
    ada = app.client()
    run, model = new_run(ada, "0"), new_model(ada, "0")
    measure(ada, run, model, "loss", 0.5)

    delete_model(ada, model)

    found = get_model(ada, model, allow_deleted="true")
    assert [point.value for point in found.data.metrics] == [0.5]
