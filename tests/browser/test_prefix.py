"""A site below a path: what the pages' modules ask for stays below it too."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Request, Response

from tests.browser.conftest import Reader, Sit
from tests.fixtures.sites import Stack, running_stack
from tests.scenarios.acts import log_metric, log_param, new_experiment, new_run
from tests.scenarios.artifact_acts import png, put_files
from tests.scenarios.registry_acts import new_model, new_version

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.nginx]

PREFIX = "/team"


@pytest.fixture(scope="module")
def site() -> Iterator[Stack]:
    with running_stack(None, "--static-prefix", PREFIX) as stack:
        yield stack


@pytest.fixture(scope="module")
def runs(site: Stack) -> list[str]:
    """Two runs under way; the first has files."""
    api = site.client()
    experiment = new_experiment(api)
    runs = [new_run(api, experiment) for _ in range(2)]
    for depth, run in enumerate(runs):
        log_param(api, run, "depth", str(depth))
        for step in range(3):
            log_metric(api, run, "loss", depth + step, timestamp=step, step=step)
    images = {f"images/a_step_{step}.png": png(step, 0, 0) for step in (1, 2)}
    put_files(api, runs[0], {**images, "code/train.py": "pass"})
    return runs


class Watched:
    """A reader, and what the pages asked for meanwhile."""

    def __init__(self, reader: Reader) -> None:
        self.reader = reader
        self.asked: list[str] = []
        self.refused: list[str] = []
        reader.page.on("request", self._asked)
        reader.page.on("response", self._answered)

    def _asked(self, request: Request) -> None:
        if not request.url.startswith(("data:", "blob:")):
            self.asked.append(request.url.removeprefix(self._origin))

    def _answered(self, response: Response) -> None:
        if response.status >= 400:
            self.refused.append(f"{response.status} {response.url}")

    @property
    def _origin(self) -> str:
        return self.reader.site.address.removesuffix(PREFIX)

    def has_asked(self, part: str) -> bool:
        return any(part in address for address in self.asked)

    def stayed(self) -> bool:
        """Whether all of it was below the prefix, and answered."""
        out = [one for one in self.asked if not one.startswith(f"{PREFIX}/")]
        assert (out, self.refused, self.reader.problems) == ([], [], [])
        return True


@pytest.fixture
def watched(sit: Sit, site: Stack, runs: list[str]) -> Watched:
    del runs
    return Watched(sit("ada", site=site))


def test_what_goes_on_is_fetched_below_it(watched: Watched, runs: list[str]) -> None:
    page = watched.reader.page
    page.clock.install()

    for path in ("/experiments/1", f"/runs/{runs[0]}", f"/runs/{runs[0]}/charts"):
        watched.reader.go(path)
        with page.expect_response(lambda one: "seen=" in one.url or "run=" in one.url):
            watched.reader.pass_time(30)

    assert watched.has_asked("/runs/changed?")
    assert watched.has_asked(f"/runs/{runs[0]}/news?")
    assert watched.has_asked("/metrics/get-history-bulk-interval?")
    assert watched.stayed()


def test_runs_are_compared_below_it(watched: Watched, runs: list[str]) -> None:
    page = watched.reader.page
    with page.expect_response("**/get-history-bulk-interval?**"):
        watched.reader.go(f"/compare?run={runs[0]}&run={runs[1]}")

    assert watched.stayed()


def test_files_are_opened_below_it(watched: Watched, runs: list[str]) -> None:
    page = watched.reader.page
    watched.reader.go(f"/runs/{runs[0]}/artifacts")
    page.press(".artifact-tree a.item[data-folder=code]", "ArrowRight")
    page.click(".artifact-tree >> text=train.py")
    page.wait_for_selector("#artifact .lines")
    page.click(".artifact-tree >> text=images")
    slider = page.get_by_label("Step of")
    slider.press("ArrowLeft")
    page.wait_for_url("**&step=1")
    page.click(".artifact-tree >> text=a_step_1.png")
    page.wait_for_selector("[data-steps=file]")
    page.get_by_label("Step of").press("ArrowRight")
    page.wait_for_url("**a_step_2.png")

    assert watched.has_asked("/artifacts/branch?path=")
    assert watched.stayed()


def test_notes_are_looked_at_and_saved_below_it(
    watched: Watched, runs: list[str]
) -> None:
    page = watched.reader.page
    watched.reader.go(f"/runs/{runs[0]}")
    page.click("text=Write a note")
    page.fill("#note", "A **note**.")
    page.click("text=Preview")
    page.wait_for_selector(".preview strong")
    page.click("form.note >> text=Save")
    page.wait_for_selector(".notice")

    assert watched.has_asked(f"{PREFIX}/markdown")
    assert watched.stayed()


def test_lists_go_on_below_it(watched: Watched) -> None:
    api = watched.reader.site.client()
    for number in range(51):
        new_version(api, new_model(api, f"tree {number:02}"))
    page = watched.reader.page
    watched.reader.go("/models")
    page.click("a[rel=next]")
    page.wait_for_selector("tbody tr:nth-child(51)")

    assert watched.stayed()


def test_addresses_of_the_stock_pages_lead_on_below_it(
    watched: Watched, runs: list[str]
) -> None:
    watched.reader.go(f"/#/experiments/1/runs/{runs[0]}")
    watched.reader.page.wait_for_url(f"**{PREFIX}/runs/{runs[0]}")

    assert watched.stayed()
