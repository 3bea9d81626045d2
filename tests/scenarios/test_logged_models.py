"""Logged models: made, described, finished and deleted."""

from __future__ import annotations

import re
from typing import Any

import pytest
from trackgate_wire.errors import BadRequest, InvalidParameterValue, NotFound
from trackgate_wire.experiments import (
    CREATE_EXPERIMENT,
    DELETE_EXPERIMENT,
    CreateExperiment,
    ExperimentRef,
)
from trackgate_wire.logged_models import (
    CREATE_LOGGED_MODEL,
    DELETE_LOGGED_MODEL_TAG,
    FINALIZE_LOGGED_MODEL,
    LOG_LOGGED_MODEL_PARAMS,
    SEARCH_LOGGED_MODELS,
    SET_LOGGED_MODEL_TAGS,
    CreateLoggedModel,
    FinalizeLoggedModel,
    LoggedModelParam,
    LoggedModelStatus,
    LoggedModelTag,
    LogLoggedModelParams,
    SearchLoggedModels,
    SetLoggedModelTags,
)
from trackgate_wire.server import GET_CHANGES, GetChanges

from tests.fixtures.api import Api
from tests.fixtures.sites import App, Stack
from tests.scenarios.acts import new_experiment, new_name
from tests.scenarios.logged_model_acts import (
    delete_model,
    get_model,
    new_model,
    params_of,
    tags_of,
)

READY = LoggedModelStatus.READY


def log_params(api: Api, model: str, **params: str) -> None:
    given = [LoggedModelParam(*pair) for pair in params.items()]
    api.call(
        LOG_LOGGED_MODEL_PARAMS, LogLoggedModelParams(params=given), model_id=model
    )


def set_tags(api: Api, model: str, *pairs: tuple[str, str]) -> None:
    given = [LoggedModelTag(*pair) for pair in pairs]
    api.call(SET_LOGGED_MODEL_TAGS, SetLoggedModelTags(tags=given), model_id=model)


def test_a_new_model_is_pending_and_has_a_place_of_its_own(
    api: Api, experiment: str
) -> None:
    model = new_model(api, experiment, name="tree", model_type="classifier")

    info = get_model(api, model).info

    assert re.fullmatch(r"m-[0-9a-f]{32}", model)
    assert (info.name, info.model_type, info.experiment_id) == (
        *("tree", "classifier"),
        experiment,
    )
    assert info.status is LoggedModelStatus.PENDING
    assert info.artifact_uri == (
        f"mlflow-artifacts:/{experiment}/models/{model}/artifacts"
    )
    assert info.creation_timestamp_ms == info.last_updated_timestamp_ms


def test_a_finished_model_says_so(api: Api, experiment: str) -> None:
    model = new_model(api, experiment)

    request = FinalizeLoggedModel(status=READY)
    said = api.call(FINALIZE_LOGGED_MODEL, request, model_id=model).model

    assert said == get_model(api, model)
    assert said.info.status is READY
    assert said.info.creation_timestamp_ms is not None
    assert said.info.last_updated_timestamp_ms is not None
    assert said.info.last_updated_timestamp_ms >= said.info.creation_timestamp_ms


def test_parameters_and_tags_stay_with_a_model(api: Api, experiment: str) -> None:
    model = new_model(api, experiment, params={"depth": "2"}, tags={"team": "a"})

    log_params(api, model, leaves="8")
    set_tags(api, model, ("team", "b"), ("odd/key é", "x"), ("odd/key é", "y"))

    found = get_model(api, model)
    assert params_of(found) == {"depth": "2", "leaves": "8"}
    own = {key: text for key, text in tags_of(found).items() if key != "mlflow.user"}
    assert own == {"team": "b", "odd/key é": "y"}


def test_a_parameter_is_written_once(api: Api, experiment: str) -> None:
    model = new_model(api, experiment, params={"depth": "2"})
    log_params(api, model, depth="2")

    with pytest.raises(BadRequest, match="depth") as refusal:
        log_params(api, model, more="1", depth="3")

    assert "'2'" in refusal.value.message
    assert "'3'" in refusal.value.message
    assert params_of(get_model(api, model)) == {"depth": "2"}


def test_a_tag_is_removed_whatever_its_key(api: Api, experiment: str) -> None:
    model = new_model(api, experiment)
    set_tags(api, model, ("odd/key é", "x"))

    api.call(DELETE_LOGGED_MODEL_TAG, model_id=model, tag_key="odd/key é")

    assert "odd/key é" not in tags_of(get_model(api, model))
    with pytest.raises(NotFound, match="odd/key"):
        api.call(DELETE_LOGGED_MODEL_TAG, model_id=model, tag_key="odd/key é")


def test_a_deleted_model_is_shown_to_those_who_ask_for_deleted_ones(
    api: Api, experiment: str
) -> None:
    model = new_model(api, experiment)

    delete_model(api, model)

    with pytest.raises(NotFound, match=model):
        get_model(api, model)
    assert get_model(api, model, allow_deleted="True").info.model_id == model
    asked = SearchLoggedModels(experiment_ids=[experiment])
    assert api.call(SEARCH_LOGGED_MODELS, asked).models == []


