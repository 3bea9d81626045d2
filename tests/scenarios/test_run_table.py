"""The table of runs: what is shown, in which order, and what is folded and grouped."""

from __future__ import annotations

import math
import time

import pytest
from trackgate_wire.datasets import LOG_INPUTS, Dataset, DatasetInput, LogInputs
from trackgate_wire.run_ref import RunRef
from trackgate_wire.runs import DELETE_RUN, UPDATE_RUN, UpdateRun
from trackgate_wire.scalars import RunStatus

from tests.fixtures.sites import App, Sites
from tests.scenarios.acts import log_metric, log_param, new_experiment, set_tag
from tests.scenarios.run_table_acts import get, named_run, pages, table

HOUR_MS = 3_600_000


@pytest.fixture(
    params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)]
)
def app(request: pytest.FixtureRequest, sites: Sites) -> App:
    """The application on each database, shared: a test makes its own experiment."""
    return sites.app(request.param)


def test_columns_show_what_was_asked_for(app: App) -> None:
    api = app.client()
    experiment = new_experiment(api)
    run = named_run(api, experiment, "first", started_ms=1_000)
    for step, value in enumerate((0.5, 0.25, 0.75)):
        log_metric(api, run, "val loss", value, step=step)
    log_param(api, run, "depth", "7")
    set_tag(api, run, "team", "vision")
    used = DatasetInput(Dataset("train", "d1", "local", "{}"))
    api.call(LOG_INPUTS, LogInputs(run_id=run, datasets=[used]))
    api.call(
        UPDATE_RUN, UpdateRun(run_id=run, status=RunStatus.FINISHED, end_time=62_000)
    )

    shown = table(
        api,
        experiment,
        column=[
            *("metrics.`val loss`", "min(metrics.`val loss`)"),
            *("max(metrics.`val loss`)", "params.depth", "tags.team", "duration"),
            *("status", "user_id", "dataset", "models", "params.unknown"),
        ],
    )

    assert shown.heads == [
        *("Run", "val loss", "min val loss", "max val loss", "depth", "team"),
        *("Duration", "Status", "User", "Dataset", "Models", "unknown"),
    ]
    assert shown.rows == [
        [
            *("first", "0.75", "0.25", "0.75", "7", "vision", "1 min 1 s"),
            *("finished", "ada", "train", "-", "-"),
        ]
    ]


def test_without_a_choice_the_columns_are_what_most_runs_have(app: App) -> None:
    api = app.client()
    experiment = new_experiment(api)
    for number in range(3):
        run = named_run(api, experiment, f"run {number}")
        log_metric(api, run, "accuracy", 0.5)
        log_metric(api, run, "system/cpu", 0.5)
        log_param(api, run, "often", "1")
        if number == 0:
            log_param(api, run, "a rare one", "1")

    shown = table(api, experiment)

    assert shown.heads[:5] == ["Run", "Status", "Started", "Duration", "User"]
    assert shown.heads[5:] == ["accuracy", "often", "a rare one"]


def test_a_column_that_is_none_is_refused(app: App) -> None:
    api = app.client()
    experiment = new_experiment(api)

    answer = get(api, f"/experiments/{experiment}", column="metrics.a b")

    assert answer.status == 400
    assert "There is no column" in answer.body.decode()


def test_runs_are_sorted_by_any_column(app: App) -> None:
    api = app.client()
    experiment = new_experiment(api)
    for name, value in {"b": 2.0, "c": 0.5, "a": 1.0}.items():
        run = named_run(api, experiment, name)
        log_metric(api, run, "loss", value)
        log_param(api, run, "p", name)

    orders = {
        "metrics.loss": ["c", "a", "b"],
        "min(metrics.loss) DESC": ["b", "a", "c"],
        "params.p DESC": ["c", "b", "a"],
        "run_name": ["a", "b", "c"],
    }
    for order, names in orders.items():
        assert table(api, experiment, order=order).names == names, order


def test_a_wrong_filter_is_shown_with_the_place(app: App) -> None:
    api = app.client()
    experiment = new_experiment(api)

    wrong = get(api, f"/experiments/{experiment}", filter="metrics.m => <b>")

    assert wrong.status == 200
    assert "metrics.m <mark>=</mark>&gt; &lt;b&gt;" in wrong.body.decode()
    assert "Filter is wrong at character 11" in wrong.body.decode()


def test_pages_join_by_key_while_runs_are_added(app: App) -> None:
    api = app.client()
    experiment = new_experiment(api)
    names = [f"run {number:03}" for number in range(230)]
    for number, name in enumerate(names):
        named_run(api, experiment, name, started_ms=1_000 + number)

    found: list[list[str]] = []
    for shown in pages(api, experiment):
        found.append(shown.names)
        named_run(api, experiment, "newer", started_ms=5_000)

    assert [len(page) for page in found] == [100, 100, 30]
    assert [name for page in found for name in page] == names[::-1]


