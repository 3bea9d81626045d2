"""Runs in a list: each shows what is its own, whatever its neighbours hold."""

from __future__ import annotations

import math

from trackgate_wire.datasets import (
    LOG_INPUTS,
    LOG_OUTPUTS,
    Dataset,
    DatasetInput,
    LogInputs,
    LogOutputs,
    ModelInput,
    ModelOutput,
)
from trackgate_wire.metrics import Metric
from trackgate_wire.runs import Run, SearchRuns

from tests.fixtures.api import Api
from tests.scenarios.acts import (
    bits,
    get_run,
    latest_of,
    log_param,
    log_points,
    new_run,
    pages,
    params_of,
    set_tag,
    tags_of,
)

ODD = {"a": math.nan, "b": math.inf, "c": -math.inf, "d": -0.0, "e": 0.1}
TRAIN = DatasetInput(Dataset("train", "d1"))


def listed(api: Api, experiment: str) -> dict[str, Run]:
    asked = SearchRuns(experiment_ids=[experiment])
    return {run.info.run_id: run for page in pages(api, asked) for run in page}


def log_values(api: Api, run: str, values: dict[str, float]) -> None:
    log_points(api, run, [Metric(key, value, 7, 3) for key, value in values.items()])


def test_a_list_shows_runs_as_each_is_shown_alone(api: Api, experiment: str) -> None:
    full, bare, plain = (new_run(api, experiment) for _ in range(3))
    log_values(api, full, {key: value for key, value in ODD.items() if key != "a"})
    log_param(api, full, "rate", 'a "quoted" \\ text\n with ünïcode')
    set_tag(api, full, "team", "")
    api.call(
        LOG_INPUTS, LogInputs(run_id=full, datasets=[TRAIN], models=[ModelInput("m-1")])
    )
    log_values(api, plain, {"a": 1.0})
    api.call(LOG_OUTPUTS, LogOutputs(run_id=plain, models=[ModelOutput("m-2", 5)]))

    found = listed(api, experiment)

    assert found == {run: get_run(api, run) for run in (full, bare, plain)}
    assert found[full].inputs.dataset_inputs == [TRAIN]
    assert found[full].inputs.model_inputs == [ModelInput("m-1")]
    assert found[plain].outputs.model_outputs == [ModelOutput("m-2", 5)]
    assert latest_of(found[bare]) == params_of(found[bare]) == {}
    assert tags_of(found[full])["team"] == ""


def test_one_runs_odd_numbers_leave_its_neighbours_alone(
    api: Api, experiment: str
) -> None:
    odd, plain = (new_run(api, experiment) for _ in range(2))
    log_values(api, odd, ODD)
    log_values(api, plain, {"a": 1.5, "b": 1e308})

    found = listed(api, experiment)

    shown = {key: bits(value) for key, value in latest_of(found[odd]).items()}
    assert shown == {key: bits(value) for key, value in ODD.items()}
    assert latest_of(found[plain]) == {"a": 1.5, "b": 1e308}


def test_numbers_whose_sum_is_infinite_come_back(api: Api, experiment: str) -> None:
    run = new_run(api, experiment)
    largest = {"a": 1.7976931348623157e308, "b": 1.7976931348623157e308}

    log_values(api, run, largest)

    assert latest_of(listed(api, experiment)[run]) == largest
