"""Many who change the registry at the same moment."""

from __future__ import annotations

import pytest
from trackgate_wire.errors import AlreadyExists, NotFound
from trackgate_wire.logged_models import (
    GET_LOGGED_MODEL,
    LOG_LOGGED_MODEL_PARAMS,
    GetLoggedModel,
    LoggedModelParam,
    LogLoggedModelParams,
)
from trackgate_wire.registered_models import GET_LATEST_VERSIONS, GetLatestVersions

from tests.fixtures.api import Api
from tests.scenarios.acts import new_name
from tests.scenarios.registry_acts import (
    delete_model,
    delete_version,
    get_model,
    log_model,
    move,
    moves,
    new_model,
    new_version,
    rename,
    set_alias,
    stages,
)
from tests.scenarios.test_at_once import WRITERS, at_once, outcome


def test_each_of_many_new_versions_gets_a_number_of_its_own(api: Api) -> None:
    name = new_model(api)

    numbers = at_once(lambda _: new_version(api, name), 4 * WRITERS)

    assert sorted(map(int, numbers)) == list(range(1, 4 * WRITERS + 1))


def test_numbers_are_not_given_out_again_while_versions_go(api: Api) -> None:
    name = new_model(api)

    def come_and_go(_: int) -> str:
        number = new_version(api, name)
        delete_version(api, name, number)
        return number

    numbers = at_once(come_and_go, 2 * WRITERS)

    assert sorted(map(int, numbers)) == list(range(1, 2 * WRITERS + 1))


def test_one_of_many_gets_the_models_name(api: Api) -> None:
    name = new_name()

    outcomes = at_once(lambda _: outcome(lambda: new_model(api, name)))

    assert sorted(outcomes) == [AlreadyExists.__name__] * (WRITERS - 1) + ["done"]


def test_one_of_many_models_is_renamed_to_the_name(api: Api) -> None:
    names, new = [new_model(api) for _ in range(WRITERS)], new_name()

    outcomes = at_once(lambda n: outcome(lambda: rename(api, names[n], new)))

    assert sorted(outcomes) == [AlreadyExists.__name__] * (WRITERS - 1) + ["done"]
    assert get_model(api, new).name == new


def test_two_who_move_the_same_stage_leave_one_state_and_two_entries(
    api: Api,
) -> None:
    name = new_model(api, versions=WRITERS)
    versions = [str(number + 1) for number in range(WRITERS)]

    at_once(lambda n: move(api, name, versions[n], "Production", archive=True))

    found = stages(api, name, *versions)
    assert sorted(found) == ["Archived"] * (WRITERS - 1) + ["Production"]
    history = moves(api, name)
    promotions = [one for one in history if one.after == "Production"]
    assert sorted(one.version for one in promotions) == sorted(versions)
    # Told again from the beginning, the entries end in what is there.
    told = dict.fromkeys(versions, "None")
    for entry in reversed(history):
        assert told[entry.version] == entry.before
        told[entry.version] = entry.after
    assert [told[version] for version in versions] == found
    asked = GetLatestVersions(name=name, stages=["Production"])
    latest = api.call(GET_LATEST_VERSIONS, asked).model_versions
    assert [one.version for one in latest] == [promotions[0].version]


def test_two_who_move_the_same_alias_leave_one_state_and_two_entries(api: Api) -> None:
    name = new_model(api, versions=WRITERS)

    at_once(lambda n: set_alias(api, name, "best", str(n + 1)))

    history = moves(api, name)
    assert len(history) == WRITERS
    left = [entry.after for entry in history[1:]] + [""]
    assert [entry.before for entry in history] == left
    (alias,) = get_model(api, name).aliases
    assert alias.version == history[0].after


def test_a_model_goes_with_all_it_has_while_others_add_to_it(api: Api) -> None:
    name = new_model(api, versions=1)

    def change(writer: int) -> str:
        if writer == WRITERS // 2:
            return outcome(lambda: delete_model(api, name))
        if writer % 2:
            return outcome(lambda: set_alias(api, name, f"a{writer}", "1"))
        return outcome(lambda: new_version(api, name))

    outcomes = at_once(change)

    assert set(outcomes) <= {"done", NotFound.__name__}
    with pytest.raises(NotFound):
        get_model(api, name)
    assert get_model(api, new_model(api, name)).latest_versions == []


def test_all_versions_made_of_a_logged_model_at_once_are_listed(
    api: Api, experiment: str
) -> None:
    logged = log_model(api, experiment)
    names = [new_model(api) for _ in range(4)]

    at_once(
        lambda n: new_version(
            api, names[n], logged.artifact_uri, model_id=logged.model_id
        ),
        4,
    )

    path = f"/api/2.0/mlflow/logged-models/{logged.model_id}"
    tags = api.raw("GET", path).json["model"]["info"]["tags"]
    listed = next(tag for tag in tags if tag["key"] == "mlflow.modelVersions")
    assert all(name in listed["value"] for name in names)


def test_the_same_parameters_in_any_order_come_to_a_logged_model_at_once(
    api: Api, experiment: str
) -> None:
    model = log_model(api, experiment).model_id
    given = [LoggedModelParam(f"p{number}", "1") for number in range(500)]
    orders = [LogLoggedModelParams(params=given[::step]) for step in (1, -1)]

    at_once(lambda n: api.call(LOG_LOGGED_MODEL_PARAMS, orders[n % 2], model_id=model))

    found = api.call(GET_LOGGED_MODEL, GetLoggedModel(), model_id=model).model
    assert len(found.data.params) == len(given)
