"""The first page, and how to connect."""

from __future__ import annotations

import pytest
from trackgate_wire.runs import CREATE_RUN, CreateRun

from tests.browser.conftest import Sit
from tests.fixtures.sites import Stack, running_stack
from tests.scenarios.acts import new_experiment, new_name, new_run

pytestmark = [
    *(pytest.mark.browser, pytest.mark.slow),
    pytest.mark.usefixtures("work", "runs_of_two"),
]

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


@pytest.fixture(scope="module")
def runs_of_two(stack: Stack) -> None:
    """The newest runs, in experiments with hostile names."""
    for name in ("ada", "adam"):
        api = stack.client(name)
        experiment = new_experiment(api, f"{HOSTILE} {new_name()[:20]}")
        for _ in range(4):
            new_run(api, experiment)
        api.call(CREATE_RUN, CreateRun(experiment_id=experiment, run_name=HOSTILE))


def test_everybody_can_read_them(sit: Sit) -> None:
    reader = sit("adam")

    for name, path in {"home": "/", "connect": "/connect"}.items():
        reader.go(path)
        assert reader.page.title() != "taken"
        reader.looks_right(name)


def test_who_is_lost_is_told_so(sit: Sit) -> None:
    reader = sit("adam")

    assert reader.go("/no/page").status == 404

    # A browser tells of every answer that is 404.
    assert all("404" in one for one in reader.problems)
    reader.problems.clear()
    reader.looks_right("lost")


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
        reader = sit("adam", site=fresh)
        reader.go("/")
        assert "Nothing has been logged here yet" in reader.text()
        assert fresh.address in reader.text()
        reader.looks_right("home-empty")


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
