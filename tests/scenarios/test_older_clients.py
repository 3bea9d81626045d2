"""Clients before MLflow 3 know runs and registered models, but no logged models."""

from __future__ import annotations

from dataclasses import replace

import pytest
from trackgate_wire.artifacts import LIST_STORE, ListStore
from trackgate_wire.model_versions import CREATE_MODEL_VERSION, CreateModelVersion

from tests.fixtures.api import Api
from tests.scenarios import registry_acts
from tests.scenarios.acts import get_run, new_run
from tests.scenarios.logged_model_acts import (
    artifact_path,
    get_file,
    get_model,
    new_model,
    put_file,
)

OLD = {"User-Agent": "mlflow-python-client/2.22.5"}
NEW = {"User-Agent": "mlflow-python-client/3.17.2"}


@pytest.fixture
def older(api: Api) -> Api:
    return replace(api, headers={**api.headers, **OLD})


@pytest.fixture
def newer(api: Api) -> Api:
    return replace(api, headers={**api.headers, **NEW})


def logged(api: Api, experiment: str, run: str, content: bytes, name: str) -> str:
    """A logged model with one file; its id."""
    model = new_model(api, experiment, name=name, source_run_id=run)
    put_file(api, artifact_path(api, model, "data/model.bin"), content)
    return model


def in_run(api: Api, run: str, path: str) -> str:
    uri = get_run(api, run).info.artifact_uri
    return f"{uri.removeprefix('mlflow-artifacts:/')}/{path}"


def listed(api: Api, path: str) -> list[str]:
    return [one.path for one in api.call(LIST_STORE, ListStore(path=path)).files]


def test_they_find_a_logged_model_as_a_folder_of_its_run(
    api: Api, older: Api, experiment: str
) -> None:
    run = new_run(api, experiment)
    logged(api, experiment, run, b"first", "tree")
    logged(api, experiment, run, b"second", "tree")

    assert listed(older, in_run(api, run, "tree")) == ["data"]
    assert get_file(older, in_run(api, run, "tree/data/model.bin")).body == b"second"
    assert get_file(older, in_run(api, run, "tree/data/other.bin")).status == 404
    assert get_file(older, in_run(api, run, "bush/data/model.bin")).status == 404


def test_newer_clients_do_not_find_it_there(
    api: Api, newer: Api, experiment: str
) -> None:
    run = new_run(api, experiment)
    logged(api, experiment, run, b"first", "tree")

    assert listed(newer, in_run(api, run, "tree")) == []
    assert get_file(newer, in_run(api, run, "tree/data/model.bin")).status == 404


def test_artifacts_of_the_run_itself_go_first(
    api: Api, older: Api, experiment: str
) -> None:
    run = new_run(api, experiment)
    logged(api, experiment, run, b"of the model", "tree")
    put_file(api, in_run(api, run, "tree/own.txt"), b"of the run")

    assert listed(older, in_run(api, run, "tree")) == ["own.txt"]
    assert get_file(older, in_run(api, run, "tree/data/model.bin")).status == 404


def test_a_version_they_register_from_there_is_the_logged_models(
    api: Api, older: Api, experiment: str
) -> None:
    run = new_run(api, experiment)
    model = logged(api, experiment, run, b"first", "my tree")
    name = registry_acts.new_model(api)

    made = older.call(
        CREATE_MODEL_VERSION,
        CreateModelVersion(
            name=name,
            source=f"mlflow-artifacts:/{in_run(api, run, 'my tree')}",
            run_id=run,
        ),
    ).model_version

    assert (made.model_id, made.source) == (model, f"models:/{model}")
    assert [one.name for one in get_model(api, model).info.registrations] == [name]
