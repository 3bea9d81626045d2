"""What the pages about experiments say, and to whom, without a browser."""

from __future__ import annotations

import re
from html import unescape
from urllib.parse import quote, urlencode

import pytest
from trackgate_wire.experiments import (
    GET_EXPERIMENT,
    Experiment,
    ExperimentRef,
)
from trackgate_wire.scalars import LifecycleStage

from tests.fixtures.api import Answer, Api
from tests.fixtures.sites import App
from tests.scenarios.acts import new_experiment, new_name, new_run

HOSTILE = "<script>alert(1)</script> \" ' & {{7*7}} Bäume ?#%2F\\"


def test_a_name_may_hold_anything(app: App) -> None:
    api = app.client()
    name = f"{HOSTILE} {new_name()}"
    experiment = new_experiment(api, name)

    for shown in (listed(api, name=name[-20:]), text(get(api, f"{experiment}/edit"))):
        assert "<script>alert" not in shown
        assert name in unescape(shown)


def test_the_list_says_what_happened_in_each(app: App) -> None:
    api, name = app.client(), new_name()
    experiment = new_experiment(api, name)
    for _ in range(3):
        new_run(api, experiment)

    shown = listed(api, name=name)

    assert '<td class="number">3</td>' in shown
    assert shown.count("<time") == 2


def test_a_name_is_searched_as_it_is_typed(app: App) -> None:
    api, name = app.client(), new_name("Vision")
    new_experiment(api, name)

    assert name in listed(api, name=name.upper()[2:])
    assert "No experiment meets that" in listed(api, name=f"{name} not")


def test_the_grammar_is_that_of_the_api_and_its_error_is_shown_in_place(
    app: App,
) -> None:
    api, name = app.client(), new_name()
    new_experiment(api, name)

    assert f">{name}</a>" in listed(api, filter=f"name = '{name}'")
    wrong = listed(api, filter="name = 'a' AND nonsense = 1")
    assert '<pre class="position">name = &#39;a&#39; AND <mark>n</mark>' in wrong


def test_a_list_goes_on_by_key(app: App) -> None:
    api, stem = app.client(), new_name("many")
    names = [f"{stem} {number:02}" for number in range(51)]
    for name in names:
        new_experiment(api, name)

    first = listed(api, name=stem, order="name")
    (link,) = re.findall(r'rel="next" href="([^"]+)"', first)
    second = text(api.raw("GET", unescape(link)))

    assert [one for one in names if f">{one}</a>" in first] == names[:50]
    assert [one for one in names if f">{one}</a>" in second] == names[50:]


def test_a_place_in_one_list_is_none_in_another(app: App) -> None:
    answer = get(app.client(), "?" + urlencode({"after": "bm9uc2Vuc2U="}))

    assert answer.status == 400
    assert "page token" in text(answer)


def test_forms_make_rename_delete_and_restore(app: App) -> None:
    api, name = app.client(), new_name()

    made = post(api, "", name=name)
    experiment = re.search(r"/experiments/(\d+)\?notice", made.headers["Location"])
    assert experiment is not None
    at = experiment[1]
    assert made.status == 303

    assert post(api, f"/{at}/rename", name=f"{name} two").status == 303
    assert found(api, at).name == f"{name} two"

    assert post(api, f"/{at}/delete").status == 303
    assert found(api, at).lifecycle_stage is LifecycleStage.DELETED
    assert f">{name} two</a>" in listed(api, name=name, view="deleted")
    assert f">{name} two</a>" not in listed(api, name=name)

    assert post(api, f"/{at}/restore").status == 303
    assert found(api, at).lifecycle_stage is LifecycleStage.ACTIVE


@pytest.mark.parametrize("where", ["", "/{}/rename"])
def test_a_name_that_is_taken_comes_back_with_the_reason(app: App, where: str) -> None:
    api, name = app.client(), new_name()
    new_experiment(api, name)
    other = new_experiment(api)

    answer = post(api, where.format(other), name=name)

    assert answer.status == 400
    assert "already exists" in text(answer)
    assert f'value="{name}"' in text(answer)


def test_tags_are_set_and_removed(app: App) -> None:
    api, experiment = app.client(), new_experiment(app.client())

    assert post(api, f"/{experiment}/tags", key="team", value=HOSTILE).status == 303
    assert tags(api, experiment) == {"team": HOSTILE}
    assert HOSTILE in unescape(text(get(api, f"{experiment}/edit")))

    assert post(api, f"/{experiment}/tags/remove", key="team").status == 303
    assert tags(api, experiment) == {}


def test_a_note_is_the_tag_that_the_stock_pages_use(app: App) -> None:
    api, experiment = app.client(), new_experiment(app.client())

    post(api, f"/{experiment}/note", note="**Bold**\r\n\r\n<b onclick=alert(1)>")

    assert tags(api, experiment) == {
        "mlflow.note.content": "**Bold**\n\n<b onclick=alert(1)>"
    }
    shown = text(get(api, f"{experiment}/edit"))
    assert "<strong>Bold</strong>" in shown
    assert "<b onclick" not in shown

    post(api, f"/{experiment}/note", note="")
    assert tags(api, experiment) == {}


def test_a_note_is_previewed_without_being_kept(app: App) -> None:
    api, experiment = app.client(), new_experiment(app.client())

    shown = text(post(api, f"/{experiment}/note", note="*new*", preview="1"))
    piece = app.client("vera").submit("/markdown", note="*new*")

    assert "<em>new</em>" in shown
    assert text(piece) == "<p><em>new</em></p>\n"
    assert tags(api, experiment) == {}


def test_a_viewer_sees_no_forms_and_cannot_use_them(app: App) -> None:
    vera, experiment = app.client("vera"), new_experiment(app.client())

    for shown in (listed(vera), text(get(vera, f"{experiment}/edit"))):
        assert 'method="post"' not in shown
    assert post(vera, f"/{experiment}/delete").status == 403
    assert post(vera, "", name=new_name()).status == 403


def listed(api: Api, **query: str) -> str:
    answer = get(api, "?" + urlencode(query))
    assert answer.status == 200
    return text(answer)


def get(api: Api, rest: str) -> Answer:
    return api.raw("GET", "/experiments" + ("" if rest[0] == "?" else "/") + rest)


def post(api: Api, rest: str, **fields: str) -> Answer:
    path = "/experiments" + quote(rest)
    return api.submit(path, **fields)


def text(answer: Answer) -> str:
    return answer.body.decode()


def found(api: Api, experiment: str) -> Experiment:
    return api.call(GET_EXPERIMENT, ExperimentRef(experiment)).experiment


def tags(api: Api, experiment: str) -> dict[str, str]:
    return {tag.key: tag.value for tag in found(api, experiment).tags}
