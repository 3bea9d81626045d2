"""The article's program, unchanged, with every client, through Nginx."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import pytest
from trackgate_wire.experiments import GET_EXPERIMENT_BY_NAME, GetExperimentByName
from trackgate_wire.runs import SEARCH_RUNS, Param, Run, RunTag, SearchRuns

from tests.environment.peers import Release
from tests.fixtures.sites import PASSWORDS, Stack, running_stack

pytestmark = [pytest.mark.slow, pytest.mark.nginx]

_PROGRAM = Path(__file__).parents[2] / "examples" / "article.py"
_TIMEOUT_S = 180

Program = Callable[..., subprocess.CompletedProcess[str]]
Peers = Callable[[Release], Path]
CLIENTS = ("trackgate", "mlflow-2", "mlflow-3")


@pytest.fixture(params=CLIENTS)
def run_article(request: pytest.FixtureRequest, tmp_path: Path) -> Program:
    """Runs the program with one client and nothing but environment variables."""
    client: str = request.param
    package, _, release = client.partition("-")
    python = Path(sys.executable)
    if release:
        peers: Peers = request.getfixturevalue("peer_python")
        python = peers("2" if release == "2" else "3")
    start = "MLFLOW_TRACKING" if package == "mlflow" else "TRACKING"

    def run(**variables: str) -> subprocess.CompletedProcess[str]:
        named = {f"{start}_{name}": value for name, value in variables.items()}
        return subprocess.run(
            [python, _PROGRAM, package],
            env={**_bare_environment(tmp_path), **named},
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=_TIMEOUT_S,
            check=False,
        )

    return run


@pytest.fixture
def own_stack() -> Iterator[Stack]:
    """A stack of the test's own, on SQLite."""
    with running_stack() as stack:
        yield stack


def test_the_program_runs_and_all_of_it_is_on_the_server(
    run_article: Program, own_stack: Stack
) -> None:
    done = run_article(URI=own_stack.address, USERNAME="ada", PASSWORD=PASSWORDS["ada"])

    assert done.returncode == 0, done.stdout + done.stderr
    assert "files: tree.png, tree.txt" in done.stdout
    inner, outer = _runs(own_stack)
    assert outer.info.user_id == "ada"
    assert outer.info.status == "FINISHED"
    assert _pairs(outer.data.params) == {"tree_depth": "2"}
    metrics = {metric.key: metric.value for metric in outer.data.metrics}
    assert set(metrics) == {"accuracy", "precision", "recall"}
    assert all(0.8 < value <= 1 for value in metrics.values())
    tags = _pairs(outer.data.tags)
    assert tags["author"] == "a well-known article"
    assert tags["mlflow.user"] == "ada"
    assert tags["mlflow.source.name"].endswith("article.py")
    assert _pairs(inner.data.tags)["mlflow.parentRunId"] == outer.info.run_id


@pytest.mark.parametrize(
    "credentials",
    [{}, {"USERNAME": "ada", "PASSWORD": "not her password"}],
    ids=["without credentials", "with a wrong password"],
)
def test_a_refused_program_says_what_to_set(
    run_article: Program, stack: Stack, credentials: Mapping[str, str]
) -> None:
    done = run_article(URI=stack.address, **credentials)

    assert done.returncode != 0
    assert "TRACKING_USERNAME" in done.stderr
    assert "TRACKING_PASSWORD" in done.stderr
    assert "not her password" not in done.stdout + done.stderr


def _runs(stack: Stack) -> tuple[Run, Run]:
    """The nested run and the one around it."""
    api = stack.client("ada")
    request = GetExperimentByName("breast cancer")
    experiment = api.call(GET_EXPERIMENT_BY_NAME, request).experiment
    search = SearchRuns(experiment_ids=[experiment.experiment_id])
    inner, outer = api.call(SEARCH_RUNS, search).runs
    return inner, outer


def _pairs(messages: Sequence[Param | RunTag]) -> dict[str, str]:
    return {message.key: message.value for message in messages}


def _bare_environment(home: Path) -> dict[str, str]:
    """This process's, without anything that says where or who."""
    starts = ("TRACKING_", "MLFLOW_", "TRACKGATE_")
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(starts)
    }
    return {**kept, "HOME": str(home), "GIT_PYTHON_REFRESH": "quiet"}
