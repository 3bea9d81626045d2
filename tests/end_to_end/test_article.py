"""The article's program, unchanged, with every client, through Nginx."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import pytest
from trackgate_wire.experiments import GET_EXPERIMENT_BY_NAME, GetExperimentByName
from trackgate_wire.runs import SEARCH_RUNS, Param, Run, RunTag, SearchRuns

from tests.end_to_end.clients import CLIENTS, Client
from tests.fixtures.sites import Stack, running_stack

pytestmark = [pytest.mark.slow, pytest.mark.nginx]

_PROGRAM = Path(__file__).parents[2] / "examples" / "article.py"


@pytest.fixture(params=CLIENTS)
def client(request: pytest.FixtureRequest) -> Client:
    return Client.of(request.param, request)


@pytest.fixture
def own_stack() -> Iterator[Stack]:
    """A stack of the test's own, on SQLite."""
    with running_stack() as stack:
        yield stack


def test_the_program_runs_and_all_of_it_is_on_the_server(
    client: Client, own_stack: Stack, tmp_path: Path
) -> None:
    done = client.run(_PROGRAM, tmp_path, own_stack)

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
    client: Client, stack: Stack, tmp_path: Path, credentials: Mapping[str, str]
) -> None:
    done = client.run_with(_PROGRAM, tmp_path, URI=stack.address, **credentials)

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
