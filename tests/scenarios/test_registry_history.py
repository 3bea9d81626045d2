"""The history of registered models: who moved what where, kept for good."""

from __future__ import annotations

import time

import pytest
from trackgate_wire.errors import InvalidParameterValue, NotFound
from trackgate_wire.registered_models import (
    GET_MODEL_HISTORY,
    GetModelHistory,
    ModelMove,
)
from trackgate_wire.server import GET_CHANGES, GetChanges

from tests.fixtures.api import Api
from tests.fixtures.sites import App, Stack
from tests.scenarios.acts import new_name
from tests.scenarios.registry_acts import (
    delete_alias,
    delete_model,
    delete_version,
    move,
    moves,
    new_model,
    new_version,
    rename,
    set_alias,
)


def told(found: list[ModelMove]) -> list[tuple[str, str, str, str, str]]:
    return [(one.kind, one.alias, one.version, one.before, one.after) for one in found]


def test_a_move_says_who_when_and_why(site: App | Stack) -> None:
    ada, adam = site.client("ada"), site.client("adam")
    name = new_model(ada, versions=1)

    begun_ms = int(time.time() * 1_000)
    move(adam, name, "1", "production", comment="Passt, läuft 🎉")

    (entry,) = moves(site.client("vera"), name)
    assert (entry.user_id, entry.comment) == ("adam", "Passt, läuft 🎉")
    assert (entry.name, entry.kind, entry.version) == (name, "stage", "1")
    assert (entry.before, entry.after) == ("None", "Production")
    assert begun_ms - 1_000 <= entry.timestamp <= time.time() * 1_000 + 1_000


def test_archived_versions_have_entries_of_their_own(api: Api) -> None:
    name = new_model(api, versions=3)
    for version in "12":
        move(api, name, version, "Staging")

    move(api, name, "3", "Staging", archive=True, comment="three is better")

    newest = moves(api, name)[:3]
    assert told(newest) == [
        ("stage", "", "3", "None", "Staging"),
        ("stage", "", "2", "Staging", "Archived"),
        ("stage", "", "1", "Staging", "Archived"),
    ]
    assert {one.comment for one in newest} == {"three is better"}


def test_aliases_leave_their_way_behind(api: Api) -> None:
    name = new_model(api, versions=2)
    set_alias(api, name, "best", "1", "at last")
    set_alias(api, name, "best", "2")
    delete_alias(api, name, "best", "at an end")
    delete_alias(api, name, "best")

    found = moves(api, name)

    assert told(found) == [
        ("alias", "best", "2", "2", ""),
        ("alias", "best", "2", "1", "2"),
        ("alias", "best", "1", "", "1"),
    ]
    assert [one.comment for one in found] == ["at an end", "", "at last"]


def test_a_deleted_version_leaves_its_stage_and_aliases_behind(api: Api) -> None:
    name = new_model(api, versions=2)
    move(api, name, "1", "Production")
    for alias in ("b", "a"):
        set_alias(api, name, alias, "1")

    delete_version(api, name, "1")

    assert told(moves(api, name))[:3] == [
        ("delete", "", "1", "Production", ""),
        ("alias", "b", "1", "1", ""),
        ("alias", "a", "1", "1", ""),
    ]


def test_the_history_outlives_the_model(site: App | Stack) -> None:
    ada = site.client("ada")
    name = new_model(ada, versions=2)
    move(ada, name, "1", "Staging")
    set_alias(ada, name, "best", "2")

    delete_model(site.client("adam"), name)

    found = moves(ada, name)
    assert told(found) == [
        ("delete", "", "2", "None", ""),
        ("delete", "", "1", "Staging", ""),
        ("alias", "best", "2", "2", ""),
        ("alias", "best", "2", "", "2"),
        ("stage", "", "1", "None", "Staging"),
    ]
    assert [one.user_id for one in found] == ["adam"] * 3 + ["ada"] * 2
    new_model(ada, name, versions=1)
    move(ada, name, "1", "Archived")
    assert told(moves(ada, name))[0] == ("stage", "", "1", "None", "Archived")
    assert len(moves(ada, name)) == 6


