"""What is done from the table of runs: to chosen runs, with views, as files."""

from __future__ import annotations

import csv
import io
import re
from html import unescape
from urllib.parse import urlencode

import pytest
from trackgate_wire.runs import SEARCH_RUNS, SearchRuns
from trackgate_wire.scalars import ViewType
from trackgate_wire.server import GET_CHANGES, GetChanges

from tests.fixtures.api import Answer, Api
from tests.fixtures.sites import App, Sites
from tests.scenarios.acts import (
    get_run,
    log_metric,
    log_param,
    new_experiment,
    new_name,
    set_tag,
    tags_of,
)
from tests.scenarios.run_table_acts import Shown, get, named_run, post, table


@pytest.fixture(
    params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)]
)
def app(request: pytest.FixtureRequest, sites: Sites) -> App:
    """The application on each database, shared: a test makes its own experiment."""
    return sites.app(request.param)


def place(answer: Answer) -> str:
    assert answer.status == 303, answer.body.decode()
    return answer.headers["Location"]


def changes_of(app: App, target: str) -> list[tuple[str, str, str]]:
    asked = GetChanges(target=target)
    found = app.client("adam").call(GET_CHANGES, asked).changes
    return [(one.user, one.action, one.detail) for one in found]


def test_chosen_runs_are_deleted_and_restored(app: App) -> None:
    api = app.client()
    experiment = new_experiment(api)
    runs = [named_run(api, experiment, f"run {n}", n) for n in range(4)]
    back = urlencode({"experiment": experiment, "alone": "1", "order": "run_name"})

    gone = post(api, "/runs/delete", back, run=[*runs[:2], "f" * 32])

    assert place(gone) == (
        f"/experiments/{experiment}?order=run_name&count=2&notice=runs-deleted"
    )
    assert table(api, experiment).names == ["run 3", "run 2"]
    assert table(api, experiment, stage="deleted").names == ["run 1", "run 0"]
    assert changes_of(app, f"run/{runs[0]}") == [("ada", "delete", "run 0")]

    assert "count=1" in place(post(api, "/runs/restore", back, run=[runs[0], runs[3]]))
    assert table(api, experiment).names == ["run 3", "run 2", "run 0"]


def test_chosen_runs_are_tagged(app: App) -> None:
    api = app.client()
    experiment = new_experiment(api)
    runs = [named_run(api, experiment, f"run {n}") for n in range(130)]
    set_tag(api, runs[0], "team", "old")

    answer = post(api, "/runs/tag", run=runs, tag_key="team", tag_value="<b>")

    assert "count=130" in place(answer)
    assert {tags_of(get_run(api, run))["team"] for run in runs} == {"<b>"}
    assert changes_of(app, f"run/{runs[129]}") == [("ada", "set tag", "team")]


@pytest.mark.parametrize("key", ["", "mlflow.runName", "mlflow.user", "a//b"])
def test_what_is_no_label_is_not_set_for_several(app: App, key: str) -> None:
    api = app.client()
    run = named_run(api, new_experiment(api), "run")

    answer = post(api, "/runs/tag", run=[run], tag_key=key, tag_value="x")

    assert answer.status == 400
    assert get_run(api, run).info.run_name == "run"


def test_nothing_happens_where_nothing_was_chosen(app: App) -> None:
    assert "notice=runs-none" in place(post(app.client(), "/runs/delete"))


def test_a_viewer_compares_and_changes_nothing(app: App) -> None:
    api, vera = app.client(), app.client("vera")
    experiment = new_experiment(api)
    run = named_run(api, experiment, "run")

    page = get(vera, f"/experiments/{experiment}").body.decode()

    assert "Compare" in page
    assert not re.search("Delete<|Tag…|Save", page)
    for form in ("/runs/delete", "/runs/restore", "/runs/tag", "/views/save"):
        assert post(vera, form, run=[run], name="x").status == 403
    assert table(api, experiment).names == ["run"]


