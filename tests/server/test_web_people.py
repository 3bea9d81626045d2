"""Who may come in: the page for admins, and how a stack carries it out."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
import requests
from trackgate_wire.server import GET_CHANGES, Change, GetChanges

from tests.fixtures.api import Answer, Api
from tests.fixtures.sites import App, Stack, running_stack


@pytest.fixture(scope="module")
def own_stack() -> Iterator[Stack]:
    """A stack whose people may be changed."""
    with running_stack() as stack:
        yield stack


def test_only_admins_come_here(app: App) -> None:
    for name in ("vera", "ada"):
        assert app.client(name).raw("GET", "/people").status == 403
        assert post(app.client(name), "/vera/role", role="admin").status == 403


def test_everybody_is_listed_with_role_and_last_visit(app: App) -> None:
    app.client("vera").raw("GET", "/connect")

    shown = text(app.client("adam").raw("GET", "/people"))

    row = shown.partition("<strong>vera</strong>")[2].partition("</tr>")[0]
    assert "<option selected>viewer</option>" in row
    assert row.count("<time") == 2


def test_a_role_is_set(app: App) -> None:
    adam = app.client("adam")

    assert post(adam, "/vera/role", role="editor").status == 303
    row = text(adam.raw("GET", "/people")).partition("<strong>vera</strong>")[2]
    assert "<option selected>editor</option>" in row.partition("</tr>")[0]
    assert post(adam, "/vera/role", role="viewer").status == 303


@pytest.mark.parametrize(
    ("name", "role", "status"),
    [("adam", "viewer", 400), ("vera", "king", 400), ("stranger", "viewer", 404)],
)
def test_a_role_that_cannot_be_is_refused(
    app: App, name: str, role: str, status: int
) -> None:
    assert post(app.client("adam"), f"/{name}/role", role=role).status == status


def test_where_passwords_are_out_of_reach_the_page_shows_the_command(app: App) -> None:
    adam = app.client("adam")

    shown = text(adam.raw("GET", "/people"))

    assert "docker compose run --rm setup users add NAME" in shown
    assert "New password" not in shown
    assert post(adam, "", name="grace", role="viewer").status == 400


@pytest.mark.nginx
@pytest.mark.slow
def test_a_person_is_let_in_renewed_and_locked_out(own_stack: Stack) -> None:
    adam = own_stack.client("adam")

    added = post(adam, "", name="grace", role="viewer")
    first = password_in(added)
    assert added.headers["Cache-Control"] == "no-store"
    assert status(own_stack, "grace", first) == 200

    second = password_in(post(adam, "/grace/password"))
    assert status(own_stack, "grace", first) == 401
    assert status(own_stack, "grace", second) == 200

    assert post(adam, "/grace/remove").status == 303
    assert status(own_stack, "grace", second) == 401
    done = [(one.action, one.detail) for one in changes_of(adam, "grace")]
    assert done == [("remove", ""), ("set password", ""), ("set role", "viewer")]
    assert {one.user for one in changes_of(adam, "grace")} == {"adam"}
    for file in own_stack.data.log.iterdir():
        assert first not in file.read_text()
        assert second not in file.read_text()


@pytest.mark.nginx
@pytest.mark.slow
@pytest.mark.parametrize(
    "name", ["ada", "--help", "a b", "../x", "", "a:b", "trackgate-serving"]
)
def test_a_name_that_cannot_be_comes_back_with_the_reason(
    own_stack: Stack, name: str
) -> None:
    answer = post(own_stack.client("adam"), "", name=name, role="viewer")

    assert answer.status == 400
    assert 'class="problem"' in text(answer)
    assert "Traceback" not in text(answer)


def test_nobody_locks_themselves_out(own_stack: Stack) -> None:
    assert post(own_stack.client("adam"), "/adam/remove").status == 400


def post(api: Api, rest: str, **fields: str) -> Answer:
    return api.submit(f"/people{rest}", **fields)


def text(answer: Answer) -> str:
    return answer.body.decode()


def password_in(answer: Answer) -> str:
    assert answer.status == 200
    found = re.search(r"TRACKING_PASSWORD=(\S+)", text(answer))
    assert found is not None
    return found[1].removesuffix("</code></pre></div>")


def status(stack: Stack, name: str, password: str) -> int:
    place = f"{stack.address}/version"
    return requests.get(place, auth=(name, password), timeout=30).status_code


def changes_of(api: Api, name: str) -> list[Change]:
    return api.call(GET_CHANGES, GetChanges(target=f"user/{name}")).changes
