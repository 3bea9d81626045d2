"""Runs: created, named, changed, deleted and restored."""

from __future__ import annotations

import re
import time
from collections.abc import Callable

import pytest
from trackgate_wire.datasets import (
    LOG_INPUTS,
    LOG_OUTPUTS,
    Dataset,
    DatasetInput,
    LogInputs,
    LogOutputs,
    ModelOutput,
)
from trackgate_wire.errors import InvalidParameterValue, NotFound
from trackgate_wire.metrics import Metric
from trackgate_wire.run_ref import RunRef
from trackgate_wire.runs import (
    CREATE_RUN,
    DELETE_RUN,
    DELETE_TAG,
    LOG_BATCH,
    LOG_MODEL,
    RESTORE_RUN,
    SEARCH_RUNS,
    UPDATE_RUN,
    CreateRun,
    DeleteTag,
    LogBatch,
    LogModel,
    Param,
    Run,
    RunTag,
    SearchRuns,
    UpdateRun,
)
from trackgate_wire.scalars import LifecycleStage, RunStatus, ViewType

from tests.fixtures.api import Api
from tests.scenarios.acts import (
    get_run,
    log_metric,
    log_param,
    new_run,
    set_tag,
    tags_of,
)

MODEL_JSON = (
    '{"artifact_path": "model", "flavors": {}, "run_id": "1",'
    ' "utc_time_created": "2025-01-01 00:00:00"}'
)


def create(api: Api, **given: object) -> Run:
    return api.call(CREATE_RUN, CreateRun(**given)).run  # type: ignore[arg-type]


def test_a_new_run_is_running_from_now_on(api: Api, experiment: str) -> None:
    before_ms = time.time_ns() // 1_000_000 - 1

    made = create(api, experiment_id=experiment)

    info = made.info
    assert re.fullmatch(r"[0-9a-f]{32}", info.run_id)
    assert info.run_uuid == info.run_id
    assert info.experiment_id == experiment
    assert info.status is RunStatus.RUNNING
    assert info.lifecycle_stage is LifecycleStage.ACTIVE
    assert info.start_time is not None
    assert before_ms <= info.start_time <= time.time_ns() // 1_000_000 + 1
    assert info.end_time is None
    assert info.artifact_uri == (
        f"mlflow-artifacts:/{experiment}/{info.run_id}/artifacts"
    )
    assert get_run(api, info.run_id) == made


def test_a_start_that_is_given_is_kept(api: Api, experiment: str) -> None:
    made = create(api, experiment_id=experiment, start_time=1_600_000_000_000)

    assert get_run(api, made.info.run_id).info.start_time == 1_600_000_000_000


def test_a_run_without_a_name_is_given_one(api: Api, experiment: str) -> None:
    made = create(api, experiment_id=experiment)

    assert re.fullmatch(r"[a-z]+-[a-z]+-\d+", made.info.run_name)
    assert tags_of(made)["mlflow.runName"] == made.info.run_name


def test_a_name_can_come_as_a_tag(api: Api, experiment: str) -> None:
    tags = [RunTag("mlflow.runName", "by tag")]

    made = create(api, experiment_id=experiment, tags=tags)

    assert made.info.run_name == "by tag"


def test_a_name_that_contradicts_its_tag_is_refused(api: Api, experiment: str) -> None:
    tags = [RunTag("mlflow.runName", "one")]

    with pytest.raises(InvalidParameterValue, match=r"'one'.*'two'|'two'.*'one'"):
        create(api, experiment_id=experiment, run_name="two", tags=tags)


def test_renaming_a_run_renames_its_tag(api: Api, run: str) -> None:
    renamed = api.call(UPDATE_RUN, UpdateRun(run_id=run, run_name="new"))

    assert renamed.run_info.run_name == "new"
    assert get_run(api, run).info.run_name == "new"
    assert tags_of(get_run(api, run))["mlflow.runName"] == "new"


def test_setting_the_name_tag_renames_the_run(api: Api, run: str) -> None:
    set_tag(api, run, "mlflow.runName", "new")
    assert get_run(api, run).info.run_name == "new"

    tag = RunTag("mlflow.runName", "newer")
    api.call(LOG_BATCH, LogBatch(run_id=run, tags=[tag]))
    assert get_run(api, run).info.run_name == "newer"


def test_a_run_ends_with_a_status_and_a_time(api: Api, run: str) -> None:
    ended = UpdateRun(run_id=run, status=RunStatus.FINISHED, end_time=1_700_000_000_000)

    info = api.call(UPDATE_RUN, ended).run_info

    assert (info.status, info.end_time) == (RunStatus.FINISHED, 1_700_000_000_000)
    assert get_run(api, run).info == info


def test_an_update_changes_only_what_it_names(api: Api, run: str) -> None:
    name = get_run(api, run).info.run_name
    api.call(UPDATE_RUN, UpdateRun(run_id=run, status=RunStatus.FAILED, end_time=5))

    info = api.call(UPDATE_RUN, UpdateRun(run_id=run)).run_info

    assert (info.run_name, info.status, info.end_time) == (name, RunStatus.FAILED, 5)


