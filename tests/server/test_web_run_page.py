"""The page of one run, asked for without a browser."""

from __future__ import annotations

from trackgate_wire.metrics import Metric

from tests.fixtures.sites import App
from tests.scenarios import acts


def text_of(app: App, path: str, name: str = "ada") -> str:
    answer = app.client(name).raw("GET", path)
    assert answer.status == 200, answer.body[:2000].decode()
    return answer.body.decode()


def test_a_run_with_nothing_has_a_page(app: App) -> None:
    api = app.client()
    run = acts.new_run(api, acts.new_experiment(api))

    page = text_of(app, f"/runs/{run}")

    assert "No metrics yet." in page
    assert run in page


def test_a_run_shows_what_it_logged(app: App) -> None:
    api = app.client()
    run = acts.new_run(api, acts.new_experiment(api))
    acts.log_points(api, run, [Metric("loss", 1 / n, n, n) for n in range(1, 50)])
    acts.log_param(api, run, "rate", "0.01")
    acts.set_tag(api, run, "team", "vision")

    page = text_of(app, f"/runs/{run}")

    assert "loss" in page
    assert "0.020408" in page
    assert "vision" in page
    assert '<path d="M' in page