def test_nested_runs_are_folded_under_their_parent(app: App) -> None:
    api = app.client()
    experiment = new_experiment(api)
    parent = named_run(api, experiment, "parent", 1)
    child = named_run(api, experiment, "child", 2, parent=parent)
    named_run(api, experiment, "grandchild", 3, parent=child)
    named_run(api, experiment, "second child", 4, parent=parent)
    named_run(api, experiment, "alone", 5)

    assert table(api, experiment).names == ["alone", "parent 2"]
    assert table(api, experiment, open=parent).names == [
        *("alone", "parent 2", "second child", "child 1"),
    ]
    assert table(api, experiment, open=[parent, child]).names == [
        *("alone", "parent 2", "second child", "child 1", "grandchild"),
    ]
    assert len(table(api, experiment, nested="flat").names) == 5
    filtered = table(api, experiment, filter="run_name LIKE '%child'")
    assert filtered.names == ["second child ↑", "grandchild ↑", "child ↑"]


def test_a_run_is_not_hidden_with_a_parent_that_is_not_shown(app: App) -> None:
    api = app.client()
    experiment = new_experiment(api)
    parent = named_run(api, experiment, "parent")
    named_run(api, experiment, "orphan", 2, parent=parent)
    named_run(api, experiment, "of another place", 1, parent="f" * 32)
    own = named_run(api, experiment, "its own parent")
    set_tag(api, own, "mlflow.parentRunId", own)

    api.call(DELETE_RUN, RunRef(run_id=parent))

    names = table(api, experiment).names
    assert names == ["orphan ↑", "of another place ↑", "its own parent ↑"]
    assert table(api, experiment, stage="deleted").names == ["parent"]


def test_groups_have_count_mean_and_spread(app: App) -> None:
    api = app.client()
    experiment = new_experiment(api)
    values = {"tree": [1.0, 2.0, 3.0, math.nan], "net": [5.0, math.inf], "": [7.0]}
    for model, its in values.items():
        for value in its:
            run = named_run(api, experiment, "run")
            log_metric(api, run, "loss", value)
            if model:
                log_param(api, run, "model", model)
    named_run(api, experiment, "nothing at all")
    grouped = {"group": "params.model", "column": "metrics.loss"}

    shown = table(api, experiment, **grouped)

    assert shown.heads == ["model", "Runs", "loss", "range"]
    assert shown.rows == [
        ["tree", "4", "2 ± 1", "1 … 3"],
        ["net", "2", "5", "5 … 5"],
        ["none", "2", "7", "7 … 7"],
    ]
    downwards = table(api, experiment, order="metrics.loss DESC", **grouped)
    assert downwards.names == ["none", "net", "tree"]
    filtered = table(api, experiment, filter="metrics.loss > 2", **grouped)
    assert [row[:3] for row in filtered.rows] == [
        *(["net", "2", "5"], ["tree", "1", "3"], ["none", "1", "7"]),
    ]


def test_a_small_spread_around_a_large_mean_is_not_lost(app: App) -> None:
    api = app.client()
    experiment = new_experiment(api)
    for value in (1e9 + 1, 1e9 + 2, 1e9 + 3):
        run = named_run(api, experiment, "run")
        log_metric(api, run, "time", value)
        set_tag(api, run, "team", "vision")

    shown = table(api, experiment, group="tags.team", column="metrics.time")

    assert shown.rows[0][2] == "1e+09 ± 1"


def test_runs_are_grouped_by_params_and_tags_only(app: App) -> None:
    api = app.client()
    experiment = new_experiment(api)

    answer = get(api, f"/experiments/{experiment}", group="metrics.loss")

    assert answer.status == 400


def test_a_running_run_without_news_is_stale(app: App) -> None:
    api = app.client()
    experiment = new_experiment(api)
    now_ms = time.time_ns() // 1_000_000
    silent = named_run(api, experiment, "silent", now_ms - 30 * HOUR_MS)
    log_metric(api, silent, "loss", 1, timestamp=now_ms - 7 * HOUR_MS)
    busy = named_run(api, experiment, "busy", now_ms - 30 * HOUR_MS - 1)
    log_metric(api, busy, "loss", 1, timestamp=now_ms - 5 * HOUR_MS)

    shown = table(api, experiment)

    assert shown.column("Status") == ["stale", "running"]


def test_runs_of_several_experiments_stand_in_one_table(app: App) -> None:
    api = app.client()
    first, second = new_experiment(api), new_experiment(api)
    named_run(api, first, "one", 1)
    named_run(api, second, "two", 2)

    answer = get(api, "/runs", experiment=[first, second])

    assert "Runs of 2 experiments" in answer.body.decode()
    assert 'href="/experiments/' in answer.body.decode()
    assert ">two</a>" in answer.body.decode()
    assert get(api, "/runs").status == 200