def test_the_history_is_found_by_the_old_and_by_the_new_name(api: Api) -> None:
    old, new = new_model(api, versions=1), new_name("renamed")

    rename(api, old, new)
    move(api, new, "1", "Staging")

    found = moves(api, new)
    assert [(one.name, one.kind) for one in found] == [(new, "stage"), (old, "rename")]
    assert (found[1].before, found[1].after, found[1].version) == (old, new, "")
    assert moves(api, old) == found
    delete_model(api, new)
    assert moves(api, old) == moves(api, new)


def test_another_model_of_the_old_name_has_a_history_of_its_own(api: Api) -> None:
    old, new = new_model(api, versions=1), new_name("renamed")
    rename(api, old, new)
    new_model(api, old, versions=1)
    move(api, new, "1", "Staging")
    move(api, old, "1", "Archived")

    assert [one.after for one in moves(api, new)] == ["Staging", new]
    assert [one.after for one in moves(api, old)] == ["Archived", new]


def test_a_history_comes_in_pages(api: Api) -> None:
    name = new_model(api, versions=1)
    for stage in ("Staging", "Production", "None", "Archived", "Staging"):
        move(api, name, "1", stage)
    whole = moves(api, name)

    seen: list[ModelMove] = []
    token: str | None = None
    for _ in range(3):
        asked = GetModelHistory(name=name, max_results=2, page_token=token)
        page = api.call(GET_MODEL_HISTORY, asked)
        seen += page.moves
        token = page.next_page_token
        # What happens meanwhile is not on the pages that follow.
        move(api, name, "1", "None")

    assert seen == whole
    assert token is None


@pytest.mark.parametrize("size", [0, -1, 1_001])
def test_a_page_of_history_has_a_size(api: Api, size: int) -> None:
    name = new_model(api, versions=1)

    with pytest.raises(InvalidParameterValue, match="max_results"):
        api.call(GET_MODEL_HISTORY, GetModelHistory(name=name, max_results=size))


def test_a_model_that_never_was_has_no_history(api: Api) -> None:
    with pytest.raises(NotFound, match="nobody's model"):
        moves(api, "nobody's model")
    assert moves(api, new_model(api)) == []


def test_a_comment_keeps_its_limit(api: Api) -> None:
    name = new_model(api, versions=1)

    move(api, name, "1", "Staging", comment="ä" * 5_000)
    for refused in (
        lambda: move(api, name, "1", "None", comment="x" * 5_001),
        lambda: set_alias(api, name, "best", "1", comment="x" * 5_001),
        lambda: delete_alias(api, name, "best", comment="x" * 5_001),
    ):
        with pytest.raises(InvalidParameterValue, match="Comment"):
            refused()

    assert len(moves(api, name)) == 1


def test_a_refused_move_leaves_no_entry(api: Api) -> None:
    name = new_model(api, versions=1)

    with pytest.raises(NotFound):
        move(api, name, "2", "Staging")

    assert moves(api, name) == []


def test_every_change_of_a_model_can_be_traced_to_a_person(site: App | Stack) -> None:
    ada, adam = site.client("ada"), site.client("adam")
    name, new = new_model(ada), new_name("renamed")
    new_version(adam, name)
    move(ada, name, "1", "Staging")
    rename(adam, name, new)
    delete_model(ada, new)

    changes = ada.call(GET_CHANGES, GetChanges(max_results=100)).changes

    about = next(one.target for one in changes if new in one.detail)
    found = ada.call(GET_CHANGES, GetChanges(target=about)).changes
    assert [(one.user, one.action) for one in found] == [
        ("ada", "delete"),
        ("adam", "rename"),
        ("ada", "move to Staging version"),
        ("adam", "create version"),
        ("ada", "create"),
    ]
