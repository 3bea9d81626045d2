"""What the pages about models say, and to whom, without a browser."""

from __future__ import annotations

import re
from html import unescape
from urllib.parse import quote, urlencode

from tests.fixtures.api import Answer, Api
from tests.fixtures.sites import App
from tests.scenarios.acts import new_name
from tests.scenarios.registry_acts import (
    get_model,
    move,
    new_model,
    new_version,
    set_alias,
)

HOSTILE = "<script>alert(1)<b onclick=alert(2)> \" ' & {{7*7}} Bäume ?#%2F\\"
FORM = {
    "Content-Type": "application/x-www-form-urlencoded",
    "Sec-Fetch-Site": "same-origin",
}


def test_a_name_may_hold_anything_the_registry_allows(app: App) -> None:
    api = app.client()
    name = new_model(api, f"{HOSTILE} {new_name()}")
    new_version(api, name)

    for path in (page_of(name),):
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

    assert post(api, "/models", name=name).status == 303
    place = page_of(name)
    done = [
        post(api, f"{place}/description", description="**good**"),
        post(api, f"{place}/tags", key="team", value="vision"),
        post(api, f"{place}/tags", key="gone", value="x"),
        post(api, f"{place}/tags/remove", key="gone"),
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
    assert post(api, f"{page_of(name)}/delete").status == 303
    assert api.raw("GET", page_of(name)).status == 404
    assert api.raw("GET", f"{page_of(name)}/history").status == 200


def test_a_viewer_sees_all_and_no_form(app: App) -> None:
    ada, vera = app.client("ada"), app.client("vera")
    name = new_model(ada, versions=2)
    place = page_of(name)

    for path in ("/models", place, f"{place}/history"):
        shown = text_of(vera.raw("GET", path))
        assert 'method="post"' not in shown
        assert 'method="post"' in text_of(ada.raw("GET", path)) or "history" in path
    assert post(vera, f"{place}/delete").status == 403


def page_of(name: str) -> str:
    return f"/models/{quote(name, safe='')}"


def listed(api: Api, **query: str) -> str:
    return text_of(api.raw("GET", "/models", query=query))


def links_to(path: str, text: str) -> bool:
    return f'href="{path}"' in text


def post(api: Api, path: str, **fields: str) -> Answer:
    return api.raw("POST", path, body=urlencode(fields), headers=FORM)


def text_of(answer: Answer) -> str:
    return answer.body.decode()