@pytest.mark.parametrize("name", ["a/b", "a:b", "a.b", "50%", 'a"b', "a'b", "x" * 501])
def test_a_wrong_name_is_refused(app: App, name: str) -> None:
    with pytest.raises(InvalidParameterValue, match="odel name"):
        new_model(app.client(), "0", name=name)


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"params": {"": "x"}}, "param key"),
        ({"params": {"k" * 256: "x"}}, "256"),
        ({"params": {"k": "v" * 100_001}}, "100000"),
        ({"tags": {"": "x"}}, "tag key"),
        ({"tags": {"k": "v" * 100_001}}, "100000"),
        ({"model_type": "t" * 501}, "501"),
        ({"source_run_id": "../x"}, "run ID"),
    ],
)
def test_what_is_wrong_with_a_new_model_is_named(
    app: App, fields: dict[str, Any], named: str
) -> None:
    with pytest.raises(InvalidParameterValue, match=named):
        new_model(app.client(), "0", **fields)


def test_a_parameter_twice_in_a_request_is_refused(app: App) -> None:
    twice = [LoggedModelParam("k", "1"), LoggedModelParam("k", "1")]

    with pytest.raises(InvalidParameterValue, match="'k'"):
        app.client().call(
            CREATE_LOGGED_MODEL, CreateLoggedModel(experiment_id="0", params=twice)
        )


def test_the_body_names_no_other_model_than_the_path(app: App) -> None:
    ada = app.client()
    model, other = new_model(ada, "0"), new_model(ada, "0")

    request = FinalizeLoggedModel(model_id=other, status=READY)
    with pytest.raises(InvalidParameterValue, match=other):
        ada.call(FINALIZE_LOGGED_MODEL, request, model_id=model)

    assert get_model(ada, other).info.status is LoggedModelStatus.PENDING


def test_a_deleted_experiment_takes_no_model(app: App) -> None:
    ada = app.client()
    experiment = new_experiment(ada)
    model = new_model(ada, experiment)
    ada.call(DELETE_EXPERIMENT, ExperimentRef(experiment))

    with pytest.raises(InvalidParameterValue, match="active"):
        new_model(ada, experiment)

    # As in the peer, what is there can still be read.
    assert get_model(ada, model).info.experiment_id == experiment


def test_a_model_lies_where_its_experiment_says(app: App) -> None:
    location = f"mlflow-artifacts:/{new_name('team')}/a"
    asked = CreateExperiment(new_name(), location)
    experiment = app.client().call(CREATE_EXPERIMENT, asked).experiment_id

    model = new_model(app.client(), experiment)

    uri = get_model(app.client(), model).info.artifact_uri
    assert uri == f"{location}/models/{model}/artifacts"


def test_a_model_bears_the_name_of_whoever_made_it(site: App | Stack) -> None:
    ada = site.client("ada")

    model = new_model(ada, "0", tags={"mlflow.user": "root"})

    tags = tags_of(get_model(ada, model))
    assert tags == {"mlflow.user": "ada", "trackgate.claimedUser": "root"}
    with pytest.raises(InvalidParameterValue, match=r"mlflow\.user"):
        ada.call(DELETE_LOGGED_MODEL_TAG, model_id=model, tag_key="mlflow.user")


def test_who_changed_anothers_model_is_kept(site: App | Stack) -> None:
    ada, adam = site.client("ada"), site.client("adam")
    model = new_model(ada, "0")
    set_tags(ada, model, ("mine", "x"))

    set_tags(adam, model, ("not mine", "x"))
    delete_model(ada, model)

    asked = GetChanges(target=f"logged-model/{model}")
    changes = site.client("vera").call(GET_CHANGES, asked).changes
    assert [(one.user, one.action) for one in changes] == [
        ("ada", "delete"),
        ("adam", "set tags"),
    ]


def test_an_answer_says_which_model_it_was_about(app: App) -> None:
    """The proxy writes it into its log beside the caller's name."""
    ada = app.client()
    model = new_model(ada, "0")

    request = SetLoggedModelTags(tags=[])
    answer = ada.send(SET_LOGGED_MODEL_TAGS, request, model_id=model)

    assert answer.headers["X-Trackgate-Target"] == f"logged-model/{model}"


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/api/2.0/mlflow/logged-models/a%00b"),
        ("DELETE", "/api/2.0/mlflow/logged-models/m-1/tags/a%00b"),
        ("GET", "/api/2.0/mlflow/logged-models/a%00b/artifacts/directories"),
        (
            "GET",
            "/api/2.0/mlflow/logged-models/a%00b/artifacts/files?artifact_file_path=x",
        ),
        ("GET", "/get-artifact?run_uuid=a%00b&path=x"),
        ("GET", "/model-versions/get-artifact?name=a%00b&version=1&path=x"),
    ],
)
def test_no_database_is_asked_for_what_it_cannot_hold(
    api: Api, method: str, path: str
) -> None:
    answer = api.raw(method, path)

    assert answer.status == 400
    # Nginx refuses such a path by itself.
    assert b"U+0000" in answer.body or b"nginx" in answer.body
