"""What the pages of logged models say, and to whom, without a browser."""

from __future__ import annotations

import re
from html import unescape

import pytest
from trackgate_server.web.shown import NOTHING
from trackgate_wire.logged_models import (
    FINALIZE_LOGGED_MODEL,
    FinalizeLoggedModel,
    LoggedModelStatus,
)

from tests.fixtures.api import Answer, Api
from tests.fixtures.sites import App
from tests.scenarios.acts import new_experiment, new_name, new_run
from tests.scenarios.logged_model_acts import (
    artifact_path,
    delete_model,
    get_model,
    measure,
    new_model,
    put_file,
    tags_of,
)
from tests.scenarios.registry_acts import new_model as new_registered
from tests.scenarios.registry_acts import new_version

HOSTILE = "<script>alert(1)</script> <b onclick=alert(2)> {{7*7}} Bäume ?#&"
MLMODEL = """
flavors: {python_function: {loader_module: x}}
signature: {inputs: '[{"type": "double", "name": "petal length"}]'}
"""


@pytest.fixture
def api(app: App) -> Api:
    return app.client()


@pytest.fixture
def experiment(api: Api) -> str:
    return new_experiment(api)


def listed(api: Api, experiment: str, **query: str) -> str:
    answer = api.raw("GET", f"/experiments/{experiment}/models", query=query)
    assert answer.status == 200, answer.body.decode()
    return answer.body.decode()


def shown(api: Api, model: str) -> str:
    answer = api.raw("GET", f"/logged-models/{model}")
    assert answer.status == 200, answer.body.decode()
    return answer.body.decode()


def rows(page: str) -> list[list[str]]:
    """The cells of a table's rows, as words."""
    found = re.findall(r"<tr[^>]*>(.*?)</tr>", page, re.DOTALL)
    return [
        [words(cell) for cell in re.findall(r"<t[dh].*?</t[dh]>", row, re.DOTALL)]
        for row in found
    ]


