"""Searches of registered models and of their versions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from trackgate_wire.errors import InvalidParameterValue
from trackgate_wire.model_versions import (
    SEARCH_MODEL_VERSIONS,
    SET_MODEL_VERSION_TAG,
    ModelVersion,
    ModelVersionsPage,
    SearchModelVersions,
    SetModelVersionTag,
)
from trackgate_wire.registered_models import (
    CREATE_REGISTERED_MODEL,
    SEARCH_REGISTERED_MODELS,
    SET_REGISTERED_MODEL_TAG,
    CreateRegisteredModel,
    RegisteredModel,
    RegisteredModelsPage,
    RegisteredModelTag,
    SearchRegisteredModels,
    SetRegisteredModelTag,
)

from tests.fixtures.api import Api
from tests.fixtures.databases import KINDS
from tests.fixtures.sites import Sites
from tests.scenarios.acts import new_name
from tests.scenarios.registry_acts import (
    delete_model,
    move,
    new_model,
    new_version,
    rename,
    set_alias,
)

PROMPT = RegisteredModelTag("mlflow.prompt.is_prompt", "true")


@dataclass(frozen=True)
class Shelf:
    """Some models, told from all others by what their names begin with."""

    api: Api
    stem: str

    def models(self, text: str = "", **given: Any) -> list[str]:
        return self.letters(self.models_page(text, **given).registered_models)

    def models_page(self, text: str = "", **given: Any) -> RegisteredModelsPage:
        asked = SearchRegisteredModels(filter=self.mine(text), **given)
        return self.api.call(SEARCH_REGISTERED_MODELS, asked)

    def versions(self, text: str = "", **given: Any) -> list[str]:
        return self.numbers(self.versions_page(text, **given).model_versions)

    def versions_page(self, text: str = "", **given: Any) -> ModelVersionsPage:
        asked = SearchModelVersions(filter=self.mine(text), **given)
        return self.api.call(SEARCH_MODEL_VERSIONS, asked)

    def mine(self, text: str) -> str:
        own = f"name LIKE '{self.stem}%'"
        return f"{own} AND ({text})" if text else own

    def name(self, letter: str) -> str:
        return f"{self.stem} {letter}"

    def letters(self, models: list[RegisteredModel]) -> list[str]:
        return [one.name.removeprefix(f"{self.stem} ") for one in models]

    def numbers(self, versions: list[ModelVersion]) -> list[str]:
        return [
            f"{one.name.removeprefix(f'{self.stem} ')}{one.version}" for one in versions
        ]


@pytest.fixture(scope="module", params=KINDS)
def api(request: pytest.FixtureRequest, sites: Sites) -> Api:
    """In this process only: the way to the server makes no difference here."""
    return sites.app(request.param).client()


@pytest.fixture(scope="module")
def shelf(api: Api) -> Shelf:
    """Models Ä, ä, b and B; versions of Ä and b, and a prompt with one."""
    made = Shelf(api, new_name("shelf"))
    for letter, team in (("Ä", "vision"), ("ä", "Vision"), ("b", "nlp"), ("B", None)):
        tags = [RegisteredModelTag("team", team)] if team else []
        asked = CreateRegisteredModel(name=made.name(letter), tags=tags)
        api.call(CREATE_REGISTERED_MODEL, asked)
    for letter, run, source in (
        ("Ä", "run-1", "s3://bucket/A/1"),
        ("b", "run-2", "s3://bucket/b/1"),
        ("Ä", "", "s3://Bucket/A/2"),
        ("b", "run-1", "gs://bucket/b/2"),
    ):
        new_version(api, made.name(letter), source, run_id=run or None)
    tag = SetModelVersionTag(made.name("Ä"), "2", "note", "it's")
    api.call(SET_MODEL_VERSION_TAG, tag)
    prompt = CreateRegisteredModel(name=made.name("prompt"), tags=[PROMPT])
    api.call(CREATE_REGISTERED_MODEL, prompt)
    marked = [{"key": PROMPT.key, "value": "true"}]
    body = {"name": made.name("prompt"), "source": "dummy-source", "tags": marked}
    path = "/api/2.0/mlflow/model-versions/create"
    assert api.raw("POST", path, json=body).status == 200
    return made


@pytest.mark.parametrize(
    ("text", "letters"),
    [
        ("", "B b Ä ä"),
        ("name LIKE '%Ä'", "Ä"),
        ("name ILIKE '%Ä'", "Ä ä"),
        ("attribute.name LIKE '%b'", "b"),
        ("tags.team = 'vision'", "Ä"),
        ("tags.team != 'vision'", "b ä"),
        ("tags.team ILIKE 'VIS%'", "Ä ä"),
        ("tag.team LIKE 'V%'", "ä"),
        ("tags.team IS NULL", "B"),
        ("tags.team IS NOT NULL", "b Ä ä"),
        ("tags.`team` = 'nlp' OR tags.team = 'Vision'", "b ä"),
        ("tags.team = 'vision' AND tags.team = 'nlp'", ""),
        ("tags.nobody = 'x'", ""),
        ("tags.mlflow.prompt.is_prompt = 'true'", "prompt"),
        ("tags.mlflow.prompt.is_prompt != 'False'", "prompt"),
        ("tags.mlflow.prompt.is_prompt = 'false'", "B b Ä ä"),
        ("tags.mlflow.prompt.is_prompt != 'true' AND name LIKE '%b'", "b"),
    ],
)
def test_a_filter_finds_the_models_it_says(
    shelf: Shelf, text: str, letters: str
) -> None:
    assert shelf.models(text) == letters.split()


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("", "b2 Ä2 b1 Ä1"),
        ("version_number = 1", "b1 Ä1"),
        ("version_number > '1'", "b2 Ä2"),
        ("attribute.version_number != 2 AND name LIKE '%b'", "b1"),
        ("version_number < 99999999999", "b2 Ä2 b1 Ä1"),
        ("run_id = 'run-1'", "b2 Ä1"),
        ("run_id != 'run-1'", "Ä2 b1"),
        ("run_id = ''", "Ä2"),
        ("run_id IN ('run-1', 'run-2')", "b2 b1 Ä1"),
        ("run_id NOT IN ('run-1')", "Ä2 b1"),
        ("run_id LIKE 'run-_'", "b2 b1 Ä1"),
        ("source_path = 'gs://bucket/b/2'", "b2"),
        ("source_path LIKE 's3://b%'", "b1 Ä1"),
        ("source_path ILIKE 'S3://B%'", "Ä2 b1 Ä1"),
        ('tags.note = "it\'s"', "Ä2"),
        ("tags.note IS NULL AND version_number = 2", "b2"),
        ("run_id = 'run-2' OR tags.note LIKE '%'", "Ä2 b1"),
        ("tags.mlflow.prompt.is_prompt = 'true'", "prompt1"),
    ],
)
def test_a_filter_finds_the_versions_it_says(
    shelf: Shelf, text: str, numbers: str
) -> None:
    # By age alone, since some are of the same millisecond.
    assert sorted(shelf.versions(text)) == sorted(numbers.split())


def test_names_are_found_in_a_list(shelf: Shelf) -> None:
    listed = f"('{shelf.name('b')}', '{shelf.name('Ä')}')"

    assert shelf.models(f"name IN {listed}") == ["b", "Ä"]
    assert shelf.models(f"name NOT IN {listed}") == ["B", "ä"]
    assert set(shelf.versions(f"name IN {listed}")) == {"b1", "b2", "Ä1", "Ä2"}


@pytest.mark.parametrize(
    "text",
    [
        "name > 'a'",
        "creation_timestamp > 1",
        "tags.team IN ('nlp')",
        "run_id = 'x'",
        "name = 1",
        "  ",
    ],
)
def test_a_filter_of_models_says_only_so_much(api: Api, text: str) -> None:
    with pytest.raises(InvalidParameterValue, match="Filter"):
        api.call(SEARCH_REGISTERED_MODELS, SearchRegisteredModels(filter=text))


@pytest.mark.parametrize(
    "text",
    [
        "version_number = 1.5",
        "version_number = 'x'",
        "version_number LIKE '1'",
        "version_number IN ('1')",
        "source_path IN ('x')",
        "current_stage = 'Production'",
        "creation_timestamp > 1",
        "run_id > 'a'",
    ],
)
def test_a_filter_of_versions_says_only_so_much(api: Api, text: str) -> None:
    with pytest.raises(InvalidParameterValue, match="Filter"):
        api.call(SEARCH_MODEL_VERSIONS, SearchModelVersions(filter=text))


@pytest.mark.parametrize(
    ("order", "letters"),
    [
        ([], "B b Ä ä"),
        (["name DESC"], "ä Ä b B"),
        (["timestamp DESC"], "b Ä B ä"),
        (["last_updated_timestamp"], "ä B Ä b"),
    ],
    ids=str,
)
def test_models_come_in_the_order_asked_for_whole_and_in_pages(
    shelf: Shelf, order: list[str], letters: str
) -> None:
    if "time" not in str(order):
        assert shelf.models(order_by=order) == letters.split()
    whole = shelf.models(order_by=order)
    seen: list[str] = []
    token: str | None = None
    for _ in whole:
        page = shelf.models_page(order_by=order, max_results=1, page_token=token)
        seen += shelf.letters(page.registered_models)
        token = page.next_page_token

    assert seen == whole
    assert token is None


@pytest.mark.parametrize(
    ("order", "numbers"),
    [
        (["name"], "b2 b1 Ä2 Ä1"),
        (["name DESC", "version_number"], "Ä1 Ä2 b1 b2"),
        (["version_number"], "b1 Ä1 b2 Ä2"),
        (["attribute.version_number desc"], "b2 Ä2 b1 Ä1"),
        (["creation_timestamp", "name"], ""),
        (["last_updated_timestamp DESC"], ""),
        ([], ""),
    ],
    ids=str,
)
def test_versions_come_in_the_order_asked_for_whole_and_in_pages(
    shelf: Shelf, order: list[str], numbers: str
) -> None:
    whole = shelf.versions(order_by=order)
    assert not numbers or whole == numbers.split()
    seen: list[str] = []
    token: str | None = None
    for _ in range(2):
        page = shelf.versions_page(order_by=order, max_results=2, page_token=token)
        seen += shelf.numbers(page.model_versions)
        token = page.next_page_token

    assert seen == whole
    assert token is None


def test_the_version_that_changed_last_comes_first(api: Api) -> None:
    own = Shelf(api, new_name("changing"))
    for letter in "ab":
        new_model(api, own.name(letter), versions=2)

    move(api, own.name("a"), "1", "Staging")

    found = own.versions_page().model_versions
    ages = [-(one.last_updated_timestamp or 0) for one in found]
    assert ages == sorted(ages)
    assert own.numbers(found)[0] in ("a1", "b2")


@pytest.mark.parametrize(
    "order", [["name", "name"], ["timestamp", "name", "timestamp"]]
)
def test_an_order_names_a_thing_once(api: Api, order: list[str]) -> None:
    with pytest.raises(InvalidParameterValue, match="Order"):
        api.call(SEARCH_REGISTERED_MODELS, SearchRegisteredModels(order_by=order))


def test_what_is_found_comes_with_all_it_has(shelf: Shelf, api: Api) -> None:
    own = Shelf(api, new_name("whole"))
    name = new_model(api, own.name("x"), versions=3)
    api.call(SET_REGISTERED_MODEL_TAG, SetRegisteredModelTag(name, "team", "a"))
    api.call(SET_MODEL_VERSION_TAG, SetModelVersionTag(name, "2", "k", "v"))
    set_alias(api, name, "best", "2")
    move(api, name, "2", "Production")

    (model,) = own.models_page().registered_models

    latest = {one.version: one for one in model.latest_versions}
    assert set(latest) == {"2", "3"}
    assert (latest["2"].aliases, latest["2"].current_stage) == (["best"], "Production")
    assert [(tag.key, tag.value) for tag in latest["2"].tags] == [("k", "v")]
    assert [(tag.key, tag.value) for tag in model.tags] == [("team", "a")]
    assert [(one.alias, one.version) for one in model.aliases] == [("best", "2")]
    assert latest["2"] in own.versions_page().model_versions


def test_pages_stay_right_while_models_come_and_go(api: Api) -> None:
    own = Shelf(api, new_name("moving"))
    for letter in "bcdefg":
        new_model(api, own.name(letter), versions=1)
    first = own.models_page(max_results=3)

    for letter in "cd":
        delete_model(api, own.name(letter))
    for letter in ("a", "ee"):
        new_model(api, own.name(letter))
    rename(api, own.name("g"), own.name("h"))

    token = first.next_page_token
    assert own.letters(first.registered_models) == ["b", "c", "d"]
    assert own.models(max_results=9, page_token=token) == ["e", "ee", "f", "h"]


def test_a_token_of_another_search_is_refused(shelf: Shelf) -> None:
    token = shelf.models_page(max_results=1).next_page_token

    for ask in (
        lambda: shelf.models("tags.team = 'nlp'", page_token=token),
        lambda: shelf.models(order_by=["name DESC"], page_token=token),
        lambda: shelf.versions(page_token=token),
        lambda: shelf.models(page_token="eyJvZmZzZXQiOiAxfQ=="),
    ):
        with pytest.raises(InvalidParameterValue, match="page token"):
            ask()


@pytest.mark.parametrize("size", [0, -1, 1_001])
def test_a_page_of_models_has_a_size(shelf: Shelf, size: int) -> None:
    with pytest.raises(InvalidParameterValue, match="max_results"):
        shelf.models(max_results=size)


@pytest.mark.parametrize("size", [0, -1, 200_001])
def test_a_page_of_versions_has_a_size(shelf: Shelf, size: int) -> None:
    with pytest.raises(InvalidParameterValue, match="max_results"):
        shelf.versions(max_results=size)
