"""How runs, experiments and models show themselves."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import trackgate
from trackgate import TrackingClient
from trackgate.entities import Experiment, Run
from trackgate.models.model_info import ModelInfo

from tests.environment.ports import free_port
from tests.fixtures.sites import Stack

_SCRIPT = "<script>alert(1)</script>"


def test_a_run_shows_its_values_a_chart_of_each_metric_and_its_page(
    ada: str, stack: Stack
) -> None:
    with trackgate.start_run(run_name="tree") as run:
        trackgate.log_param("depth", 3)
        for step in range(5):
            trackgate.log_metric("loss", 1 / (step + 1), step=step)

    shown = run._repr_html_()

    assert f'href="{stack.address}/runs/{run.info.run_id}"' in shown
    assert re.search(r"<b><a[^>]*>tree</a></b> <span[^>]*>FINISHED · ada · ", shown)
    assert re.search(r"<td[^>]*>depth</td><td[^>]*>3</td>", shown)
    assert re.search(r"<td[^>]*>loss</td><td[^>]*>0.2</td><td[^>]*><svg", shown)
    (path,) = re.findall(r' d="([^"]+)"', shown)
    assert path.startswith("M2.0 2.0h0L31.0 ")
    assert path.endswith("L118.0 26.0")


def test_a_run_that_goes_on_shows_what_it_has_measured_since(ada: str) -> None:
    run = trackgate.start_run()
    trackgate.log_metric("loss", 0.25)

    assert ">0.25</td>" in run._repr_html_()


def test_a_chart_has_gaps_where_values_are_no_numbers(ada: str) -> None:
    with trackgate.start_run() as run:
        for step, value in enumerate([1.0, 2.0, float("nan"), 3.0, float("inf"), 4.0]):
            trackgate.log_metric("loss", value, step=step)

    (path,) = re.findall(r' d="([^"]+)"', run._repr_html_())

    assert path.count("M") == 3


def test_no_text_gets_into_the_page_as_html(ada: str) -> None:
    with trackgate.start_run(run_name=_SCRIPT) as run:
        trackgate.log_param("text", f'"{_SCRIPT}{"x" * 200}')
        trackgate.log_metric("loss", 1.0)
    client = TrackingClient()
    experiment_id = client.create_experiment(f"{_SCRIPT} of {ada}")
    client.create_run(experiment_id, run_name=_SCRIPT)
    client.create_registered_model(f"{_SCRIPT.replace('/', '')} {ada}")
    model = client.get_registered_model(f"{_SCRIPT.replace('/', '')} {ada}")
    version = client.create_model_version(model.name, "s3://x/y", run.info.run_id)
    logged = client.create_logged_model(ada, "plain", params={_SCRIPT: _SCRIPT})

    for one in (run, client.get_experiment(experiment_id), model, version, logged):
        shown = one._repr_html_()
        assert "&lt;script&gt;" in shown
        assert "<script" not in shown


def test_an_experiment_shows_its_newest_runs_and_how_metrics_went(
    ada: str, stack: Stack
) -> None:
    for depth, accuracy in enumerate([0.7, 0.8, 0.75]):
        with trackgate.start_run(run_name=f"depth {depth}") as run:
            trackgate.log_metric("accuracy", accuracy)

    shown = trackgate.get_experiment(ada)._repr_html_()

    assert f'href="{stack.address}/experiments/{ada}"' in shown
    assert f'href="{stack.address}/runs/{run.info.run_id}"' in shown
    names = re.findall(r"depth \d", shown)
    assert names == ["depth 2", "depth 1", "depth 0"]
    assert "<title>accuracy</title>" in shown
    (path,) = re.findall(r' d="([^"]+)"', shown)
    assert path == "M2.0 26.0h0L60.0 2.0L118.0 14.0"


def test_an_experiment_with_more_runs_than_a_table_holds_says_so(ada: str) -> None:
    client = TrackingClient()
    for _ in range(13):
        client.create_run(ada)

    assert "and more on its page" in trackgate.get_experiment(ada)._repr_html_()


def test_a_registered_model_shows_its_versions_aliases_and_metrics(
    ada: str, stack: Stack
) -> None:
    client = TrackingClient()
    name = f"Decision Tree {ada}"
    client.create_registered_model(name)
    for accuracy in (0.8, 0.9):
        with trackgate.start_run() as run:
            trackgate.log_metric("accuracy", accuracy)
        client.create_model_version(name, "s3://bucket/model", run.info.run_id)
    client.set_registered_model_alias(name, "champion", "2")

    model = client.get_registered_model(name)._repr_html_()
    version = client.get_model_version(name, "2")._repr_html_()

    page = f"{stack.address}/models/Decision%20Tree%20{ada}"
    assert f'href="{page}"' in model
    assert f'href="{page}/versions/2"' in model
    assert re.search(r">champion</td>.*>0.9</td>.*>0.8</td>.*<svg", model)
    assert f'href="{page}/versions/2"' in version
    assert "@champion" in version
    assert f'href="{stack.address}/runs/{run.info.run_id}"' in version
    assert ">0.9</td>" in version


def test_a_logged_model_and_what_logging_it_gave_back_show_the_same(
    ada: str, stack: Stack
) -> None:
    client = TrackingClient()
    run = client.create_run(ada, run_name="tree")
    model = client.create_logged_model(
        ada, "small", run.info.run_id, params={"depth": 3}
    )
    client.log_metric(run.info.run_id, "accuracy", 0.5, model_id=model.model_id)

    shown = model._repr_html_()

    assert f'href="{stack.address}/logged-models/{model.model_id}"' in shown
    assert re.search(r"accuracy</td><td[^>]*>0.5</td>", shown)
    assert re.search(r"depth</td><td[^>]*>3</td>", shown)
    assert f"<code>models:/{model.model_id}</code>" in shown
    assert _info(model.model_id)._repr_html_() == shown


@pytest.mark.parametrize("address", [None, "nobody there"])
def test_without_a_server_things_show_what_is_known_of_them(
    ada: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, address: str | None
) -> None:
    with trackgate.start_run(run_name="tree") as active:
        trackgate.log_metric("loss", 0.25)
    run = trackgate.get_run(active.info.run_id)
    experiment = trackgate.get_experiment(ada)
    monkeypatch.delenv("TRACKING_URI")
    if address:
        monkeypatch.setenv("TRACKING_URI", f"http://127.0.0.1:{free_port()}")

    shown = Run(run.info, run.data)._repr_html_()

    assert ">0.25</td>" in shown
    assert "href" not in shown + experiment._repr_html_()
    assert experiment.name in experiment._repr_html_()
    assert _info("m-1")._repr_html_().count("models:/m-1") == 1


def test_what_is_on_another_server_has_no_link(ada: str) -> None:
    experiment = Experiment("987654321", "elsewhere", "", "active")

    shown = experiment._repr_html_()

    assert "elsewhere" in shown
    assert "href" not in shown


def _info(model_id: str) -> ModelInfo:
    return ModelInfo(
        model_uri=f"models:/{model_id}",
        artifact_path=None,
        model_id=model_id,
        model_uuid=None,
        run_id=None,
        flavors={"sklearn": {}},
        signature=None,
        saved_input_example_info=None,
        utc_time_created="2026-01-31 12:00:00",
        mlflow_version=None,
        metadata=None,
        name="small",
    )
