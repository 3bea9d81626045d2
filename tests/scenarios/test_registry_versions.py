"""Versions: numbered, described, tagged and deleted; what they are made from."""

from __future__ import annotations

import pytest
from trackgate_wire.errors import InvalidParameterValue, NotFound
from trackgate_wire.logged_models import (
    DELETE_LOGGED_MODEL,
    GET_LOGGED_MODEL,
    GetLoggedModel,
)
from trackgate_wire.model_versions import (
    DELETE_MODEL_VERSION_TAG,
    SET_MODEL_VERSION_TAG,
    UPDATE_MODEL_VERSION,
    DeleteModelVersionTag,
    ModelVersion,
    ModelVersionStatus,
    ModelVersionTag,
    SetModelVersionTag,
    UpdateModelVersion,
)

from tests.fixtures.api import Api
from tests.scenarios.acts import get_run
from tests.scenarios.registry_acts import (
    SOURCE,
    delete_version,
    download_uri,
    get_model,
    get_version,
    log_model,
    move,
    new_model,
    new_version,
    set_alias,
)


def tags(version: ModelVersion) -> dict[str, str]:
    return {tag.key: tag.value for tag in version.tags}


def test_versions_are_numbered_from_one(api: Api, run: str) -> None:
    name = new_model(api)
    before = get_model(api, name)

    first = new_version(
        api,
        name,
        run_id=run,
        run_link="https://elsewhere/run",
        description="first",
        tags=[ModelVersionTag("a", "1"), ModelVersionTag("a", "2")],
    )

    found = get_version(api, name, first)
    assert (found.name, found.version) == (name, "1")
    assert (found.source, found.run_id) == (SOURCE, run)
    assert found.run_link == "https://elsewhere/run"
    assert (found.description, tags(found)) == ("first", {"a": "2"})
    assert (found.current_stage, found.aliases) == ("None", [])
    assert found.status is ModelVersionStatus.READY
    assert found.user_id == (api.user or "")
    assert new_version(api, name) == "2"
    after = get_model(api, name)
    assert (after.last_updated_timestamp or 0) >= (before.last_updated_timestamp or 0)


def test_the_number_of_a_deleted_version_is_not_given_out_again(api: Api) -> None:
    name = new_model(api, versions=3)

    delete_version(api, name, "3")
    delete_version(api, name, "2")

    assert new_version(api, name) == "4"
    for gone in "23":
        with pytest.raises(NotFound, match=f"version={gone}"):
            get_version(api, name, gone)


def test_a_deleted_version_takes_its_tags_and_aliases_along(api: Api) -> None:
    name = new_model(api, versions=2)
    for alias, version in (("best", "1"), ("other", "2"), ("Best", "1")):
        set_alias(api, name, alias, version)
    api.call(SET_MODEL_VERSION_TAG, SetModelVersionTag(name, "1", "k", "v"))

    delete_version(api, name, "1")

    model = get_model(api, name)
    assert [one.alias for one in model.aliases] == ["other"]
    assert [one.version for one in model.latest_versions] == ["2"]
    with pytest.raises(NotFound):
        delete_version(api, name, "1")


def test_a_version_of_no_model_is_not_made(api: Api) -> None:
    with pytest.raises(NotFound, match="nobody's model"):
        new_version(api, "nobody's model")


@pytest.mark.parametrize("version", ["x", "1.5", "", "1 2", "0x1"])
def test_a_version_is_a_number(api: Api, version: str) -> None:
    name = new_model(api, versions=1)

    with pytest.raises(InvalidParameterValue, match="version"):
        get_version(api, name, version)


@pytest.mark.parametrize("version", ["0", "-1", "2", "9" * 30, str(2**31), str(2**63)])
def test_a_version_that_is_not_there_is_not_found(api: Api, version: str) -> None:
    name = new_model(api, versions=1)

    with pytest.raises(NotFound):
        get_version(api, name, version)


