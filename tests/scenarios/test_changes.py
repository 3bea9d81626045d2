"""Every change can be traced to a person."""

from __future__ import annotations

import json
import time

import pytest
from trackgate_wire.experiments import (
    CREATE_EXPERIMENT,
    UPDATE_EXPERIMENT,
    CreateExperiment,
    UpdateExperiment,
)
from trackgate_wire.run_ref import RunRef
from trackgate_wire.runs import (
    CREATE_RUN,
    DELETE_RUN,
    SET_TAG,
    CreateRun,
    SetTag,
)
from trackgate_wire.server import GET_CHANGES, GetChanges

from tests.fixtures.sites import App, Stack


def test_who_renamed_an_experiment_is_kept(site: App | Stack) -> None:
    name = f"renamed {time.time_ns()}"
    made = site.client("ada").call(CREATE_EXPERIMENT, CreateExperiment(name))
    request = UpdateExperiment(made.experiment_id, f"{name} again")
    site.client("adam").call(UPDATE_EXPERIMENT, request)

    asked = GetChanges(target=f"experiment/{made.experiment_id}")
    changes = site.client("vera").call(GET_CHANGES, asked).changes

    assert [(change.user, change.action) for change in changes] == [
        ("adam", "rename"),
        ("ada", "create"),
    ]
    assert changes[0].detail == f"{name} -> {name} again"


def test_who_deleted_a_run_is_kept(site: App | Stack) -> None:
    run_id = site.client("ada").call(CREATE_RUN, CreateRun()).run.info.run_id
    site.client("adam").call(DELETE_RUN, RunRef(run_id=run_id))

    changes = site.client("vera").call(GET_CHANGES, GetChanges(target=f"run/{run_id}"))

    assert [(one.user, one.action) for one in changes.changes] == [("adam", "delete")]


@pytest.mark.nginx
def test_the_access_log_says_who_wrote_to_which_run(stack: Stack) -> None:
    run_id = stack.client("ada").call(CREATE_RUN, CreateRun()).run.info.run_id
    stack.client("adam").call(SET_TAG, SetTag(run_id=run_id, key="note", value="mine"))

    lines = stack.data.access_log.read_text().splitlines()
    about = [
        line for line in map(json.loads, lines) if line["target"] == f"run/{run_id}"
    ]

    assert [(line["user"], line["path"]) for line in about] == [
        ("adam", "/api/2.0/mlflow/runs/set-tag")
    ]
