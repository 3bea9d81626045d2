"""Stages and aliases: what version they stand for."""

from __future__ import annotations

import pytest
from trackgate_wire.errors import InvalidParameterValue, NotFound
from trackgate_wire.model_versions import ModelVersion
from trackgate_wire.registered_models import (
    GET_LATEST_VERSIONS,
    GET_MODEL_VERSION_BY_ALIAS,
    GetByAlias,
    GetLatestVersions,
)

from tests.fixtures.api import Api
from tests.scenarios.registry_acts import (
    delete_alias,
    delete_version,
    get_model,
    get_version,
    move,
    new_model,
    set_alias,
    stages,
)


def latest(api: Api, name: str, *wanted: str) -> list[tuple[str, str]]:
    asked = GetLatestVersions(name=name, stages=list(wanted))
    return seen(api.call(GET_LATEST_VERSIONS, asked).model_versions)


def seen(versions: list[ModelVersion]) -> list[tuple[str, str]]:
    return sorted((one.current_stage, one.version) for one in versions)


def by_alias(api: Api, name: str, alias: str) -> str:
    asked = GetByAlias(name, alias)
    return api.call(GET_MODEL_VERSION_BY_ALIAS, asked).model_version.version


@pytest.fixture
def model(api: Api) -> str:
    """Four versions that have not moved yet."""
    return new_model(api, versions=4)


@pytest.mark.parametrize(
    ("written", "stage"),
    [
        ("Staging", "Staging"),
        ("pRODUCTION", "Production"),
        ("archived", "Archived"),
        ("NONE", "None"),
    ],
)
def test_a_stage_may_be_written_in_any_case(
    api: Api, model: str, written: str, stage: str
) -> None:
    moved = move(api, model, "2", written)

    assert moved.current_stage == stage
    assert moved == get_version(api, model, "2")
    assert stages(api, model, "1", "3") == ["None", "None"]


def test_there_are_four_stages_and_no_more(api: Api, model: str) -> None:
    with pytest.raises(InvalidParameterValue, match="Staging"):
        move(api, model, "2", "Retired")
    with pytest.raises(InvalidParameterValue, match="Retired"):
        latest(api, model, "Retired")


def test_a_version_that_is_not_there_does_not_move(api: Api, model: str) -> None:
    move(api, model, "1", "Production")

    with pytest.raises(NotFound):
        move(api, model, "9", "Production", archive=True)

    assert stages(api, model, "1") == ["Production"]


def test_several_versions_may_share_a_stage(api: Api, model: str) -> None:
    move(api, model, "1", "Production")
    move(api, model, "2", "Production")

    assert stages(api, model, "1", "2") == ["Production", "Production"]


def test_what_was_in_a_stage_before_is_archived_where_it_is_asked_for(
    api: Api, model: str
) -> None:
    for version, stage in (("1", "Production"), ("2", "Production"), ("3", "Staging")):
        move(api, model, version, stage)

    move(api, model, "4", "Production", archive=True)

    found = stages(api, model, "1", "2", "3", "4")
    assert found == ["Archived", "Archived", "Staging", "Production"]
    move(api, model, "4", "production", archive=True)
    assert stages(api, model, "4") == ["Production"]


@pytest.mark.parametrize("stage", ["None", "Archived"])
def test_only_staging_and_production_are_cleared(
    api: Api, model: str, stage: str
) -> None:
    with pytest.raises(InvalidParameterValue, match="archive_existing_versions"):
        move(api, model, "1", stage, archive=True)


def test_the_latest_version_of_each_stage_is_told(api: Api, model: str) -> None:
    for version in "321":
        move(api, model, version, "Production" if version != "1" else "Staging")
    every = [("None", "4"), ("Production", "3"), ("Staging", "1")]

    assert latest(api, model) == every
    assert latest(api, model, "production", "Archived") == [("Production", "3")]
    assert latest(api, model, "None", "none") == [("None", "4")]
    assert seen(get_model(api, model).latest_versions) == every


def test_older_clients_ask_for_the_latest_versions_by_get(api: Api, model: str) -> None:
    move(api, model, "2", "Production")
    query = {"name": model, "stages": ["Production", "None"]}

    answer = api.raw("GET", GET_LATEST_VERSIONS.url, query=query)

    versions = {one["version"] for one in answer.json["model_versions"]}
    assert versions == {"2", "4"}


def test_a_deleted_version_leaves_its_stage_to_the_one_before(
    api: Api, model: str
) -> None:
    move(api, model, "1", "Production")
    move(api, model, "2", "Production")

    delete_version(api, model, "2")

    assert latest(api, model, "Production") == [("Production", "1")]


def test_an_alias_stands_for_one_version(api: Api, model: str) -> None:
    set_alias(api, model, "best", "1")
    set_alias(api, model, "best", "3")
    set_alias(api, model, "BEST", "2")

    assert by_alias(api, model, "best") == "3"
    assert by_alias(api, model, "BEST") == "2"
    assert get_version(api, model, "3").aliases == ["best"]
    assert get_version(api, model, "1").aliases == []
    found = [(one.alias, one.version) for one in get_model(api, model).aliases]
    assert found == [("BEST", "2"), ("best", "3")]


def test_a_version_may_have_several_aliases(api: Api, model: str) -> None:
    for alias in ("ä", "b-1", "a_2"):
        set_alias(api, model, alias, "1")

    assert get_version(api, model, "1").aliases == ["a_2", "b-1", "ä"]


def test_an_alias_is_removed(api: Api, model: str) -> None:
    set_alias(api, model, "best", "1")

    for _ in range(2):
        delete_alias(api, model, "best")

    assert get_version(api, model, "1").aliases == []
    with pytest.raises(InvalidParameterValue, match="best"):
        by_alias(api, model, "best")


@pytest.mark.parametrize("alias", ["latest", "LATEST", "v1", "V22"])
def test_some_names_of_aliases_are_reserved(api: Api, model: str, alias: str) -> None:
    with pytest.raises(InvalidParameterValue, match="reserved"):
        set_alias(api, model, alias, "1")


@pytest.mark.parametrize("alias", ["a b", "a.b", "a/b", "a\n", "", "x" * 256])
def test_an_alias_has_plain_letters(api: Api, model: str, alias: str) -> None:
    with pytest.raises(InvalidParameterValue):
        set_alias(api, model, alias, "1")


def test_the_alias_latest_is_the_highest_version(api: Api, model: str) -> None:
    move(api, model, "4", "Archived")

    assert by_alias(api, model, "latest") == "4"
    assert by_alias(api, model, "Latest") == "4"
    with pytest.raises(NotFound, match="Latest"):
        by_alias(api, new_model(api), "latest")


def test_an_alias_needs_a_version_that_is_there(api: Api, model: str) -> None:
    with pytest.raises(NotFound):
        set_alias(api, model, "best", "9")
    with pytest.raises(NotFound):
        set_alias(api, "nobody's model", "best", "1")
    with pytest.raises(NotFound):
        delete_alias(api, "nobody's model", "best")
    with pytest.raises(NotFound):
        by_alias(api, "nobody's model", "best")