def words(text: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", text)).split())


def heads(page: str) -> list[str]:
    return rows(page)[0]


def names(page: str) -> list[str]:
    return [row[0] for row in rows(page)[1:]]


# Lists


def test_an_experiment_without_models_says_how_to_log_one(
    api: Api, experiment: str
) -> None:
    assert "log_model" in listed(api, experiment)
    assert api.raw("GET", "/experiments/987654321/models").status == 404


def test_a_list_shows_what_most_models_have(api: Api, experiment: str) -> None:
    run = new_run(api, experiment)
    for number in range(3):
        params = {f"p{key}": str(number) for key in range(6)} | {f"q{number}": "x"}
        model = new_model(
            api,
            experiment,
            name=f"tree-{number}",
            params=params,
            model_type="sklearn",
            source_run_id=run,
        )
        measure(api, run, model, "accuracy", 0.25, ("train", "1"), timestamp=1)
        measure(api, run, model, "accuracy", 0.5 + number, ("test", "2"), timestamp=2)

    page = listed(api, experiment)

    assert heads(page)[5:] == ["accuracy", "p0", "p1", "p2", "p3"]
    assert [row[0] for row in rows(page)[1:]] == [
        f"tree-{number} sklearn" for number in (2, 1, 0)
    ]
    assert [row[5:7] for row in rows(page)[1:]] == [
        ["2.5", "2"],
        ["1.5", "1"],
        ["0.5", "0"],
    ]
    assert f"/runs/{run}" in page


def test_a_click_sorts_by_a_metric_and_keeps_the_rest(
    api: Api, experiment: str
) -> None:
    run = new_run(api, experiment)
    for name, value in (("a", 0.2), ("b", 0.9), ("c", 0.5)):
        measure(api, run, new_model(api, experiment, name=name), "f1", value)

    page = listed(api, experiment, name="%", column="metrics.f1")
    (link,) = re.findall(r'href="([^"]+)">f1</a>', page)
    by_f1 = api.raw("GET", unescape(link)).body.decode()

    assert names(by_f1) == ["a", "c", "b"]
    assert names(listed(api, experiment, order="-metrics.f1")) == ["b", "c", "a"]
    assert names(listed(api, experiment, order="-name")) == ["c", "b", "a"]
    assert "name=%25" in link
    assert "column=metrics.f1" in link


def test_a_list_goes_on_by_key_with_the_same_columns(api: Api, experiment: str) -> None:
    run = new_run(api, experiment)
    models = [new_model(api, experiment, name=f"m{n:02}") for n in range(51)]
    measure(api, run, models[50], "only the newest", 1)

    first = listed(api, experiment, order="-created")
    (link,) = re.findall(r'rel="next" href="([^"]+)"', first)
    second = api.raw("GET", unescape(link)).body.decode()

    assert len(names(first)) == 50
    assert names(second) == ["m00"]
    assert heads(second) == heads(first)
    assert "only the newest" in heads(second)


def test_a_filter_finds_and_shows_where_it_is_wrong(api: Api, experiment: str) -> None:
    for name in ("oak", "birch"):
        new_model(api, experiment, name=name, params={"depth": str(len(name))})

    found = listed(api, experiment, filter="params.depth = '3'")
    wrong = listed(api, experiment, name="o", filter="params.depth = 3 nonsense")
    nothing = listed(api, experiment, name="maple")

    assert names(found) == ["oak"]
    assert '<pre class="position">params.depth = <mark>' in wrong
    assert "No model meets that." in nothing


def test_a_list_says_what_became_of_the_models(api: Api, experiment: str) -> None:
    model = new_model(api, experiment, source_run_id="0" * 32)
    failed = FinalizeLoggedModel(model_id=model, status=LoggedModelStatus.FAILED)
    api.call(FINALIZE_LOGGED_MODEL, failed, model_id=model)
    name = new_registered(api)
    for _ in range(4):
        new_version(api, name, f"models:/{model}", model_id=model)

    (row,) = rows(listed(api, experiment))[1:]

    assert row[1] == "upload failed"
    assert row[3] == "gone"
    versions = " ".join(f"{name}, version {number}" for number in (2, 3, 4))
    assert row[4] == f"{versions} and 1 before"


# One model


def test_a_model_shows_the_newest_of_each_metric_and_dataset(
    api: Api, experiment: str
) -> None:
    run, other = new_run(api, experiment), new_run(api, experiment)
    model = new_model(api, experiment, source_run_id=run, params={"depth": "3"})
    measure(api, run, model, "f1", 0.1, ("train", "1a"), timestamp=5, step=1)
    measure(api, run, model, "f1", 0.2, ("train", "1a"), timestamp=9, step=2)
    measure(api, other, model, "f1", 0.3, ("test", "2b"), timestamp=7, step=3)
    measure(api, other, model, "auc", float("nan"))

    page = shown(api, model)
    found = [row[:4] for row in rows(page) if row[0] in ("f1", "auc")]

    assert found == [
        ["auc", NOTHING, "NaN", "0"],
        ["f1", "test 2b", "0.3", "3"],
        ["f1", "train 1a", "0.2", "2"],
    ]
    assert ["depth", "3"] in rows(page)
    assert f'href="/runs/{other}/points?metric=f1"' in page


def test_a_model_says_how_it_is_loaded_and_can_be_registered(
    app: App, api: Api, experiment: str
) -> None:
    model = new_model(api, experiment, name="tree")
    put_file(api, artifact_path(api, model, "MLmodel"), MLMODEL.encode())
    place = f"/logged-models/{model}/artifacts/register"

    page = shown(api, model)
    made = api.submit(place, name=(name := new_name()), path="", description="")

    assert f'load_model("models:/{model}")' in unescape(page)
    assert "petal length" in page
    assert f'href="{place}"' in page
    assert place not in shown(app.client("vera"), model)
    assert made.status == 303
    assert f"{name}, version 1" in words(shown(api, model))


def test_the_page_of_a_version_leads_to_its_logged_model(
    api: Api, experiment: str
) -> None:
    model = new_model(api, experiment)
    version = new_version(
        api, name := new_registered(api), f"models:/{model}", model_id=model
    )

    page = api.raw("GET", f"/models/{name.replace(' ', '%20')}/versions/{version}")

    assert f'href="/logged-models/{model}"' in page.body.decode()


def test_the_table_of_runs_leads_to_the_models(api: Api, experiment: str) -> None:
    page = api.raw("GET", f"/experiments/{experiment}").body.decode()

    assert f'href="/experiments/{experiment}/models"' in page


def test_its_files_are_one_tab_away(api: Api, experiment: str) -> None:
    model = new_model(api, experiment, name="tree")
    put_file(api, artifact_path(api, model, "MLmodel"), MLMODEL.encode())

    files = api.raw("GET", f"/logged-models/{model}/artifacts").body.decode()

    assert f'href="/logged-models/{model}/artifacts" aria-current="page"' in files
    assert f'href="/logged-models/{model}">Overview</a>' in files
    assert f'load_model("models:/{model}")' in unescape(files)


def test_what_is_deleted_is_said_to_be_so(api: Api, experiment: str) -> None:
    model = new_model(api, experiment, name="tree")
    delete_model(api, model)

    page = shown(api, model)

    assert "This model is deleted." in page
    assert "/artifacts" not in page
    assert "Set a tag" not in page
    assert api.raw("GET", "/logged-models/m-0").status == 404


def test_tags_are_set_and_removed_by_editors(
    app: App, api: Api, experiment: str
) -> None:
    model = new_model(api, experiment, tags={"team": "risk", "old": "x"})
    place = f"/logged-models/{model}/tags"

    done = [
        api.submit(place, key="team", value="vision"),
        api.submit(f"{place}/remove", key="old"),
    ]
    refused: Answer = app.client("vera").submit(place, key="team", value="none")

    assert [one.headers["Location"] for one in done] == [
        f"/logged-models/{model}?notice=tag-saved",
        f"/logged-models/{model}?notice=tag-removed",
    ]
    kept = tags_of(get_model(api, model))
    assert (kept["team"], "old" in kept) == ("vision", False)
    assert refused.status == 403
    assert "Set a tag" not in shown(app.client("vera"), model)


def test_the_columns_of_a_list_are_chosen(api: Api, experiment: str) -> None:
    run = new_run(api, experiment)
    model = new_model(api, experiment, params={"depth": "3", "seed": "7"})
    measure(api, run, model, "f1", 0.5)

    usual = listed(api, experiment)
    chosen = listed(api, experiment, column="params.seed")

    boxes = re.findall(r'name="column" value="([^"]*)"( checked)?', usual)
    assert boxes == [
        ("metrics.f1", " checked"),
        ("params.depth", " checked"),
        ("params.seed", " checked"),
    ]
    assert heads(chosen)[-2:] == ["Registered as", "seed"]
    assert "Show the usual" in chosen


def test_a_model_is_deleted_after_a_question(
    app: App, api: Api, experiment: str
) -> None:
    model = new_model(api, experiment, name="tree")
    place = f"/logged-models/{model}/delete"

    asked = api.raw("GET", place).body.decode()
    refused = app.client("vera").submit(place)
    kept = names(listed(api, experiment))
    done = api.submit(place)

    assert "Delete this logged model?" in asked
    assert place not in shown(app.client("vera"), model)
    assert refused.status == 403
    assert kept == ["tree"]
    back = f"/experiments/{experiment}/models?notice=logged-model-deleted"
    assert done.headers["Location"] == back
    assert "No models were logged" in listed(api, experiment)


def test_names_and_values_are_words(api: Api, experiment: str) -> None:
    run = new_run(api, experiment)
    model = new_model(
        api,
        experiment,
        name="<b onclick=alert(2)>",
        model_type=HOSTILE,
        params={HOSTILE: HOSTILE},
        tags={HOSTILE: HOSTILE, "mlflow.note.content": HOSTILE},
        source_run_id=run,
    )
    measure(api, run, model, "f1", 1.0, (HOSTILE, HOSTILE[:36]))

    for page in (listed(api, experiment), shown(api, model)):
        assert "<script>alert" not in page
        assert "<b onclick" not in page
        assert HOSTILE in unescape(page)
