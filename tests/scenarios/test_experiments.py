"""Experiments: made, found, renamed, deleted and restored."""

from __future__ import annotations

import pytest
from trackgate_wire.errors import (
    AlreadyExists,
    InvalidParameterValue,
    InvalidState,
    NotFound,
)
from trackgate_wire.experiments import (
    CREATE_EXPERIMENT,
    DELETE_EXPERIMENT,
    DELETE_EXPERIMENT_TAG,
    GET_EXPERIMENT,
    GET_EXPERIMENT_BY_NAME,
    RESTORE_EXPERIMENT,
    SET_EXPERIMENT_TAG,
    UPDATE_EXPERIMENT,
    CreateExperiment,
    DeleteExperimentTag,
    Experiment,
    ExperimentRef,
    ExperimentTag,
    GetExperimentByName,
    SetExperimentTag,
    UpdateExperiment,
)
from trackgate_wire.run_ref import RunRef
from trackgate_wire.runs import (
    CREATE_RUN,
    DELETE_RUN,
    SEARCH_RUNS,
    CreateRun,
    SearchRuns,
)
from trackgate_wire.scalars import LifecycleStage, ViewType

from tests.fixtures.api import Api
from tests.scenarios.acts import get_run, new_experiment, new_name, new_run


def get(api: Api, experiment: str) -> Experiment:
    return api.call(GET_EXPERIMENT, ExperimentRef(experiment)).experiment


def get_by_name(api: Api, name: str) -> Experiment:
    return api.call(GET_EXPERIMENT_BY_NAME, GetExperimentByName(name)).experiment


def tags(experiment: Experiment) -> dict[str, str]:
    return {tag.key: tag.value for tag in experiment.tags}


def run_ids(api: Api, experiment: str, view: ViewType) -> set[str]:
    asked = SearchRuns(experiment_ids=[experiment], run_view_type=view)
    return {run.info.run_id for run in api.call(SEARCH_RUNS, asked).runs}


def test_a_new_experiment_is_found_by_id_and_by_name(api: Api) -> None:
    name = new_name("with 'quotes', ümläuts and 日本")

    made = api.call(
        CREATE_EXPERIMENT, CreateExperiment(name, tags=[ExperimentTag("team", "a")])
    )

    found = get(api, made.experiment_id)
    assert found == get_by_name(api, name)
    assert found.name == name
    assert tags(found) == {"team": "a"}
    assert found.lifecycle_stage is LifecycleStage.ACTIVE
    assert found.creation_time == found.last_update_time
    assert found.artifact_location == f"mlflow-artifacts:/{made.experiment_id}"


def test_experiment_ids_are_numbers_for_old_clients(api: Api, experiment: str) -> None:
    assert experiment.isdigit()


def test_there_is_a_default_experiment_from_the_first_day(api: Api) -> None:
    assert get(api, "0").name == "Default"
    assert api.call(CREATE_RUN, CreateRun()).run.info.experiment_id == "0"


def test_a_name_is_given_out_once(api: Api) -> None:
    name = new_name()
    new_experiment(api, name)

    with pytest.raises(AlreadyExists, match="already exists"):
        new_experiment(api, name)


@pytest.mark.parametrize("name", ["", "  ", "x" * 501, "nul\x00"])
def test_an_experiment_needs_a_usable_name(api: Api, name: str) -> None:
    with pytest.raises(InvalidParameterValue):
        new_experiment(api, name)


def test_the_name_of_a_deleted_experiment_stays_taken_and_the_way_back_is_said(
    api: Api,
) -> None:
    name = new_name()
    experiment = new_experiment(api, name)
    api.call(DELETE_EXPERIMENT, ExperimentRef(experiment))

    with pytest.raises(AlreadyExists, match="deleted") as refusal:
        new_experiment(api, name)

    assert "estore" in refusal.value.message
    assert experiment in refusal.value.message
    api.call(RESTORE_EXPERIMENT, ExperimentRef(experiment))
    assert get_by_name(api, name).lifecycle_stage is LifecycleStage.ACTIVE


def test_a_deleted_experiment_is_still_found_as_deleted(
    api: Api, experiment: str
) -> None:
    api.call(DELETE_EXPERIMENT, ExperimentRef(experiment))

    found = get(api, experiment)

    assert found.lifecycle_stage is LifecycleStage.DELETED
    assert get_by_name(api, found.name) == found


def test_deleting_an_experiment_hides_its_runs_and_restoring_brings_them_back(
    api: Api, experiment: str
) -> None:
    runs = {new_run(api, experiment), new_run(api, experiment)}

    api.call(DELETE_EXPERIMENT, ExperimentRef(experiment))

    assert run_ids(api, experiment, ViewType.ACTIVE_ONLY) == set()
    assert run_ids(api, experiment, ViewType.DELETED_ONLY) == runs
    api.call(RESTORE_EXPERIMENT, ExperimentRef(experiment))
    assert run_ids(api, experiment, ViewType.ACTIVE_ONLY) == runs


