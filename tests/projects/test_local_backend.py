"""Projects on this machine, against the protected server, with the stock client."""

from __future__ import annotations

from pathlib import Path

import pytest
from trackgate import TrackingClient, projects
from trackgate.errors import InvalidState

from tests.fixtures.sites import Stack

PROJECT = Path(__file__).parent / "fixtures" / "python_env"


@pytest.fixture
def client(as_ada: Stack) -> TrackingClient:
    return TrackingClient()


@pytest.mark.slow
def test_a_project_runs_in_its_own_environment_and_logs_as_the_caller(
    client: TrackingClient, kept_environments: Path
) -> None:
    submitted = projects.run(
        PROJECT, parameters={"until": 4}, experiment_name="counting", env_manager="uv"
    )

    run = client.get_run(submitted.run_id)
    assert (run.info.status, run.info.user_id) == ("FINISHED", "ada")
    assert run.data.metrics == {"number": 3.0}
    assert run.data.params == {"until": "4"}
    assert run.data.tags["mlflow.project.env"] == "uv"
    assert run.data.tags["environment"].startswith(str(kept_environments))
    assert run.data.tags["sees trackgate"] == "False"


def test_what_cannot_be_installed_fails_the_run(
    client: TrackingClient, tmp_path: Path
) -> None:
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "MLproject").write_text(
        "python_env: python_env.yaml\nentry_points: {main: {command: 'true'}}"
    )
    (folder / "python_env.yaml").write_text("dependencies: [./not-there.whl]")

    with pytest.raises(InvalidState, match="cannot be built"):
        projects.run(folder, experiment_name="not built", env_manager="uv")

    found = client.get_experiment_by_name("not built")
    assert found is not None
    (run,) = client.search_runs([found.experiment_id])
    assert run.info.status == "FAILED"