def test_a_versions_description_is_replaced_and_removed(api: Api) -> None:
    name = new_model(api, versions=1)
    assert get_version(api, name, "1").description == ""

    for text in ("old", "", "new", None):
        asked = UpdateModelVersion(name=name, version="1", description=text)
        told = api.call(UPDATE_MODEL_VERSION, asked).model_version
        assert told == get_version(api, name, "1")
        assert told.description == text


def test_a_versions_tag_is_replaced_and_removed(api: Api) -> None:
    name = new_model(api, versions=2)
    for value in ("old", "new"):
        api.call(SET_MODEL_VERSION_TAG, SetModelVersionTag(name, "1", "k", value))
    assert tags(get_version(api, name, "1")) == {"k": "new"}
    assert tags(get_version(api, name, "2")) == {}

    for _ in range(2):
        asked = DeleteModelVersionTag(name, "1", "k")
        api.call(DELETE_MODEL_VERSION_TAG, asked)

    assert tags(get_version(api, name, "1")) == {}
    with pytest.raises(NotFound):
        api.call(SET_MODEL_VERSION_TAG, SetModelVersionTag(name, "7", "k", "v"))


def test_a_version_of_a_runs_artifacts_is_downloaded_from_there(
    api: Api, run: str
) -> None:
    name = new_model(api)
    source = f"{get_run(api, run).info.artifact_uri}/model"

    version = new_version(api, name, source, run_id=run)

    assert get_version(api, name, version).source == source
    assert download_uri(api, name, version) == source


def test_a_version_of_a_logged_model_is_downloaded_from_its_artifacts(
    api: Api, experiment: str, run: str
) -> None:
    name = new_model(api)
    logged = log_model(api, experiment, run)

    source = f"models:/{logged.model_id}"
    version = new_version(api, name, source, model_id=logged.model_id)

    found = get_version(api, name, version)
    assert (found.source, found.run_id) == (source, run)
    assert found.model_id == logged.model_id
    assert download_uri(api, name, version) == logged.artifact_uri


def test_a_logged_model_lists_the_versions_made_from_it(
    api: Api, experiment: str
) -> None:
    name = new_model(api)
    logged = log_model(api, experiment)
    for _ in range(2):
        new_version(api, name, logged.artifact_uri, model_id=logged.model_id)

    found = api.call(
        GET_LOGGED_MODEL, GetLoggedModel(), model_id=logged.model_id
    ).model.info

    listed = next(tag.value for tag in found.tags if tag.key == "mlflow.modelVersions")
    versions = ", ".join(f'{{"name": "{name}", "version": {n}}}' for n in (1, 2))
    assert listed == f"[{versions}]"
    assert [(one.name, one.version) for one in found.registrations] == [
        (name, "1"),
        (name, "2"),
    ]


def test_a_version_is_made_from_another_by_its_name(
    api: Api, experiment: str, run: str
) -> None:
    name, copy = new_model(api), new_model(api)
    logged = log_model(api, experiment, run)
    source = f"models:/{logged.model_id}"
    new_version(api, name, source, model_id=logged.model_id)
    new_version(api, name)
    move(api, name, "1", "Production")
    set_alias(api, name, "best", "1")

    for suffix in ("/1", "/production", "@best"):
        made = get_version(api, copy, new_version(api, copy, f"models:/{name}{suffix}"))
        assert made.source == f"models:/{name}/1"
        assert (made.run_id, made.model_id) == (run, logged.model_id)
        assert download_uri(api, copy, made.version) == logged.artifact_uri
    latest = new_version(api, copy, f"models:/{name}/latest".replace(" ", "%20"))
    assert get_version(api, copy, latest).source == f"models:/{name}/2"


def test_a_version_is_copied_even_if_its_logged_model_is_deleted(
    api: Api, experiment: str
) -> None:
    name = new_model(api)
    logged = log_model(api, experiment)
    new_version(api, name, logged.artifact_uri, model_id=logged.model_id)
    api.call(DELETE_LOGGED_MODEL, model_id=logged.model_id)

    assert new_version(api, name, f"models:/{name}/1") == "2"

    assert get_version(api, name, "2").model_id == logged.model_id
    with pytest.raises(NotFound, match=logged.model_id):
        new_version(api, name, logged.artifact_uri, model_id=logged.model_id)
