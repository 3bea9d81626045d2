"""What a run read and what it made."""

from __future__ import annotations

import pytest
from trackgate_wire import limits
from trackgate_wire.datasets import (
    LOG_INPUTS,
    LOG_OUTPUTS,
    SEARCH_DATASETS,
    Dataset,
    DatasetInput,
    DatasetSummary,
    InputTag,
    LogInputs,
    LogOutputs,
    ModelInput,
    ModelOutput,
    SearchDatasets,
)
from trackgate_wire.errors import InvalidParameterValue

from tests.fixtures.api import Api
from tests.scenarios.acts import get_run, new_experiment, new_run

TRAIN = Dataset(
    "train", "d1", "local", '{"uri": "/data"}', '{"columns": []}', '{"rows": 3}'
)
TEST = Dataset("test", "d2", "code", "{}")


def used(dataset: Dataset, context: str | None = None) -> DatasetInput:
    tags = [InputTag("mlflow.data.context", context)] if context else []
    return DatasetInput(dataset, tags)


def log(api: Api, run: str, *inputs: DatasetInput) -> None:
    api.call(LOG_INPUTS, LogInputs(run_id=run, datasets=list(inputs)))


def summaries(api: Api, *experiments: str) -> list[DatasetSummary]:
    asked = SearchDatasets(list(experiments))
    return api.call(SEARCH_DATASETS, asked).dataset_summaries


def test_inputs_come_back_whole(api: Api, run: str) -> None:
    given = [used(TRAIN, "training"), used(TEST)]

    log(api, run, *given)

    found = get_run(api, run).inputs.dataset_inputs
    assert sorted(found, key=lambda one: one.dataset.digest) == given


def test_an_input_logged_again_changes_nothing(api: Api, run: str) -> None:
    log(api, run, used(TRAIN, "training"))
    before = get_run(api, run)

    log(api, run, used(TRAIN, "training"))

    assert get_run(api, run) == before


def test_runs_share_a_dataset_and_each_says_what_for(api: Api, experiment: str) -> None:
    for context in ("training", "validation"):
        run = new_run(api, experiment)
        log(api, run, used(TRAIN, context))
        assert get_run(api, run).inputs.dataset_inputs == [used(TRAIN, context)]

    assert summaries(api, experiment) == [
        DatasetSummary(experiment, "train", "d1", "training"),
        DatasetSummary(experiment, "train", "d1", "validation"),
    ]


def test_datasets_are_listed_by_experiment(api: Api, experiment: str) -> None:
    other = new_experiment(api)
    log(api, new_run(api, experiment), used(TRAIN), used(TEST, "eval"))
    log(api, new_run(api, other), used(TRAIN))

    assert {(one.name, one.context) for one in summaries(api, experiment)} == {
        ("train", None),
        ("test", "eval"),
    }
    assert len(summaries(api, experiment, other)) == 3
    assert summaries(api, "999999999") == []


@pytest.mark.parametrize(
    "experiments", [[], ["x"], [str(number) for number in range(21)]], ids=len
)
def test_datasets_are_listed_of_one_to_twenty_experiments(
    api: Api, experiments: list[str]
) -> None:
    with pytest.raises(InvalidParameterValue):
        summaries(api, *experiments)


@pytest.mark.parametrize("root", ["/api/2.0", "/ajax-api/2.0"])
def test_datasets_are_listed_at_the_path_without_a_slash_too(
    api: Api, experiment: str, root: str
) -> None:
    """The stock protocol's own path lacks it, and clients call it so."""
    for path in (f"{root}mlflow", f"{root}/mlflow"):
        answer = api.raw(
            "POST",
            f"{path}/experiments/search-datasets",
            json={"experiment_ids": [experiment]},
        )
        assert (answer.status, answer.json) == (200, {})


@pytest.mark.parametrize(
    "given",
    [
        used(Dataset("", "d", "s", "s")),
        used(Dataset("n", "", "s", "s")),
        used(Dataset("n" * (limits.DATASET_NAME_LENGTH + 1), "d", "s", "s")),
        used(Dataset("n", "d" * (limits.DATASET_DIGEST_LENGTH + 1), "s", "s")),
        used(Dataset("n", "d", "s", "s" * (limits.DATASET_SOURCE_LENGTH + 1))),
        DatasetInput(TRAIN, [InputTag("", "v")]),
        DatasetInput(TRAIN, [InputTag("k" * 256, "v")]),
        DatasetInput(TRAIN, [InputTag("k", "v" * 501)]),
    ],
)
def test_a_bad_dataset_is_refused_and_the_good_one_before_it_is_not_kept(
    api: Api, run: str, given: DatasetInput
) -> None:
    with pytest.raises(InvalidParameterValue):
        log(api, run, used(TEST), given)

    assert get_run(api, run).inputs.dataset_inputs == []


def test_models_that_a_run_read_and_made_come_back(api: Api, run: str) -> None:
    api.call(LOG_INPUTS, LogInputs(run_id=run, models=[ModelInput("m-1")]))
    made = [ModelOutput("m-2", step=3), ModelOutput("m-3")]
    for _ in range(2):
        api.call(LOG_OUTPUTS, LogOutputs(run_id=run, models=made))

    found = get_run(api, run)

    assert found.inputs.model_inputs == [ModelInput("m-1")]
    assert found.outputs.model_outputs == made
