"""Registered models: made, found, described, tagged, renamed and deleted."""

from __future__ import annotations

import pytest
from trackgate_wire import limits
from trackgate_wire.errors import AlreadyExists, InvalidParameterValue, NotFound
from trackgate_wire.registered_models import (
    CREATE_REGISTERED_MODEL,
    DELETE_REGISTERED_MODEL_TAG,
    SET_REGISTERED_MODEL_TAG,
    UPDATE_REGISTERED_MODEL,
    CreateRegisteredModel,
    DeleteRegisteredModelTag,
    RegisteredModel,
    RegisteredModelTag,
    SetRegisteredModelTag,
    UpdateRegisteredModel,
)

from tests.fixtures.api import Api
from tests.scenarios.acts import new_name
from tests.scenarios.registry_acts import (
    delete_model,
    get_model,
    get_version,
    move,
    new_model,
    new_version,
    rename,
    set_alias,
)


def tags(model: RegisteredModel) -> dict[str, str]:
    return {tag.key: tag.value for tag in model.tags}


@pytest.mark.parametrize("stem", ["Decision Tree", "Äpfel 日本 'n' \"x\"", "a%b+c.d"])
def test_a_new_model_is_found_by_its_name(api: Api, stem: str) -> None:
    name = new_name(stem)
    given = [RegisteredModelTag("team", "old"), RegisteredModelTag("team", "vision")]
    asked = CreateRegisteredModel(name=name, description="Über uns", tags=given)

    made = api.call(CREATE_REGISTERED_MODEL, asked).registered_model

    assert get_model(api, name) == made
    assert made.name == name
    assert made.description == "Über uns"
    assert tags(made) == {"team": "vision"}
    assert made.creation_timestamp == made.last_updated_timestamp
    assert (made.latest_versions, made.aliases) == ([], [])
    assert made.user_id == (api.user or "")


def test_a_models_name_is_given_out_once(api: Api) -> None:
    name = new_model(api)

    with pytest.raises(AlreadyExists, match="already exists"):
        new_model(api, name)


@pytest.mark.parametrize(
    "name", ["a/b", "a:b", "", "  ", ".", "..", "..a", "x" * 257, "nul\x00"]
)
def test_a_model_needs_a_usable_name(api: Api, name: str) -> None:
    with pytest.raises(InvalidParameterValue):
        new_model(api, name)


def test_an_unknown_model_is_named_in_the_refusal(api: Api) -> None:
    with pytest.raises(NotFound, match="nobody's model"):
        get_model(api, "nobody's model")


def test_a_models_description_is_replaced_and_removed(api: Api) -> None:
    name = new_model(api)

    for text in ("old", "new", None):
        asked = UpdateRegisteredModel(name=name, description=text)
        api.call(UPDATE_REGISTERED_MODEL, asked)
        assert get_model(api, name).description == (text or "")


def test_a_models_tag_is_replaced_and_removed(api: Api) -> None:
    name = new_model(api)
    for value in ("old", "new"):
        api.call(SET_REGISTERED_MODEL_TAG, SetRegisteredModelTag(name, "a b/c", value))
    assert tags(get_model(api, name)) == {"a b/c": "new"}

    for _ in range(2):
        asked = DeleteRegisteredModelTag(name, "a b/c")
        api.call(DELETE_REGISTERED_MODEL_TAG, asked)

    assert tags(get_model(api, name)) == {}


@pytest.mark.parametrize(
    ("key", "value"),
    [("../x", "v"), ("k%", "v"), ("k" * 251, "v"), ("k", "v" * 100_001)],
)
def test_a_models_tag_keeps_its_limits(api: Api, key: str, value: str) -> None:
    name = new_model(api)

    with pytest.raises(InvalidParameterValue):
        api.call(SET_REGISTERED_MODEL_TAG, SetRegisteredModelTag(name, key, value))

    assert tags(get_model(api, name)) == {}


def test_a_long_tag_comes_back_whole(api: Api) -> None:
    name, value = new_model(api), "ä" * limits.REGISTRY_TAG_VALUE_LENGTH

    api.call(SET_REGISTERED_MODEL_TAG, SetRegisteredModelTag(name, "k", value))

    assert tags(get_model(api, name)) == {"k": value}


def test_a_renamed_model_keeps_what_it_has(api: Api) -> None:
    name, new = new_model(api, versions=2), new_name("renamed")
    api.call(SET_REGISTERED_MODEL_TAG, SetRegisteredModelTag(name, "team", "vision"))
    set_alias(api, name, "best", "1")
    move(api, name, "2", "Production")

    renamed = rename(api, name, new)

    assert renamed == get_model(api, new)
    assert tags(renamed) == {"team": "vision"}
    assert [(one.alias, one.version) for one in renamed.aliases] == [("best", "1")]
    assert get_version(api, new, "2").current_stage == "Production"
    assert get_version(api, new, "1").aliases == ["best"]
    assert new_version(api, new) == "3"
    with pytest.raises(NotFound):
        get_model(api, name)
    new_model(api, name)


def test_a_model_is_not_renamed_to_a_taken_or_unusable_name(api: Api) -> None:
    name, taken = new_model(api), new_model(api)

    with pytest.raises(AlreadyExists, match="already exists"):
        rename(api, name, taken)
    with pytest.raises(InvalidParameterValue):
        rename(api, name, "a/b")
    assert rename(api, name, name).name == name


def test_a_deleted_model_takes_all_it_had_along(api: Api) -> None:
    name = new_model(api, versions=2)
    api.call(SET_REGISTERED_MODEL_TAG, SetRegisteredModelTag(name, "team", "vision"))
    set_alias(api, name, "best", "2")

    delete_model(api, name)

    with pytest.raises(NotFound):
        get_model(api, name)
    with pytest.raises(NotFound):
        get_version(api, name, "1")
    with pytest.raises(NotFound):
        delete_model(api, name)
    again = new_model(api, name)
    assert get_model(api, again).aliases == []
    assert tags(get_model(api, again)) == {}
    assert new_version(api, again) == "1"
