"""What pages ask of the registry beyond the API, on both databases."""

from __future__ import annotations

import re
from html import unescape

from tests.fixtures.api import Api
from tests.fixtures.sites import App, Stack
from tests.scenarios.acts import get_run, new_experiment, new_name, new_run
from tests.scenarios.registry_acts import new_model, new_version


def test_a_models_versions_go_on_by_key(site: App | Stack) -> None:
    api = site.client()
    name = new_model(api, versions=51)

    first = text(api, f"/models/{name}".replace(" ", "%20"))
    (further,) = re.findall(r'rel="next" href="([^"]+)"', first)
    second = text(api, unescape(further))

    assert versions(first) == [str(number) for number in range(51, 1, -1)]
    assert versions(second) == ["1"]


def test_a_version_names_the_run_it_was_made_from(site: App | Stack) -> None:
    api = site.client()
    run = new_run(api, new_experiment(api))
    name = new_model(api, new_name("made"))
    new_version(api, name, run_id=run)

    run_name = get_run(api, run).info.run_name

    assert f'<a href="/runs/{run}">{run_name}</a>' in text(api, f"/models/{name}")
    assert "1 version" in text(api, f"/models/{name}/delete")


def test_models_are_found_by_a_part_of_their_names(site: App | Stack) -> None:
    api = site.client()
    stem = new_name("part")
    for name in (f"{stem} One", f"{stem} two", f"{stem} none of these"):
        new_model(api, name)

    found = text(api, f"/models?name={stem}%20ONE&filter=name%20%21%3D%20%27x%27")

    assert f"{stem} One</a>" in found
    assert f"{stem} two</a>" not in found


def versions(page: str) -> list[str]:
    """Those in the list, from above."""
    return re.findall(r'name="version" value="(\d+)"', page)


def text(api: Api, path: str) -> str:
    answer = api.raw("GET", path)
    assert answer.status == 200
    return answer.body.decode()
