"""What helps whoever asks for a model that is not there."""

from __future__ import annotations

import pytest
from trackgate import TrackingClient
from trackgate.errors import InvalidParameterValue, NotFound, TrackgateError
from trackgate.models.uris import resolve

from tests.client.small_models import Registered, registered_model
from tests.fixtures.sites import Server


@pytest.fixture(scope="module")
def registered(server: Server, tmp_path_factory: pytest.TempPathFactory) -> Registered:
    return registered_model(server.address, tmp_path_factory.mktemp("models"))


def message(client: TrackingClient, uri: str) -> str:
    """What is said to whoever asks for a model that is not there."""
    with pytest.raises(TrackgateError) as raised:
        resolve(uri, client)
    assert isinstance(raised.value, NotFound | InvalidParameterValue)
    return raised.value.message


def test_an_artifacts_name_hints_at_the_registered_model(
    client: TrackingClient, registered: Registered
) -> None:
    for slip in (registered.artifact, registered.logged_name):
        said = message(client, f"models:/{slip}/Production")
        assert f"no registered model named {slip!r}" in said
        assert f"'models:/{registered.name}/Production'" in said
        said = message(client, f"models:/{slip}@champion")
        assert f"'models:/{registered.name}@champion'" in said


def test_a_misspelt_name_hints_at_the_right_one(
    client: TrackingClient, registered: Registered
) -> None:
    slip = registered.name.replace("model", "modle")

    assert f"Did you mean '{registered.name}'" in message(client, f"models:/{slip}/1")
    assert registered.name in message(client, f"models:/{registered.name.upper()}/1")


def test_what_a_model_has_is_said_where_it_has_not_what_was_asked_for(
    client: TrackingClient, registered: Registered
) -> None:
    name = registered.name

    said = message(client, f"models:/{name}/Staging")
    assert "Production (version 1)" in said
    assert "None (version 2)" in said
    assert "its newest version is 2" in message(client, f"models:/{name}/7")
    assert "it has 'champion'" in message(client, f"models:/{name}@challenger")
    assert "Did you mean 'Production'?" in message(client, f"models:/{name}/Prod")
    assert f"'models:/{name}/latest'" in message(client, f"models:/{name}")


def test_a_run_without_the_artifact_says_what_it_has(
    client: TrackingClient, registered: Registered
) -> None:
    said = message(client, f"runs:/{registered.run_id}/nothing")

    assert f"Artifacts there: {registered.artifact!r}" in said
    assert f"Models it made: {registered.logged_name!r}" in said
