"""What a browser is shown that asks for what is not there or not allowed."""

from __future__ import annotations

import pytest

from tests.fixtures.sites import App

BROWSER = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


def test_a_browser_is_shown_a_page_where_nothing_is(app: App) -> None:
    answer = app.client("vera").raw("GET", "/no/such<page>", headers=BROWSER)

    assert answer.status == 404
    assert answer.headers["Content-Type"].startswith("text/html")
    assert "Not found" in answer.body.decode()
    assert "/no/such&lt;page&gt;" in answer.body.decode()
    assert "vera" in answer.body.decode()


@pytest.mark.parametrize(
    ("path", "headers"),
    [
        ("/api/2.0/mlflow/no-such-call", BROWSER),
        ("/no/such/page", {"Accept": "*/*"}),
        ("/no/such/page", {"Accept": "application/json"}),
    ],
)
def test_a_program_is_told_in_json(
    app: App, path: str, headers: dict[str, str]
) -> None:
    answer = app.client("vera").raw("GET", path, headers=headers)

    assert (answer.status, answer.error_code) == (404, "ENDPOINT_NOT_FOUND")


def test_who_has_no_role_learns_nothing_of_the_site(app: App) -> None:
    answer = app.client("nobody").raw("GET", "/no/such/page", headers=BROWSER)

    assert answer.status == 403
    assert "has no role" in answer.body.decode()
    assert "<nav" not in answer.body.decode()


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Origin": "http://elsewhere.test"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site", "Origin": "http://localhost"},
    ],
)
def test_a_form_of_another_site_changes_nothing(
    app: App, headers: dict[str, str]
) -> None:
    answer = app.client("adam").raw("POST", "/experiments", headers=headers)

    assert answer.status == 403
    assert "<h1>Not allowed</h1>" in answer.body.decode()
