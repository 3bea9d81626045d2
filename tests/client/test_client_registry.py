"""The client's methods about registered models and their versions, on a real server."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from trackgate import TrackingClient
from trackgate.entities.model_registry import ModelMove
from trackgate.errors import (
    AlreadyExists,
    InvalidParameterValue,
    NotFound,
    Unreachable,
)

from tests.client.broken_server import BrokenServer, Reply
from tests.client.small_models import new_name

SOURCE = "s3://bucket/model"


@pytest.fixture
def name(client: TrackingClient) -> str:
    """A registered model with two versions."""
    made = client.create_registered_model(new_name()).name
    for _ in range(2):
        client.create_model_version(made, SOURCE)
    return made


def test_a_registered_model_comes_back_as_it_was_made(client: TrackingClient) -> None:
    made = client.create_registered_model(new_name(), {"team": 1}, "What it is.")

    found = client.get_registered_model(made.name)

    assert found == made
    assert (found.tags, found.description) == ({"team": "1"}, "What it is.")
    with pytest.raises(AlreadyExists, match=made.name):
        client.create_registered_model(made.name)


def test_a_version_comes_back_as_it_was_made(
    client: TrackingClient, name: str, run_id: str
) -> None:
    made = client.create_model_version(
        name, SOURCE, run_id, {"k": "v"}, "http://elsewhere/1", "Third."
    )

    assert client.get_model_version(name, made.version) == made
    assert (made.version, made.source, made.run_id) == ("3", SOURCE, run_id)
    assert (made.tags, made.description) == ({"k": "v"}, "Third.")
    assert (made.status, made.current_stage) == ("READY", "None")
    assert client.get_model_version_download_uri(name, "3") == SOURCE


def test_a_renamed_model_keeps_its_versions(client: TrackingClient, name: str) -> None:
    renamed = client.rename_registered_model(name, new_name())

    assert client.get_model_version(renamed.name, "2").source == SOURCE
    with pytest.raises(NotFound):
        client.get_registered_model(name)


def test_descriptions_and_tags_are_changed(client: TrackingClient, name: str) -> None:
    client.update_registered_model(name, "New.")
    client.update_model_version(name, "1", "First.")
    client.set_registered_model_tag(name, "a", 1)
    client.set_registered_model_tag(name, "b", 2)
    client.delete_registered_model_tag(name, "b")
    client.set_model_version_tag(name, "1", "c", 3)
    client.set_model_version_tag(name, "1", "d", 4)
    client.delete_model_version_tag(name, "1", "d")

    model, version = (
        client.get_registered_model(name),
        client.get_model_version(name, 1),
    )

    assert (model.description, model.tags) == ("New.", {"a": "1"})
    assert (version.description, version.tags) == ("First.", {"c": "3"})


def test_versions_move_between_stages(client: TrackingClient, name: str) -> None:
    client.transition_model_version_stage(name, "1", "production")
    moved = client.transition_model_version_stage(
        name, 2, "Production", archive_existing_versions=True
    )

    assert moved.current_stage == "Production"
    assert client.get_model_version(name, "1").current_stage == "Archived"
    newest = client.get_latest_versions(name, ["Production"])
    assert [one.version for one in newest] == ["2"]
    assert len(client.get_latest_versions(name)) == 2
    stages = ["None", "Staging", "Production", "Archived"]
    assert client.get_model_version_stages(name, "1") == stages


def test_a_stage_stands_for_its_newest_version(
    client: TrackingClient, name: str
) -> None:
    client.transition_model_version_stage(name, "2", "Staging")

    client.set_model_version_tag(name, key="seen", value="yes", stage="Staging")
    assert client.get_model_version(name, "2").tags == {"seen": "yes"}
    client.delete_model_version_tag(name, key="seen", stage="Staging")
    assert client.get_model_version(name, "2").tags == {}

    with pytest.raises(NotFound, match="Production"):
        client.set_model_version_tag(name, key="k", value="v", stage="Production")
    with pytest.raises(InvalidParameterValue, match="either `version` or `stage`"):
        client.set_model_version_tag(name, "1", "k", "v", "Staging")


def test_aliases_point_at_versions(client: TrackingClient, name: str) -> None:
    client.set_registered_model_alias(name, "champion", 1)

    assert client.get_model_version_by_alias(name, "champion").version == "1"
    assert client.get_registered_model(name).aliases == {"champion": "1"}
    assert client.get_model_version(name, "1").aliases == ["champion"]
    client.delete_registered_model_alias(name, "champion")
    assert client.get_registered_model(name).aliases == {}


def test_the_history_says_what_moved_and_why(client: TrackingClient, name: str) -> None:
    client.transition_model_version_stage(name, "1", "Staging", comment="Try it.")
    client.set_registered_model_alias(name, "champion", "2", comment="Better.")
    client.delete_registered_model_alias(name, "champion", comment="Worse.")

    moves = client.get_model_history(name)

    assert [said(move) for move in moves] == [
        ("alias", "champion", "2", "2", "", "Worse."),
        ("alias", "champion", "2", "", "2", "Better."),
        ("stage", "", "1", "None", "Staging", "Try it."),
    ]
    first = client.get_model_history(name, max_results=2)
    rest = client.get_model_history(name, page_token=first.token)
    assert [*first, *rest] == moves


def said(move: ModelMove) -> tuple[str, ...]:
    moved = move.kind, move.alias, move.version, move.before, move.after
    return (*moved, move.comment)


def test_searches_find_page_after_page(client: TrackingClient, name: str) -> None:
    found = client.search_registered_models(f"name = '{name}'")
    assert [one.name for one in found] == [name]

    only = f"name = '{name}'"
    first = client.search_model_versions(only, 1, ["version_number ASC"])
    rest = client.search_model_versions(
        only, 1, ["version_number ASC"], page_token=first.token
    )
    assert [one.version for one in (*first, *rest)] == ["1", "2"]
    assert rest.token is None


def test_deleted_numbers_are_not_given_out_again(
    client: TrackingClient, name: str
) -> None:
    client.delete_model_version(name, "2")

    assert client.create_model_version(name, SOURCE).version == "3"
    client.delete_registered_model(name)
    with pytest.raises(NotFound):
        client.get_model_version(name, "3")


def test_a_version_is_copied_to_another_model(
    client: TrackingClient, name: str
) -> None:
    client.set_model_version_tag(name, "2", "k", "v")
    client.set_registered_model_alias(name, "champion", "2")
    other = new_name()

    copy = client.copy_model_version(f"models:/{name}@champion", other)

    assert (copy.name, copy.version, copy.tags) == (other, "1", {"k": "v"})
    assert copy.source == f"models:/{name}/2"
    assert client.get_model_version_download_uri(other, "1") == SOURCE
    with pytest.raises(InvalidParameterValue, match="names no version"):
        client.copy_model_version("models:/m-0123456789abcdef0123456789abcdef", other)


def test_what_must_not_happen_twice_is_asked_for_once_when_the_connection_breaks(
    broken: BrokenServer, to_broken: Callable[..., TrackingClient]
) -> None:
    broken.reply(Reply(mishap="hang up"))
    client = to_broken()
    calls: list[Callable[[], object]] = [
        lambda: client.create_registered_model("m"),
        lambda: client.rename_registered_model("m", "n"),
        lambda: client.create_model_version("m", SOURCE),
        lambda: client.transition_model_version_stage("m", "1", "Staging"),
        lambda: client.create_logged_model("0", "m"),
    ]

    for call in calls:
        with pytest.raises(Unreachable):
            call()

    assert len(broken.requests) == len(calls)