def test_a_form_leads_back_to_this_site_only(app: App) -> None:
    api = app.client()
    run = named_run(api, new_experiment(api), "run")

    for back in ("https://elsewhere.test/", "experiment=//elsewhere.test&alone=1"):
        answer = post(api, "/runs/delete", back, run=[run])
        assert place(answer).startswith(("/runs?", "/experiments/%2F%2Felsewhere"))


FORMULAS = ["=1+1", "+cmd", "-2+3", "@x", "\t=1", "-0.5", "+1e-3", 'a"b,c\nd', "plain"]


def test_a_csv_file_has_no_formulas(app: App) -> None:
    api = app.client()
    experiment = new_experiment(api)
    for number, text in enumerate(FORMULAS):
        run = named_run(api, experiment, text.strip(), 1_000 + number)
        log_param(api, run, "p", text)
        log_metric(api, run, "m", -0.1 - number)

    answer = get(
        api,
        "/runs.csv",
        experiment=experiment,
        order="start_time",
        column=["params.p", "metrics.m", "start_time", "status", "duration"],
    )

    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    head, *rows = csv.reader(io.StringIO(answer.body.decode(), newline=""))
    assert head[:4] == ["run_id", "run_name", "params.p", "metrics.m"]
    assert head[4:] == ["start_time", "status", "duration_ms"]
    assert [row[2] for row in rows] == [
        *("'=1+1", "'+cmd", "'-2+3", "'@x", "'\t=1", "-0.5", "+1e-3"),
        *('a"b,c\nd', "plain"),
    ]
    assert rows[0][1].startswith("'=")
    assert rows[1][3:] == ["-1.1", "1970-01-01T00:00:01.001Z", "RUNNING", ""]


def test_downloads_have_all_that_matches_as_the_api_says(app: App) -> None:
    api = app.client()
    experiment = new_experiment(api)
    parent = named_run(api, experiment, "parent")
    for number in range(4):
        run = named_run(api, experiment, f"run {number}", number, parent=parent)
        log_metric(api, run, "m", number)
    asked = {"experiment": experiment, "filter": "metrics.m >= 1"}

    listed = get(api, "/runs.json", **asked).json

    said = api.raw(
        "POST",
        SEARCH_RUNS.url,
        json={"experiment_ids": [experiment], "filter": asked["filter"]},
    ).json
    assert listed == said["runs"]
    assert get(api, "/runs.json", experiment=new_experiment(api)).json == []
    assert get(api, "/runs.csv", experiment=experiment).body.count(b"\n") == 6
    wrong = get(api, "/runs.csv", experiment=experiment, filter="nonsense")
    assert (wrong.status, wrong.headers["Content-Type"].split(";")[0]) == (
        *(400, "text/html"),
    )


def test_more_runs_than_are_read_at_once_are_in_one_file(app: App) -> None:
    api = app.client()
    experiment = new_experiment(api)
    for number in range(1_010):
        named_run(api, experiment, f"run {number}", number)

    body = get(api, "/runs.csv", experiment=experiment).body.decode()
    listed = get(api, "/runs.json", experiment=experiment).json

    names = [row[1] for row in csv.reader(io.StringIO(body))][1:]
    assert names == [f"run {number}" for number in reversed(range(1_010))]
    assert [run["info"]["run_name"] for run in listed] == names


def opened(api: Api, experiment: str, name: str) -> str:
    """Where the link of a saved view leads."""
    page = get(api, f"/experiments/{experiment}").body.decode()
    found = re.search(rf'<a href="([^"]*)"[^>]*>{re.escape(name)}</a>', page)
    assert found is not None, f"{name} is not offered"
    return unescape(found[1])


