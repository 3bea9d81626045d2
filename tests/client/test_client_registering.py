"""Registering models by the fluent calls and from the command line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import trackgate
from click.testing import CliRunner
from trackgate import TrackingClient
from trackgate.cli import main
from trackgate.errors import NotFound
from trackgate.models.fetching import fetch

from tests.client.small_models import FILES, files, logged, new_name, saved
from tests.fixtures.sites import Server


@pytest.fixture
def local(tmp_path: Path) -> Path:
    return saved(tmp_path / "MyModel-dt")


def test_a_runs_artifact_is_registered_by_its_place(fluent: str, local: Path) -> None:
    name = new_name()
    with trackgate.start_run() as run:
        trackgate.log_artifacts(str(local), "MyModel-dt")

    first = trackgate.register_model(f"runs:/{run.info.run_id}/MyModel-dt", name)
    second = trackgate.register_model(
        f"runs:/{run.info.run_id}/MyModel-dt", name, tags={"k": 1}
    )

    assert (first.name, first.version, first.tags) == (name, "1", {})
    assert (second.version, second.tags) == ("2", {"k": "1"})
    assert first.source == f"{run.info.artifact_uri}/MyModel-dt"
    assert (first.run_id, first.model_id) == (run.info.run_id, None)


def test_a_logged_model_is_registered_by_its_id(fluent: str, local: Path) -> None:
    client, name = TrackingClient(), new_name()
    with trackgate.start_run() as run:
        made = logged(client, fluent, "tree", run.info.run_id, local)

    for uri in (made.model_uri, f"runs:/{run.info.run_id}/tree"):
        version = trackgate.register_model(uri, name)
        assert version.source == made.model_uri
        assert version.run_id == run.info.run_id
        assert version.model_id == made.model_id
    registrations = client.get_logged_model(made.model_id).registrations
    assert registrations == [(name, "1"), (name, "2")]


def test_a_local_model_is_uploaded_and_registered(fluent: str, local: Path) -> None:
    version = trackgate.register_model(str(local), new_name())

    assert version.model_id is not None
    made = trackgate.get_logged_model(version.model_id)
    assert (made.name, made.experiment_id) == ("MyModel-dt", fluent)
    assert made.status == "READY"
    assert files(fetch(f"models:/{version.name}/1")) == FILES


def test_a_version_is_registered_under_another_name(fluent: str, local: Path) -> None:
    first = trackgate.register_model(str(local), new_name())

    again = trackgate.register_model(f"models:/{first.name}/latest", new_name())

    assert again.source == f"models:/{first.name}/1"
    assert again.model_id == first.model_id


@pytest.mark.parametrize("path", ["nothing", "MyModel-dt/data", "MyModel-dt/MLmodel"])
def test_what_is_no_model_registers_nothing(
    fluent: str, local: Path, path: str
) -> None:
    name = new_name()
    with trackgate.start_run() as run:
        trackgate.log_artifacts(str(local), "MyModel-dt")

    with pytest.raises(NotFound, match=r"no artifact|is no model"):
        trackgate.register_model(f"runs:/{run.info.run_id}/{path}", name)
    assert trackgate.search_registered_models(filter_string=f"name = '{name}'") == []


def test_all_that_matches_is_found_however_many_pages(fluent: str, local: Path) -> None:
    client, mark = TrackingClient(), new_name("mark")
    for number in range(101):
        client.create_registered_model(f"{mark} {number:03}")
    only = f"name LIKE '{mark}%'"

    assert len(trackgate.search_registered_models(filter_string=only)) == 101
    newest = trackgate.search_registered_models(2, only, ["name DESC"])
    assert [one.name for one in newest] == [f"{mark} 100", f"{mark} 099"]
    version = trackgate.register_model(str(local), f"{mark} 100")
    trackgate.set_model_version_tag(version.name, "1", "k", "v")
    (found,) = trackgate.search_model_versions(filter_string=f"name = '{version.name}'")
    assert found.tags == {"k": "v"}


def run(*words: str, code: int = 0) -> str:
    result = CliRunner().invoke(main, ["models", *words])
    assert result.exit_code == code, result.output
    return result.output


def test_the_command_line_shows_and_changes_the_registry(
    fluent: str, server: Server, local: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TRACKING_URI", server.address)
    name = new_name()

    assert "version 1" in run("register", str(local), name)
    assert "Production" in run("transition", name, "1", "Production", "--comment", "ok")
    run("register", f"models:/{name}/1", name)
    run("transition", name, "2", "Production", "--archive-existing")
    run("alias", "set", name, "champion", "2")
    run("alias", "delete", name, "champion", "--comment", "no more")

    assert "2 (Production)" in run("list", "--filter", f"name = '{name}'")
    (row,) = json.loads(run("list", "--filter", f"name = '{name}'", "--json"))
    assert row["name"] == name
    shown = [
        one["current_stage"] for one in json.loads(run("versions", name, "--json"))
    ]
    assert shown == ["Production", "Archived"]
    assert "Archived" in run("versions", name)
    assert "no more" in run("history", name)
    moves = json.loads(run("history", name, "--json"))
    assert [move["version"] for move in moves if move["kind"] == "alias"] == ["2", "2"]
    assert moves[-1]["comment"] == "ok"


def test_the_command_line_downloads_models_or_hints(
    fluent: str, server: Server, local: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TRACKING_URI", server.address)
    name = new_name()
    run("register", str(local), name)
    target = str(local.parent / "here")

    assert run("download", f"models:/{name}/latest", target).strip() == target
    assert files(Path(target)) == FILES
    said = run("download", "models:/MyModel-dt/Production", code=1)
    assert "no registered model named 'MyModel-dt'" in said
    assert said.count("\n") == 1
    run("versions", "nothing", code=1)
    monkeypatch.setenv("TRACKING_URI", server.address)
    words = ["artifacts", "download", "-u", f"models:/{name}/1/MLmodel", "-d", target]
    assert CliRunner().invoke(main, words).stdout.strip() == f"{target}/MLmodel"
