"""The first page, and how to connect."""

from __future__ import annotations

import pytest
from trackgate_wire.experiments import SET_EXPERIMENT_TAG, SetExperimentTag
from trackgate_wire.runs import CREATE_RUN, CreateRun

from tests.browser.conftest import DESKTOP, PHONE, Sit
from tests.fixtures.sites import Stack, running_stack
from tests.scenarios.acts import new_experiment, new_name, new_run

pytestmark = [pytest.mark.browser, pytest.mark.slow]

ONWARD = {
    "/#/experiments/1/runs/abc": "/runs/abc",
    "/#/experiments/1": "/experiments/1",
    "/#/experiments/1/runs/abc/artifactPath/a/b.png": (
        "/runs/abc/artifacts?path=a%2Fb.png"
    ),
    "/#/models/my%20model/versions/3": "/models/my%20model/versions/3",
    "/#/models": "/models",
    '/#/compare-runs?runs=["a","b"]&experiments=["1"]': "/compare?run=a&run=b",
    "/#//elsewhere.test/x": "/#//elsewhere.test/x",
}
HOSTILE = "<img src=x onerror=\"document.title='taken'\">"


@pytest.fixture(scope="module", autouse=True)
def work(stack: Stack) -> None:
    """Runs of two people, and changes."""
    for name in ("ada", "adam"):
        api = stack.client(name)
        experiment = new_experiment(api, f"{HOSTILE} {new_name()[:20]}")
        for _ in range(4):
            new_run(api, experiment)
        api.call(CREATE_RUN, CreateRun(experiment_id=experiment, run_name=HOSTILE))
        tag = SetExperimentTag(experiment, "team", "vision")
        api.call(SET_EXPERIMENT_TAG, tag)


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_everybody_can_read_it(sit: Sit, size: tuple[int, int], scheme: str) -> None:
    reader = sit("adam", size=size, scheme=scheme)

    for name, path in {"home": "/", "connect": "/connect", "lost": "/no/page"}.items():
        reader.go(path)
        reader.picture(f"{name}-{size[0]}-{scheme}")
        assert reader.faults() == []
    assert reader.page.title() != "taken"
    # A browser tells of every answer that is 404.
    assert all("404" in one for one in reader.problems)


def test_it_says_who_i_am_without_a_script(sit: Sit) -> None:
    reader = sit("vera", javascript=False)

    reader.go("/")

    assert reader.page.locator(".who").inner_text().split() == ["vera", "viewer"]


def test_my_runs_stand_apart_from_the_teams(sit: Sit) -> None:
    reader = sit("ada", javascript=False)

    reader.go("/")

    team = reader.page.get_by_role("table", name="Newest runs of the team")
    assert {"ada", "adam"} <= set(team.inner_text().split())
    assert "adam" not in reader.page.get_by_role("table", name="Your runs").inner_text()


def test_only_an_admin_is_shown_the_servers_disks(sit: Sit) -> None:
    for name, shown in (("ada", 0), ("adam", 1)):
        reader = sit(name, javascript=False)
        reader.go("/")
        assert reader.page.get_by_role("meter").count() == shown


def test_a_newcomer_is_told_what_to_do(sit: Sit) -> None:
    with running_stack() as fresh:
        for scheme in ("light", "dark"):
            reader = sit("adam", scheme=scheme)
            reader.site = fresh
            reader.go("/")
            reader.picture(f"home-empty-{scheme}")
            assert "Nothing has been logged here yet" in reader.text()
            assert fresh.address in reader.text()
            assert reader.faults() == []


def test_connecting_needs_nothing_but_the_password(sit: Sit) -> None:
    reader = sit()

    reader.go("/connect")

    text = reader.text()
    assert f"export TRACKING_URI={reader.site.address}\n" in text
    assert "export MLFLOW_TRACKING_USERNAME=ada\n" in text
    assert reader.site.passwords["ada"] not in reader.page.content()
    buttons = reader.page.get_by_role("button", name="Copy")
    assert buttons.count() == reader.page.locator("pre").count()
    buttons.first.click()
    reader.page.wait_for_selector("text=/Copied|Selected/")
    assert reader.problems == []


def test_addresses_of_the_stock_pages_lead_on(sit: Sit) -> None:
    reader = sit()

    for theirs, ours in ONWARD.items():
        reader.page.goto("about:blank")
        reader.page.goto(reader.site.address + theirs)
        reader.page.wait_for_url(reader.site.address + ours)
