"""Inputs and outputs of runs: the rules."""

from __future__ import annotations

from trackgate_wire import limits, rules
from trackgate_wire.datasets import (
    LOG_INPUTS,
    LOG_OUTPUTS,
    SEARCH_DATASETS,
    DatasetInput,
    DatasetSummaries,
    LogInputs,
    LogOutputs,
    SearchDatasets,
)
from trackgate_wire.endpoint import Empty
from trackgate_wire.errors import InvalidParameterValue

from trackgate_server.operations.scope import Scope
from trackgate_server.operations.serving import serves
from trackgate_server.store import datasets, experiments, runs

_SEARCHED_EXPERIMENTS = 20


@serves(LOG_INPUTS, "write")
def log_inputs(scope: Scope, request: LogInputs) -> Empty:
    run_id = request.run()
    rules.check_run_id(run_id)
    rules.check_count("datasets", len(request.datasets), limits.DATASETS_PER_BATCH)
    rules.check_count("models", len(request.models), limits.MODELS_PER_BATCH)
    for given in request.datasets:
        _check(given)
    run = runs.get_active(scope.db, run_id)
    for given in request.datasets:
        datasets.log_input(scope.db, run.key, run.experiment, given)
    datasets.log_model_inputs(scope.db, run.key, request.models)
    return Empty()


@serves(LOG_OUTPUTS, "write")
def log_outputs(scope: Scope, request: LogOutputs) -> Empty:
    rules.check_count("models", len(request.models), limits.MODELS_PER_BATCH)
    run = runs.require_active(scope.db, request.run())
    datasets.log_model_outputs(scope.db, run, request.models)
    return Empty()


@serves(SEARCH_DATASETS)
def search(scope: Scope, request: SearchDatasets) -> DatasetSummaries:
    if not request.experiment_ids:
        raise InvalidParameterValue(
            "SearchDatasets request must specify at least one experiment_id."
        )
    found = len(request.experiment_ids)
    rules.check_count("experiment ids", found, _SEARCHED_EXPERIMENTS)
    where = [experiments.parse_id(text) for text in request.experiment_ids]
    return DatasetSummaries(datasets.summaries(scope.db, where))


def _check(given: DatasetInput) -> None:
    data = given.dataset
    if not data.name or not data.digest:
        raise InvalidParameterValue("A dataset must have a name and a digest.")
    rules.check_length("Dataset name", data.name, limits.DATASET_NAME_LENGTH)
    rules.check_length("Dataset digest", data.digest, limits.DATASET_DIGEST_LENGTH)
    rules.check_length("Dataset source", data.source, limits.DATASET_SOURCE_LENGTH)
    rules.check_length(
        "Dataset schema", data.schema or "", limits.DATASET_SCHEMA_LENGTH
    )
    profile = data.profile or ""
    rules.check_length("Dataset profile", profile, limits.DATASET_PROFILE_LENGTH)
    for tag in given.tags:
        rules.check_tag_key("Input tag", tag.key, limits.INPUT_TAG_KEY_LENGTH)
        what = f"Value of input tag {rules.shown(tag.key)}"
        rules.check_length(what, tag.value, limits.INPUT_TAG_VALUE_LENGTH)
