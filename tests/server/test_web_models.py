"""What the pages about models say, and to whom, without a browser."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path
from urllib.parse import quote

from tests.fixtures.api import Answer, Api
from tests.fixtures.databases import NewStore
from tests.fixtures.sites import App, running_app
from tests.scenarios.acts import (
    get_run,
    log_metric,
    log_param,
    new_experiment,
    new_name,
    new_run,
)
from tests.scenarios.registry_acts import (
    get_model,
    get_version,
    move,
    new_model,
    new_version,
    set_alias,
    stages,
)

HOSTILE = "<script>alert(1)<b onclick=alert(2)>\n\t \" ' & {{7*7}} Bäume ?#%2F\\"


def test_a_name_may_hold_anything_the_registry_allows(app: App) -> None:
    api = app.client()
    name = new_model(api, f"{HOSTILE} {new_name()}")
    new_version(api, name)

    for path in (page_of(name), f"{page_of(name)}/versions/1"):
        shown = api.raw("GET", path)

        assert shown.status == 200
        assert "<script>alert" not in text_of(shown)
        assert name in unescape(text_of(shown))
    assert links_to(page_of(name), listed(api, name=name[-20:]))


def test_the_search_knows_the_grammar_and_shows_where_it_is_wrong(app: App) -> None:
    shown = listed(app.client(), filter="name = 'a' AND nonsense = 1")

    assert '<pre class="position">name = &#39;a&#39; AND <mark>n</mark>' in shown


def test_a_list_goes_on_by_key(app: App) -> None:
    api, stem = app.client(), new_name("many")
    names = [new_model(api, f"{stem} {number:02}") for number in range(51)]

    first = listed(api, name=stem)
    (link,) = re.findall(r'rel="next" href="([^"]+)"', first)
    second = text_of(api.raw("GET", unescape(link)))

    assert [one for one in names if f">{one}</a>" in first] == names[:50]
    assert [one for one in names if f">{one}</a>" in second] == names[50:]


def test_forms_change_a_model_and_lead_back_to_it(app: App) -> None:
    api = app.client()
    name = new_name()

    assert api.submit("/models", name=name).status == 303
    place = page_of(name)
    done = [
        api.submit(f"{place}/description", note="**good**"),
        api.submit(f"{place}/tags", key="team", value="vision"),
        api.submit(f"{place}/tags", key="gone", value="x"),
        api.submit(f"{place}/tags/remove", key="gone"),
    ]

    assert {answer.headers["Location"].split("?")[0] for answer in done} == {place}
    model = get_model(api, name)
    assert model.description == "**good**"
    assert [(tag.key, tag.value) for tag in model.tags] == [("team", "vision")]


def test_a_deletion_says_what_goes_before_it_happens(app: App) -> None:
    api = app.client()
    name = new_model(api, versions=3)
    move(api, name, "2", "Production")
    set_alias(api, name, "champion", "3")

    asked = text_of(api.raw("GET", f"{page_of(name)}/delete"))

    assert "3 versions" in asked
    assert "version 2 (Production)" in asked
    assert "@champion" in asked
    assert api.submit(f"{page_of(name)}/delete").status == 303
    assert api.raw("GET", page_of(name)).status == 404
    assert api.raw("GET", f"{page_of(name)}/history").status == 200


def test_a_viewer_sees_all_and_no_form(app: App) -> None:
    ada, vera = app.client("ada"), app.client("vera")
    name = new_model(ada, versions=2)
    place = page_of(name)

    for path in ("/models", place, f"{place}/versions/1", f"{place}/history"):
        shown = text_of(vera.raw("GET", path))
        assert 'method="post"' not in shown
        assert 'method="post"' in text_of(ada.raw("GET", path)) or "history" in path
    assert vera.submit(f"{place}/delete").status == 403


def test_a_version_is_moved_with_a_comment_and_archives_what_was_there(
    app: App,
) -> None:
    api = app.client()
    name = new_model(api, versions=2)
    move(api, name, "1", "Production")
    place = f"{page_of(name)}/versions/2"

    done = api.submit(
        f"{place}/stage", stage="Production", archive="on", comment=HOSTILE
    )

    assert done.headers["Location"].startswith(place)
    assert stages(api, name, "1", "2") == ["Archived", "Production"]
    shown = text_of(api.raw("GET", page_of(name)))
    assert HOSTILE in unescape(shown)
    assert "<script>alert" not in shown


def test_a_versions_forms_change_it(app: App) -> None:
    api = app.client()
    name = new_model(api, versions=1)
    place = f"{page_of(name)}/versions/1"

    done = [
        api.submit(f"{place}/aliases", alias="@champion", comment="best so far"),
        api.submit(f"{place}/aliases", alias="gone"),
        api.submit(f"{place}/aliases/remove", alias="gone"),
        api.submit(f"{place}/description", note="fine"),
        api.submit(f"{place}/tags", key="team", value="vision"),
        api.submit(f"{place}/tags", key="gone"),
        api.submit(f"{place}/tags/remove", key="gone"),
    ]

    assert [answer.status for answer in done] == [303] * len(done)
    version = get_version(api, name, "1")
    assert version.aliases == ["champion"]
    assert version.description == "fine"
    assert [(tag.key, tag.value) for tag in version.tags] == [("team", "vision")]
    assert "champion" in text_of(api.raw("GET", f"{place}/delete"))
    assert api.submit(f"{place}/delete").status == 303
    assert get_model(api, name).latest_versions == []


def test_two_versions_are_held_against_each_other(app: App) -> None:
    api = app.client()
    name = new_model(api)
    experiment = new_experiment(api)
    for depth, loss in (("3", 0.5), ("4", 0.25)):
        run = new_run(api, experiment)
        log_param(api, run, "depth", depth)
        log_param(api, run, "kernel", "rbf")
        log_metric(api, run, "loss", loss)
        new_version(api, name, run_id=run)

    path = f"{page_of(name)}/compare?version=1&version=2"
    differing, alike = text_of(api.raw("GET", path)).split("What is the same")

    assert re.search(r"loss</th><td[^>]*>0.5</td><td[^>]*>0.25</td>", differing)
    assert "-0.25" in differing
    assert re.search(r"depth</th><td>3</td><td>4</td>", differing)
    assert "kernel" in alike
    assert "kernel" not in differing
    chosen = api.raw("GET", f"{page_of(name)}/compare?version=1")
    assert 'value="1"' in text_of(chosen)


def test_a_version_shows_what_its_model_file_says(app: App) -> None:
    api = app.client()
    name, number = version_with_file(api, MLMODEL)

    shown = text_of(api.raw("GET", f"{page_of(name)}/versions/{number}"))

    assert re.search(r"width</td><td[^>]*>double</td>", shown)
    assert f"models:/{name}/{number}" in unescape(shown)
    assert "<b onmouseover" not in shown


def test_a_version_without_a_readable_model_file_is_still_shown(app: App) -> None:
    api = app.client()
    for text in ("a: &a [*a, *a", "&a [" * 2000, "x" * 300_000, "\0\1"):
        name, number = version_with_file(api, text)

        assert api.raw("GET", f"{page_of(name)}/versions/{number}").status == 200


def test_served_models_can_be_tried_with_an_example(
    tmp_path: Path, new_store: NewStore
) -> None:
    served = " ".join(f"models:/Decision%20Tree{pick}" for pick in PICKS)
    settings = {"served_models": served, "static_prefix": "/team"}
    with running_app(tmp_path, new_store("sqlite"), **settings) as app:
        ada, vera = app.client("ada"), app.client("vera")
        name, number = version_with_file(ada, MLMODEL, "Decision Tree")
        move(ada, name, number, "Production")
        set_alias(ada, name, "champion", number)

        shown = unescape(text_of(vera.raw("GET", f"{page_of(name)}/served")))

        path = "/team/serve/Decision%20Tree"
        assert f'action="{path}/Production/invocations"' in shown
        assert f'action="{path}/%40champion/invocations"' in shown
        assert shown.count("No version is registered there.") == 1
        assert '"width": 0.0' in shown
        assert '"note"' not in shown
        assert links_to(f"/team{page_of(name)}/served", listed(vera))


PICKS = ("/Production", "@champion", "/Staging")
MLMODEL = """
flavors:
  python_function: {loader_module: nothing, python_version: 3.11.0}
  "<b onmouseover=alert(1)>": {}
signature:
  inputs: '[{"type": "double", "name": "width", "required": true},
    {"type": "string", "name": "note", "required": false}]'
  outputs: '[{"type": "long"}]'
  params: null
"""


def version_with_file(
    api: Api, mlmodel: str, name: str | None = None
) -> tuple[str, str]:
    """A version of a run with an MLmodel file: the model's name, its number."""
    run = new_run(api, new_experiment(api))
    info = get_run(api, run).info
    place = f"{info.artifact_uri.partition(':')[2]}/model"
    upload = f"/api/2.0/mlflow-artifacts/artifacts{place}/MLmodel"
    assert api.raw("PUT", upload, body=mlmodel).status == 200
    name = new_model(api, name)
    return name, new_version(api, name, f"runs:/{run}/model", run_id=run)


def page_of(name: str) -> str:
    return f"/models/{quote(name, safe='')}"


def listed(api: Api, **query: str) -> str:
    return text_of(api.raw("GET", "/models", query=query))


def links_to(path: str, text: str) -> bool:
    return f'href="{path}"' in text


def text_of(answer: Answer) -> str:
    return answer.body.decode()
