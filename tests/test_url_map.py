"""Every route the application has, walked by somebody without a name."""

from __future__ import annotations

import pytest
from trackgate_wire.artifacts import BYTE_ROUTES
from trackgate_wire.endpoint import Access, Endpoint, Message
from trackgate_wire.endpoints import ENDPOINTS

from tests.fixtures.api import filled
from tests.fixtures.sites import App

# What anybody may ask: whether the server is up, and what a signature opens.
OPEN = {
    ("GET", "/health"),
    *((one.method, url) for one in BYTE_ROUTES if not one.access for url in one.urls),
}
# What stands for the variables of paths.
PARTS = {
    "artifact_path": "x",
    "model_id": "x",
    "tag_key": "x",
    "token": "x",
    "filename": "x",
    "name": "x",
}


def routes(app: App) -> set[tuple[str, str]]:
    return {
        (method, rule.rule)
        for rule in app.flask.url_map.iter_rules()
        for method in rule.methods or ()
    }


def test_no_route_answers_without_a_name(app: App) -> None:
    stranger = app.client(None)
    answering: set[tuple[str, str]] = set()

    for method, path in routes(app):
        answer = stranger.raw(method, filled(path, **PARTS))
        if answer.status != 401:
            answering.add((method, path))

    assert {(m.replace("HEAD", "GET"), path) for m, path in answering} == OPEN


def test_no_route_answers_a_name_without_a_role(app: App) -> None:
    nobody = app.client("nobody")

    for method, path in routes(app):
        answer = nobody.raw(method, filled(path, **PARTS))
        assert answer.status == 403 or path == "/health", (method, path)


def test_everything_of_the_protocol_is_served(app: App) -> None:
    promised = {
        (method, url)
        for endpoint in ENDPOINTS
        for method in endpoint.methods
        for url in endpoint.urls
    } | {(route.method, url) for route in BYTE_ROUTES for url in route.urls}

    assert promised <= routes(app)


@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=lambda one: one.path)
def test_what_changes_something_needs_more_than_a_viewer(
    endpoint: Endpoint[Message, Message],
) -> None:
    reads = "GET" in endpoint.methods or "/search" in endpoint.path

    assert endpoint.access >= (Access.READ if reads else Access.WRITE)