@pytest.mark.parametrize("status", list(RunStatus))
def test_every_status_comes_back(api: Api, run: str, status: RunStatus) -> None:
    api.call(UPDATE_RUN, UpdateRun(run_id=run, status=status))

    assert get_run(api, run).info.status is status


def test_tags_of_the_clients_own_stay_as_they_are(api: Api, experiment: str) -> None:
    given = {
        "mlflow.parentRunId": "0" * 32,
        "mlflow.source.name": "train.py",
        "mlflow.source.type": "LOCAL",
        "mlflow.note.content": "# märkdown\nwith lines",
    }
    tags = [RunTag(key, value) for key, value in given.items()]

    made = create(api, experiment_id=experiment, tags=tags)

    assert tags_of(get_run(api, made.info.run_id)).items() >= given.items()


def test_the_old_name_of_a_runs_id_is_understood(api: Api, run: str) -> None:
    found = api.raw("GET", "/api/2.0/mlflow/runs/get", query={"run_uuid": run})

    assert found.json["run"]["info"]["run_id"] == run


def test_a_deleted_run_is_hidden_until_it_is_restored(
    api: Api, experiment: str, run: str
) -> None:
    def found(view: ViewType) -> list[str]:
        asked = SearchRuns(experiment_ids=[experiment], run_view_type=view)
        return [one.info.run_id for one in api.call(SEARCH_RUNS, asked).runs]

    api.call(DELETE_RUN, RunRef(run_id=run))

    assert get_run(api, run).info.lifecycle_stage is LifecycleStage.DELETED
    assert found(ViewType.ACTIVE_ONLY) == []
    assert found(ViewType.DELETED_ONLY) == found(ViewType.ALL) == [run]

    api.call(RESTORE_RUN, RunRef(run_id=run))

    assert get_run(api, run).info.lifecycle_stage is LifecycleStage.ACTIVE
    assert found(ViewType.ACTIVE_ONLY) == [run]


WRITES: dict[str, Callable[[Api, str], object]] = {
    "metric": lambda api, run: log_metric(api, run, "loss", 1.0),
    "param": lambda api, run: log_param(api, run, "depth", "2"),
    "tag": lambda api, run: set_tag(api, run, "stage", "a"),
    "tag removed": lambda api, run: api.call(
        DELETE_TAG, DeleteTag(run_id=run, key="kept")
    ),
    "batch of metrics": lambda api, run: api.call(
        LOG_BATCH, LogBatch(run_id=run, metrics=[Metric("loss", 1.0, 0)])
    ),
    "batch of params": lambda api, run: api.call(
        LOG_BATCH, LogBatch(run_id=run, params=[Param("depth", "2")])
    ),
    "update": lambda api, run: api.call(
        UPDATE_RUN, UpdateRun(run_id=run, status=RunStatus.KILLED)
    ),
    "model": lambda api, run: api.call(
        LOG_MODEL, LogModel(run_id=run, model_json=MODEL_JSON)
    ),
    "inputs": lambda api, run: api.call(
        LOG_INPUTS,
        LogInputs(run_id=run, datasets=[DatasetInput(Dataset("d", "1", "s", "s"))]),
    ),
    "outputs": lambda api, run: api.call(
        LOG_OUTPUTS, LogOutputs(run_id=run, models=[ModelOutput("m-1")])
    ),
}


@pytest.mark.parametrize("write", WRITES)
def test_a_deleted_run_takes_no_writes(api: Api, run: str, write: str) -> None:
    set_tag(api, run, "kept", "yes")
    api.call(DELETE_RUN, RunRef(run_id=run))
    before = get_run(api, run)

    with pytest.raises(InvalidParameterValue, match="deleted"):
        WRITES[write](api, run)

    assert get_run(api, run) == before


@pytest.mark.parametrize("write", WRITES)
def test_a_run_that_does_not_exist_takes_no_writes(api: Api, write: str) -> None:
    unknown = "0" * 32

    with pytest.raises(NotFound, match=unknown):
        WRITES[write](api, unknown)


def test_a_request_must_name_its_run(api: Api) -> None:
    with pytest.raises(InvalidParameterValue, match="run_id"):
        api.call(DELETE_RUN, RunRef())


def test_a_run_needs_an_experiment_that_exists(api: Api) -> None:
    with pytest.raises(NotFound, match="999999999"):
        create(api, experiment_id="999999999")


def test_each_model_that_an_old_client_logs_is_added_to_the_runs_tag(
    api: Api, experiment: str
) -> None:
    run = new_run(api, experiment)

    for _ in range(2):
        api.call(LOG_MODEL, LogModel(run_id=run, model_json=MODEL_JSON))

    logged = tags_of(get_run(api, run))["mlflow.log-model.history"]
    assert logged.count('"artifact_path"') == 2
    for malformed in ("no JSON", "[]", '{"artifact_path": "model"}'):
        with pytest.raises(InvalidParameterValue):
            api.call(LOG_MODEL, LogModel(run_id=run, model_json=malformed))