def test_a_saved_view_is_offered_to_all_and_kept_up(app: App) -> None:
    ada, vera = app.client(), app.client("vera")
    experiment, name = new_experiment(ada), new_name("view")
    for number in range(3):
        log_metric(ada, named_run(ada, experiment, f"run {number}"), "m", number)
    state = {
        "filter": "metrics.m > 0",
        "order": "metrics.m DESC",
        "column": "metrics.m",
    }
    back = urlencode({"experiment": experiment, "alone": "1", **state})

    saved = place(post(ada, "/views/save", back, name=name))

    assert "notice=view-saved" in saved
    shown = Shown(get(vera, opened(vera, experiment, name)).body.decode())
    assert shown.heads == ["Run", "m"]
    assert shown.names == ["run 2", "run 1"]
    assert name not in get(vera, f"/experiments/{new_experiment(ada)}").body.decode()

    number = re.search(r"view=(\d+)", saved)
    assert number is not None
    view = f"/views/{number[1]}"
    again = post(ada, "/views/save", back, name=name)
    assert (again.status, "already" in again.body.decode()) == (400, True)
    place(post(ada, f"{view}/rename", name=f"{name} 2"))
    place(post(ada, f"{view}/update", urlencode({"column": "user_id"})))
    changed = Shown(get(vera, opened(vera, experiment, f"{name} 2")).body.decode())
    assert changed.heads == ["Run", "User"]
    place(post(ada, f"{view}/delete"))
    assert name not in get(vera, f"/experiments/{experiment}").body.decode()
    assert [
        action for _, action, _ in changes_of(app, view[1:].replace("s", "", 1))
    ] == [
        *("delete", "update", "rename", "create"),
    ]


def test_a_view_for_any_experiment_is_offered_in_each(app: App) -> None:
    api, name = app.client(), new_name("everywhere")
    first, second = new_experiment(api), new_experiment(api)
    back = urlencode({"experiment": first, "alone": "1", "filter": "metrics.x > 1"})

    saved = place(post(api, "/views/save", back, name=name, **{"for": "any"}))

    link = opened(api, second, name)
    assert link.startswith(f"/experiments/{second}?")
    assert "filter=metrics.x+%3E+1" in link
    place(post(api, f"/views/{saved.split('view=')[1].split('&')[0]}/delete"))


@pytest.mark.parametrize("name", ["", "  ", "x" * 121])
def test_a_view_needs_a_name_of_some_length(app: App, name: str) -> None:
    assert post(app.client(), "/views/save", name=name).status == 400


def test_only_rows_that_changed_are_answered(app: App) -> None:
    api = app.client()
    experiment = new_experiment(api)
    runs = [named_run(api, experiment, f"run {n}", 4_000_000_000_000) for n in range(3)]
    asked = {"experiment": experiment, "column": ["metrics.m", "params.p", "status"]}
    page = get(api, f"/experiments/{experiment}", **asked).body.decode()
    seen = dict(re.findall(r'data-run="(\w+)" data-live="(\w+)"', page))
    assert sorted(seen) == sorted(runs)
    known = [f"{run}.{digest}" for run, digest in seen.items()]

    assert Shown(fetched(api, known, asked)).ids == []
    log_metric(api, runs[0], "m", 0.5)
    log_param(api, runs[1], "p", "<b>")

    changed = Shown(fetched(api, known, asked))

    assert sorted(changed.ids) == sorted(runs[:2])
    assert sorted(row[1:3] for row in changed.rows) == [["-", "<b>"], ["0.5", "-"]]


def fetched(api: Api, known: list[str], asked: dict[str, object]) -> str:
    return get(api, "/runs/changed", run=known, **asked).body.decode()


def test_deleted_runs_stay_found_by_the_api_after_a_bulk_deletion(app: App) -> None:
    api = app.client()
    experiment = new_experiment(api)
    run = named_run(api, experiment, "run")

    post(api, "/runs/delete", run=[run])

    asked = SearchRuns(experiment_ids=[experiment], run_view_type=ViewType.DELETED_ONLY)
    assert [one.info.run_id for one in api.call(SEARCH_RUNS, asked).runs] == [run]