def test_a_deleted_experiment_takes_no_runs(api: Api, experiment: str) -> None:
    api.call(DELETE_EXPERIMENT, ExperimentRef(experiment))

    with pytest.raises(InvalidParameterValue, match="active"):
        new_run(api, experiment)


def test_what_is_deleted_cannot_be_deleted_and_what_lives_not_restored(
    api: Api, experiment: str
) -> None:
    with pytest.raises(NotFound):
        api.call(RESTORE_EXPERIMENT, ExperimentRef(experiment))

    api.call(DELETE_EXPERIMENT, ExperimentRef(experiment))

    with pytest.raises(NotFound):
        api.call(DELETE_EXPERIMENT, ExperimentRef(experiment))


def test_a_run_deleted_before_its_experiment_is_deleted_still(
    api: Api, experiment: str
) -> None:
    run = new_run(api, experiment)
    api.call(DELETE_RUN, RunRef(run_id=run))

    api.call(DELETE_EXPERIMENT, ExperimentRef(experiment))

    assert get_run(api, run).info.lifecycle_stage is LifecycleStage.DELETED


def test_renaming_frees_the_old_name(api: Api) -> None:
    old, new = new_name(), new_name()
    experiment = new_experiment(api, old)

    api.call(UPDATE_EXPERIMENT, UpdateExperiment(experiment, new))

    assert get_by_name(api, new).experiment_id == experiment
    with pytest.raises(NotFound, match=old):
        get_by_name(api, old)
    new_experiment(api, old)


def test_an_experiment_is_not_renamed_to_a_taken_name(
    api: Api, experiment: str
) -> None:
    taken = new_name()
    new_experiment(api, taken)

    with pytest.raises(AlreadyExists):
        api.call(UPDATE_EXPERIMENT, UpdateExperiment(experiment, taken))


def test_a_deleted_experiment_is_not_renamed(api: Api, experiment: str) -> None:
    api.call(DELETE_EXPERIMENT, ExperimentRef(experiment))

    with pytest.raises((InvalidState, InvalidParameterValue), match="active"):
        api.call(UPDATE_EXPERIMENT, UpdateExperiment(experiment, new_name()))


def test_an_experiments_tag_is_replaced_and_removed(api: Api, experiment: str) -> None:
    for value in ("old", "new"):
        api.call(SET_EXPERIMENT_TAG, SetExperimentTag(experiment, "stage", value))
    assert tags(get(api, experiment)) == {"stage": "new"}

    api.call(DELETE_EXPERIMENT_TAG, DeleteExperimentTag(experiment, "stage"))

    assert tags(get(api, experiment)) == {}
    with pytest.raises(NotFound, match="stage"):
        api.call(DELETE_EXPERIMENT_TAG, DeleteExperimentTag(experiment, "stage"))


def test_a_deleted_experiment_takes_no_tags(api: Api, experiment: str) -> None:
    api.call(DELETE_EXPERIMENT, ExperimentRef(experiment))

    with pytest.raises(InvalidParameterValue, match="active"):
        api.call(SET_EXPERIMENT_TAG, SetExperimentTag(experiment, "stage", "a"))


@pytest.mark.parametrize("unknown", ["999999999", "9" * 18])
def test_an_unknown_experiment_is_named_in_the_refusal(api: Api, unknown: str) -> None:
    with pytest.raises(NotFound, match=unknown):
        get(api, unknown)


@pytest.mark.parametrize("malformed", ["../1", "a b", "abc", "x" * 65])
def test_a_malformed_experiment_id_is_refused(api: Api, malformed: str) -> None:
    with pytest.raises(InvalidParameterValue):
        get(api, malformed)


@pytest.mark.parametrize(
    "location", ["s3://bucket/team", "mlflow-artifacts:/team/a", "gs://bucket/x"]
)
def test_a_store_of_ones_own_is_kept_as_text(api: Api, location: str) -> None:
    asked = CreateExperiment(new_name(), artifact_location=location)

    experiment = api.call(CREATE_EXPERIMENT, asked).experiment_id

    assert get(api, experiment).artifact_location == location
    run = get_run(api, new_run(api, experiment))
    assert run.info.artifact_uri == f"{location}/{run.info.run_id}/artifacts"


@pytest.mark.parametrize(
    "location",
    [
        "/etc",
        "relative/path",
        "file:///etc",
        "file:/etc",
        "FILE:///etc",
        "s3://bucket/../x",
        "s3://bucket/x?y",
        "s3://bucket/x#y",
        "mlflow-artifacts:/../x",
        "mlflow-artifacts:/a/%2e%2e/x",
        "mlflow-artifacts://host/a",
        "mlflow-artifacts:/.staging",
        "http://127.0.0.1/x",
        "runs:/1/x",
        "C:\\temp",
    ],
)
def test_a_place_on_the_server_is_refused(api: Api, location: str) -> None:
    name = new_name()

    with pytest.raises(InvalidParameterValue):
        api.call(CREATE_EXPERIMENT, CreateExperiment(name, artifact_location=location))

    with pytest.raises(NotFound):
        get_by_name(api, name)
