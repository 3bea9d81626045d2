"""Who may do what: every route, asked by everybody."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from pathlib import Path

import pytest
from trackgate_wire.artifacts import BYTE_ROUTES, SIGNED_VERDICT, ByteRoute
from trackgate_wire.endpoint import ROLES, Access, Endpoint, Message
from trackgate_wire.endpoints import ENDPOINTS
from trackgate_wire.errors import PermissionDenied
from trackgate_wire.experiments import CREATE_EXPERIMENT, CreateExperiment
from trackgate_wire.server import PURGE, SERVER_STATE, WHOAMI, Purge

from tests.fixtures.api import Answer, Api, OverHttp, filled
from tests.fixtures.databases import NewStore
from tests.fixtures.sites import (
    PEOPLE,
    App,
    Sites,
    Stack,
    running_app,
    running_server,
)
from tests.scenarios.acts import new_name

Route = Endpoint[Message, Message] | ByteRoute

ROUTES: tuple[Route, ...] = (*ENDPOINTS, *BYTE_ROUTES)
GUARDED = tuple(route for route in ROUTES if route.access is not Access.OPEN)
SIGNED = tuple(route for route in ROUTES if route.access is Access.OPEN)
# What stands for the variables of paths.
PARTS = {
    "artifact_path": "none/such",
    "model_id": "m-none",
    "tag_key": "none",
    "token": "forged",
}


@pytest.fixture(
    scope="session",
    params=["in-process", pytest.param("nginx", marks=pytest.mark.nginx)],
)
def site(request: pytest.FixtureRequest, sites: Sites) -> App | Stack:
    """On one database only: which it is makes no difference to who may do what."""
    return (
        sites.app("sqlite") if request.param == "in-process" else sites.stack("sqlite")
    )


def title(route: Route) -> str:
    return f"{route.method} {route.path}"


def ask(api: Api, route: Route) -> Iterator[tuple[str, Answer]]:
    """Each way to call the route, and what came back. Nothing is changed by it."""
    methods = route.methods if isinstance(route, Endpoint) else (route.method,)
    # A purge without names would remove what other tests have deleted.
    body = '{"run_ids": ["none"]}' if route is PURGE else "{}"
    for method, url in product(methods, route.urls):
        path = filled(url, **PARTS)
        sent = None if method == "GET" else body
        yield f"{method} {path}", api.raw(method, path, body=sent)


def assert_unauthenticated(call: str, answer: Answer) -> None:
    assert answer.status == 401, call
    assert "TRACKING_PASSWORD" in answer.body.decode(), call
    # Elsewhere the proxy has a page for browsers.
    if "api/" in call:
        assert answer.error_code == "UNAUTHENTICATED", call


@pytest.mark.parametrize("name", PEOPLE)
@pytest.mark.parametrize("route", GUARDED, ids=title)
def test_a_route_is_open_to_those_whose_role_suffices(
    site: App | Stack, route: Route, name: str
) -> None:
    suffices = ROLES[PEOPLE[name]] >= route.access

    for call, answer in ask(site.client(name), route):
        if suffices:
            assert answer.status not in (401, 403, 405), call
        else:
            assert answer.status == 403, call
            assert answer.error_code == "PERMISSION_DENIED"
            assert PEOPLE[name] in answer.message


@pytest.mark.parametrize("route", GUARDED, ids=title)
def test_a_route_is_closed_to_those_without_a_name(
    site: App | Stack, route: Route
) -> None:
    for call, answer in ask(site.client(None), route):
        assert_unauthenticated(call, answer)


@pytest.mark.parametrize("route", GUARDED, ids=title)
def test_a_route_is_closed_to_a_wrong_password(stack: Stack, route: Route) -> None:
    wrong = OverHttp(stack.address, stack.session, ("vera", "a password of mine"))

    for call, answer in ask(Api(wrong), route):
        assert_unauthenticated(call, answer)


@pytest.mark.parametrize("name", [None, *PEOPLE])
@pytest.mark.parametrize("route", SIGNED, ids=title)
def test_a_forged_link_opens_nothing_for_anybody(
    site: App | Stack, route: Route, name: str | None
) -> None:
    for call, answer in ask(site.client(name), route):
        # To the world outside the proxy its own question does not exist.
        expected = (401, 404) if route is SIGNED_VERDICT else (403,)
        if isinstance(site, App):
            expected = (403,)
        assert answer.status in expected, call


def test_a_name_without_a_role_may_do_nothing(app: App) -> None:
    for route in GUARDED:
        for call, answer in ask(app.client("eve"), route):
            assert answer.status == 403, call
            assert "eve" in answer.message


@pytest.mark.parametrize(
    "name", ["", " ", "ada,adam", "ada, ada", "-", "a/b", "ädä", "x" * 65, ".hidden"]
)
def test_a_header_that_holds_no_name_names_nobody(app: App, name: str) -> None:
    stranger = app.client(None, headers={"X-Trackgate-User": name})

    assert stranger.raw("GET", WHOAMI.url).status == 401


def test_a_person_in_the_file_without_a_role_may_do_nothing(stack: Stack) -> None:
    """As a crash in the middle of a removal leaves it."""
    stack.users("add", "half", password="correct horse of half")
    stack.passwords["half"] = "correct horse of half"
    line = stack.data.htpasswd.read_text()
    stack.users("remove", "half")
    stack.data.htpasswd.write_text(line)

    answer = eventually_refused(stack.client("half"))

    assert (answer.status, answer.error_code) == (403, "PERMISSION_DENIED")
    assert "trackgate users role half" in answer.message
    stack.users("remove", "half")


def eventually_refused(api: Api) -> Answer:
    """What came when it was no longer welcome; within seconds."""
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        answer = api.raw("GET", WHOAMI.url)
        if answer.status != 200:
            return answer
        time.sleep(0.05)
    raise AssertionError("still welcome")


def may_write(api: Api) -> bool:
    try:
        api.call(CREATE_EXPERIMENT, CreateExperiment(new_name()))
    except PermissionDenied:
        return False
    return True


def test_a_changed_role_holds_within_seconds(stack: Stack) -> None:
    stack.users("add", "carl", "--role", "viewer", password="correct horse of carl")
    stack.passwords["carl"] = "correct horse of carl"
    carl = stack.client("carl")
    assert not may_write(carl)

    for role, allowed in (("editor", True), ("viewer", False)):
        stack.users("role", "carl", role)
        deadline = time.monotonic() + 5
        while may_write(carl) is not allowed:
            assert time.monotonic() < deadline, f"not yet {role}"
            time.sleep(0.05)
    stack.users("remove", "carl")


def test_an_admin_sees_who_has_which_role(site: App | Stack) -> None:
    state = site.client("adam").call(SERVER_STATE)

    assert state.roles.items() >= PEOPLE.items()


def test_a_refusal_says_what_role_is_needed_and_how_to_get_it(
    site: App | Stack,
) -> None:
    with pytest.raises(PermissionDenied) as refusal:
        site.client("ada").call(PURGE, Purge())

    assert "'editor'" in refusal.value.message
    assert "trackgate users role ada --role admin" in refusal.value.message


@dataclass(frozen=True)
class Keyed:
    """A server that a proxy reaches by TCP, and the key that proves it is the proxy."""

    api: Api
    key: str

    def ask(self, **headers: str) -> Answer:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.api.raw("GET", WHOAMI.url, headers=named)


@pytest.fixture(scope="module")
def keyed(
    tmp_path_factory: pytest.TempPathFactory, new_store: NewStore
) -> Iterator[Keyed]:
    home = tmp_path_factory.mktemp("keyed")
    home.chmod(0o700)
    key_file = home / "proxy-key"
    key_file.write_text("0123456789abcdef\n")
    uri = new_store("sqlite")
    with (
        running_app(home, uri),
        running_server(
            home,
            {
                "TRACKGATE_BACKEND_STORE_URI": uri,
                "TRACKGATE_PROXY_KEY_FILE": str(key_file),
                # With a key it may be seen by the network it shares with the proxy.
                "TRACKGATE_HOST": "0.0.0.0",
            },
        ) as server,
    ):
        yield Keyed(server.client(), "0123456789abcdef")


def test_with_the_key_a_proxy_says_who_calls(keyed: Keyed) -> None:
    answer = keyed.ask(X_Trackgate_Proxy=keyed.key, X_Trackgate_User="ada")

    assert (answer.status, answer.json["user"]) == (200, "ada")


@pytest.mark.parametrize("wrong", [None, "", "0123456789abcdeF", "0123456789abcdef0"])
def test_without_the_key_nobody_is_believed(keyed: Keyed, wrong: str | None) -> None:
    key = {} if wrong is None else {"X_Trackgate_Proxy": wrong}

    answer = keyed.ask(X_Trackgate_User="adam", **key)

    assert (answer.status, answer.error_code) == (403, "PERMISSION_DENIED")


def test_with_the_key_and_without_a_name_nobody_is_there(keyed: Keyed) -> None:
    assert keyed.ask(X_Trackgate_Proxy=keyed.key).status == 401


def test_a_doubled_name_is_nobodys(keyed: Keyed) -> None:
    carrier = keyed.api.carrier
    assert isinstance(carrier, OverHttp)
    # requests sends a header once; curl as often as it is told.
    asked = subprocess.run(
        [
            *("curl", "-s", "-o", "/dev/null", "-w", "%{http_code}"),
            *("-H", f"X-Trackgate-Proxy: {keyed.key}"),
            *("-H", "X-Trackgate-User: ada", "-H", "X-Trackgate-User: adam"),
            carrier.address + WHOAMI.url,
        ],
        capture_output=True,
        text=True,
        check=True,
    )

    assert asked.stdout == "401"


def test_an_empty_key_file_is_refused(tmp_path: Path, new_store: NewStore) -> None:
    (tmp_path / "key").write_text("\n")

    with (
        pytest.raises(ValueError, match="empty"),
        running_app(
            tmp_path,
            new_store("sqlite"),
            socket="",
            proxy_key_file=str(tmp_path / "key"),
        ),
    ):
        pass
