"""Searches of experiments."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from trackgate_wire.errors import InvalidParameterValue
from trackgate_wire.experiments import (
    CREATE_EXPERIMENT,
    DELETE_EXPERIMENT,
    SEARCH_EXPERIMENTS,
    SET_EXPERIMENT_TAG,
    CreateExperiment,
    Experiment,
    ExperimentRef,
    ExperimentTag,
    SearchExperiments,
    SetExperimentTag,
)
from trackgate_wire.scalars import ViewType

from tests.fixtures.api import Api
from tests.scenarios.acts import new_experiment, new_name


@dataclass(frozen=True)
class Shelf:
    """Some experiments, told from all others by what their names begin with."""

    stem: str
    ids: dict[str, str]

    def search(self, text: str = "", **given: Any) -> SearchExperiments:
        mine = f"name LIKE '{self.stem}%'"
        return SearchExperiments(
            filter=f"{mine} AND ({text})" if text else mine, **given
        )

    def found(self, api: Api, text: str = "", **given: Any) -> list[str]:
        page = api.call(SEARCH_EXPERIMENTS, self.search(text, **given))
        return self.letters(page.experiments)

    def letters(self, experiments: list[Experiment]) -> list[str]:
        return [one.name.removeprefix(f"{self.stem}/") for one in experiments]


TAGS = {
    "Äpfel": {"team": "vision"},
    "äpfel": {"team": "Vision", "stage": "x"},
    "birne": {"team": "nlp"},
    "Birne": {},
    "gone": {"team": "vision"},
}


@pytest.fixture(scope="session")
def shelf(api: Api) -> Shelf:
    stem = new_name("shelf")
    ids: dict[str, str] = {}
    for letter, given in TAGS.items():
        tags = [ExperimentTag(key, value) for key, value in given.items()]
        asked = CreateExperiment(f"{stem}/{letter}", tags=tags)
        ids[letter] = api.call(CREATE_EXPERIMENT, asked).experiment_id
    api.call(DELETE_EXPERIMENT, ExperimentRef(ids["gone"]))
    return Shelf(stem, ids)


@pytest.mark.parametrize(
    ("text", "letters"),
    [
        ("", {"Äpfel", "äpfel", "birne", "Birne"}),
        ("name LIKE '%/Ä%'", {"Äpfel"}),
        ("name ILIKE '%/ÄPFEL'", {"Äpfel", "äpfel"}),
        ("attribute.name LIKE '%BIRNE'", set[str]()),
        ("tags.team = 'vision'", {"Äpfel"}),
        ("tags.team != 'vision'", {"äpfel", "birne"}),
        ("tags.team ILIKE 'VIS%'", {"Äpfel", "äpfel"}),
        ("tag.team LIKE 'V%'", {"äpfel"}),
        ("tags.team IS NULL", {"Birne"}),
        ("tags.`stage` IS NOT NULL", {"äpfel"}),
        ("tags.nobody = 'x'", set[str]()),
        ("creation_time > 0 AND last_update_time >= 0", set(TAGS) - {"gone"}),
        ("creation_time < 1000", set[str]()),
        ("tags.team = 'nlp' OR tags.stage = 'x'", {"birne", "äpfel"}),
        ("(tags.team = 'nlp' OR tags.stage = 'x') AND name LIKE '%e'", {"birne"}),
    ],
)
def test_a_filter_finds_what_it_says(
    api: Api, shelf: Shelf, text: str, letters: set[str]
) -> None:
    assert set(shelf.found(api, text)) == letters


def test_a_filter_finds_experiments_by_id(api: Api, shelf: Shelf) -> None:
    one, other = shelf.ids["birne"], shelf.ids["Äpfel"]

    assert shelf.found(api, f"experiment_id = '{one}'") == ["birne"]
    assert "birne" not in shelf.found(api, f"experiment_id != '{one}'")
    both = shelf.found(api, f"experiment_id IN ('{one}', '{other}')")
    assert set(both) == {"birne", "Äpfel"}
    others = shelf.found(api, f"experiment_id NOT IN ('{one}', '{other}')")
    assert set(others) == {"Birne", "äpfel"}


def test_a_view_shows_the_living_the_deleted_or_all(api: Api, shelf: Shelf) -> None:
    assert shelf.found(api, view_type=ViewType.DELETED_ONLY) == ["gone"]
    assert set(shelf.found(api, view_type=ViewType.ALL)) == set(TAGS)


def test_the_newest_comes_first_unless_asked_otherwise(api: Api, shelf: Shelf) -> None:
    experiments = api.call(SEARCH_EXPERIMENTS, shelf.search()).experiments

    ages = [(-(one.creation_time or 0), int(one.experiment_id)) for one in experiments]
    assert ages == sorted(ages)


@pytest.mark.parametrize(
    ("order", "letters"),
    [
        (["name"], ["Birne", "birne", "Äpfel", "äpfel"]),
        (["name DESC"], ["äpfel", "Äpfel", "birne", "Birne"]),
        (["experiment_id ASC"], ["Äpfel", "äpfel", "birne", "Birne"]),
        (["attribute.experiment_id desc"], ["Birne", "birne", "äpfel", "Äpfel"]),
        (["name", "name DESC"], ["Birne", "birne", "Äpfel", "äpfel"]),
    ],
    ids=str,
)
def test_experiments_come_in_the_order_asked_for_whole_and_in_pages(
    api: Api, shelf: Shelf, order: list[str], letters: list[str]
) -> None:
    assert shelf.found(api, order_by=order) == letters

    seen: list[str] = []
    token: str | None = None
    for _ in letters:
        asked = shelf.search(order_by=order, max_results=1, page_token=token)
        page = api.call(SEARCH_EXPERIMENTS, asked)
        seen += shelf.letters(page.experiments)
        token = page.next_page_token
    assert seen == letters
    assert token is None


def test_pages_stay_right_while_experiments_come_and_go(api: Api) -> None:
    stem = new_name("moving")
    ids = {letter: new_experiment(api, f"{stem}/{letter}") for letter in "bcdefg"}
    moving = Shelf(stem, ids)
    asked = moving.search(order_by=["name"], max_results=3)
    first = api.call(SEARCH_EXPERIMENTS, asked)

    for letter in "cd":
        api.call(DELETE_EXPERIMENT, ExperimentRef(ids[letter]))
    for letter in ("a", "ee"):
        new_experiment(api, f"{stem}/{letter}")

    rest = moving.search(
        order_by=["name"], max_results=9, page_token=first.next_page_token
    )
    assert moving.letters(first.experiments) == ["b", "c", "d"]
    page = api.call(SEARCH_EXPERIMENTS, rest)
    assert moving.letters(page.experiments) == ["e", "ee", "f", "g"]


def test_a_changed_tag_is_found_at_once(api: Api) -> None:
    stem = new_name("changed")
    experiment = new_experiment(api, f"{stem}/one")
    shelf = Shelf(stem, {"one": experiment})
    assert shelf.found(api, "tags.stage = 'a'") == []

    api.call(SET_EXPERIMENT_TAG, SetExperimentTag(experiment, "stage", "a"))

    assert shelf.found(api, "tags.stage = 'a'") == ["one"]


def test_a_token_of_another_search_is_refused(api: Api, shelf: Shelf) -> None:
    asked = shelf.search(order_by=["name"], max_results=1)
    token = api.call(SEARCH_EXPERIMENTS, asked).next_page_token

    for other in (
        shelf.search(order_by=["name DESC"], page_token=token),
        shelf.search("tags.team = 'x'", order_by=["name"], page_token=token),
        shelf.search(order_by=["name"], page_token=token, view_type=ViewType.ALL),
        shelf.search(order_by=["name"], page_token="forged"),
    ):
        with pytest.raises(InvalidParameterValue, match="page token"):
            api.call(SEARCH_EXPERIMENTS, other)


@pytest.mark.parametrize("size", [0, -1, 50_001])
def test_a_page_of_an_impossible_size_is_refused(
    api: Api, shelf: Shelf, size: int
) -> None:
    with pytest.raises(InvalidParameterValue, match="max_results"):
        api.call(SEARCH_EXPERIMENTS, shelf.search(max_results=size))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("experiment_id = 12", "quoted"),
        ("experiment_id = 'abc'", "whole number"),
        ("creation_time > 0.5", "whole"),
        ("metrics.loss > 1", "character 1"),
        ("lifecycle_stage = 'active'", "character 1"),
        ("name = 5", "character 8"),
    ],
)
def test_a_refused_filter_says_why(api: Api, text: str, said: str) -> None:
    with pytest.raises(InvalidParameterValue, match=said):
        api.call(SEARCH_EXPERIMENTS, SearchExperiments(filter=text))


@pytest.mark.parametrize("order", ["tags.team", "colour", "name UP", ""])
def test_an_order_that_makes_no_sense_is_refused(api: Api, order: str) -> None:
    with pytest.raises(InvalidParameterValue):
        api.call(SEARCH_EXPERIMENTS, SearchExperiments(order_by=[order]))
