"""Served models behind the site's own door: paths, passwords, refusals, limits.

The models' processes are stand-ins here, which say what arrived.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
import requests
from click.testing import CliRunner
from trackgate.unix_sockets import UnixSocketAdapter
from trackgate_proxy.cli import proxy
from trackgate_proxy.config.nginx import render
from trackgate_proxy.people.htpasswd import PeopleError, require_name
from trackgate_proxy.site.data_folder import DataFolder
from trackgate_proxy.site.served_models import ServedModel
from trackgate_proxy.site.settings import ProxySettings
from trackgate_proxy.site.settings_error import SettingsError

from tests.proxy.conftest import Site, end, start_site
from tests.proxy.upstream import Upstream

ODD = "Bäume 'im' \"{Wald}\" $uri 50%; \\ #1?"
MODELS = (
    ServedModel("Decision Tree", "Production"),
    ServedModel(ODD, "@champion"),
)
TREE = "/serve/Decision%20Tree/Production"


@dataclass
class Serving:
    """A site whose models are stand-ins."""

    site: Site
    models: list[Upstream]
    keeper: Upstream

    def stop(self) -> None:
        for one in (*self.models, self.keeper):
            one.stop()
        end(self.site)


def start_serving(**given: Any) -> Serving:
    site = start_site(served=MODELS, **given)
    sockets = site.data.served_sockets
    sockets.mkdir()
    models = [Upstream(sockets / f"{number}.sock") for number in (1, 2)]
    return Serving(site, models, Upstream(sockets / "status.sock"))


@pytest.fixture(scope="module")
def serving() -> Generator[Serving]:
    started = start_serving(serve_body_bytes=2048, api_body_bytes=1024)
    yield started
    started.stop()


@pytest.mark.nginx
@pytest.mark.parametrize("call", ["invocations", "ping", "health", "version"])
def test_a_models_paths_lead_to_its_process(serving: Serving, call: str) -> None:
    tree, odd = serving.models

    assert serving.site.send("POST", f"{TREE}/{call}?a=b", data=b"x").status_code == 200
    assert tree.last().target == f"/{call}?a=b"
    path = f"/serve/{quote(ODD, safe='')}/@champion/{call}"
    assert serving.site.get(path).status_code == 200
    assert odd.last().target == f"/{call}"


@pytest.mark.nginx
def test_the_first_model_is_also_at_the_top(serving: Serving) -> None:
    for path in ("/invocations", "/ping"):
        assert serving.site.get(path).status_code == 200
        assert serving.models[0].last().target == path
    # The site's own.
    assert serving.site.get("/health").json()["path"] == "/health"
    assert serving.site.upstream.last().target == "/health"


@pytest.mark.nginx
def test_everything_else_below_is_the_keepers(serving: Serving) -> None:
    for path in ("/serve", "/serve/", TREE, "/serve/decision%20tree/Production/ping"):
        assert serving.site.get(path).status_code == 200
        assert serving.keeper.last().target == path


@pytest.mark.nginx
def test_a_model_learns_who_calls_and_no_password(serving: Serving) -> None:
    forged = {"X-Trackgate-User": "root", "X_Trackgate_User": "root"}

    serving.site.send("POST", f"{TREE}/invocations", headers=forged, data=b"{}")

    arrived = serving.models[0].last()
    assert arrived.all("X-Trackgate-User") == ["ada"]
    assert arrived.all("Authorization") == []
    assert arrived.all("X-Trackgate-Proxy") == []
    assert arrived.all("Connection") == ["close"]
    assert arrived.body == b"{}"


@pytest.mark.nginx
@pytest.mark.parametrize(
    "path", [f"{TREE}/invocations", "/invocations", "/ping", "/serve", "/serve/x/ping"]
)
def test_without_a_password_nothing_is_answered(serving: Serving, path: str) -> None:
    before = [len(one.arrived) for one in (*serving.models, serving.keeper)]

    for auth in (None, ("ada", "a wrong password")):
        answer = serving.site.send("POST", path, auth=auth, data=b"{}")
        assert answer.status_code == 401
        assert answer.json()["error_code"] == "UNAUTHENTICATED"

    assert before == [len(one.arrived) for one in (*serving.models, serving.keeper)]


@pytest.mark.nginx
@pytest.mark.parametrize(
    "sent",
    [{"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}],
    ids=lambda sent: next(iter(sent)),
)
def test_another_sites_page_cannot_call_a_model(
    serving: Serving, sent: dict[str, str]
) -> None:
    answer = serving.site.send("POST", "/invocations", headers=sent, data=b"{}")

    assert answer.status_code == 403
    assert answer.json()["error_code"] == "PERMISSION_DENIED"


@pytest.mark.nginx
def test_an_input_has_a_limit_of_its_own(serving: Serving) -> None:
    fits = serving.site.send("POST", "/invocations", data=b"x" * 2048)
    large = serving.site.send("POST", f"{TREE}/invocations", data=b"x" * 2049)

    assert fits.status_code == 200
    assert large.status_code == 413
    assert "at most 2,048 bytes" in large.json()["message"]
    assert "rows" in large.json()["message"]


@pytest.mark.nginx
def test_a_models_own_errors_pass_and_no_file_is_sent_for_it(serving: Serving) -> None:
    (serving.site.data.artifacts / "secret").write_text("of another person")

    refused = serving.site.send("POST", "/invocations?status=400", data=b"{}")
    tricked = serving.site.get(f"{TREE}/ping?file=secret")

    assert refused.json()["error_code"] == "OWN"
    assert "Access-Control-Allow-Origin" not in refused.headers
    assert b"another person" not in tricked.content


@pytest.fixture
def inside(serving: Serving) -> Generator[Callable[..., requests.Response]]:
    """Requests as the keeper makes them, on the inner server's socket."""
    at = quote(str(serving.site.data.serving_socket), safe="")
    with requests.Session() as session:
        session.mount("http+unix://", UnixSocketAdapter(16_384))

        def send(method: str, path: str) -> requests.Response:
            forged = {"X-Trackgate-User": "root", "Authorization": "Basic x"}
            url = f"http+unix://{at}{path}"
            return session.request(method, url, headers=forged, timeout=10)

        yield send


@pytest.mark.nginx
def test_the_keeper_reads_under_a_name_of_its_own(
    serving: Serving, inside: Callable[..., requests.Response]
) -> None:
    latest = "/api/2.0/mlflow/registered-models/get-latest-versions"
    (serving.site.data.artifacts / "MLmodel").write_text("flavors:")

    for method, path in (("GET", "/api/2.0/mlflow/runs/get"), ("POST", latest)):
        assert inside(method, path).status_code == 200
        arrived = serving.site.upstream.last()
        assert arrived.all("X-Trackgate-User") == ["trackgate-serving"]
        assert arrived.all("Authorization") == []
    assert inside("GET", "/api/2.0/x?file=MLmodel").text == "flavors:"


@pytest.mark.nginx
@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("POST", "/api/2.0/mlflow/runs/create", 403),
        ("PUT", "/api/2.0/mlflow-artifacts/artifacts/x", 403),
        ("DELETE", "/api/2.0/mlflow/registered-models/get-latest-versions", 403),
        ("GET", "/", 404),
        ("GET", "/signed/good", 404),
        ("GET", "/_artifacts/MLmodel", 404),
    ],
)
def test_the_keepers_door_leads_to_reading_only(
    serving: Serving,
    inside: Callable[..., requests.Response],
    method: str,
    path: str,
    status: int,
) -> None:
    before = len(serving.site.upstream.arrived)

    assert inside(method, path).status_code == status
    assert len(serving.site.upstream.arrived) == before


@pytest.mark.nginx
def test_a_model_that_is_away_is_said_as_json() -> None:
    away = start_site(served=MODELS)

    answer = away.send("POST", "/invocations", data=b"{}")
    end(away)

    assert answer.status_code == 502
    assert answer.json()["error_code"] == "TEMPORARILY_UNAVAILABLE"
    assert "The model did not answer" in answer.json()["message"]


@pytest.mark.nginx
@pytest.mark.slow
def test_a_process_that_never_answers_is_given_up() -> None:
    slow = start_serving(serve_timeout_s=1)
    try:
        # A little longer than Nginx's own patience; the stand-in then finds its
        # caller gone, and says so in the output.
        answer = slow.site.send(
            "POST", f"{TREE}/invocations?sleep=6.5", data=b"{}", timeout=20
        )
    finally:
        slow.stop()

    assert answer.status_code == 504
    assert answer.json()["error_code"] == "DEADLINE_EXCEEDED"
    assert "it may take 1 s" in answer.json()["message"]


def test_without_served_models_the_config_has_nothing_of_them() -> None:
    text = render(ProxySettings(data=DataFolder(Path("/srv/trackgate"))))

    for word in ("/serve/", "serving", "invocations", "/ping", "keeper"):
        assert word not in text


@pytest.mark.parametrize(
    ("uri", "path"),
    [
        ("models:/Decision Tree/Production", "/serve/Decision Tree/Production"),
        ("models:/Decision%20Tree/production", "/serve/Decision Tree/Production"),
        ("models:/tree/12", "/serve/tree/12"),
        ("models:/tree/LATEST", "/serve/tree/latest"),
        ("models:/tree@champion", "/serve/tree/@champion"),
        ("models:/me@home/None", "/serve/me@home/None"),
        ("models:/50%25/1", "/serve/50%/1"),
    ],
)
def test_an_address_has_one_path(uri: str, path: str) -> None:
    model = ServedModel.parse(uri)

    assert model.path == path
    assert ServedModel.parse(model.uri) == model


@pytest.mark.parametrize(
    "uri",
    [
        "tree/1",
        "models:/tree",
        "models:/tree/",
        "models:/tree/0",
        "models:/tree/Live",
        "models:/tree@",
        "models:/@champion",
        "models:/tree@a/b",
        "models:/a/b/1",
        "models:/a%2Fb/1",
        "models:/a:b/1",
        "models:/%2e%2e/1",
        "models:/a%0Ab/1",
        f"models:/{'ä' * 513}/1",
        "runs:/0123/model",
    ],
)
def test_an_address_that_cannot_be_served_is_refused(uri: str) -> None:
    result = CliRunner().invoke(proxy, ["config", "--serve", uri])

    assert result.exit_code == 2
    assert "Invalid value for '--serve'" in result.output


def test_a_model_named_twice_is_refused() -> None:
    twice = (ServedModel("tree", "1"), ServedModel.parse("models://tree/1"))

    with pytest.raises(SettingsError, match="models:/tree/1 is named twice"):
        ProxySettings(data=DataFolder(Path("/srv/trackgate")), served=twice)


def test_one_variable_names_several_models() -> None:
    spelled = "models:/Decision Tree/Production models:/a, b/1,models:/c@d\n"

    variables = {"TRACKGATE_SERVE": spelled, "TRACKGATE_SERVE_MAX_BODY": "3 MiB"}
    result = CliRunner().invoke(proxy, ["config"], env=variables)

    for path in ("Decision Tree/Production", "a, b/1", "c/@d"):
        assert f"location = '/serve/{path}/invocations'" in result.output
    assert f"client_max_body_size {3 * 1024**2};" in result.output


@pytest.mark.parametrize("size", ["0", "-1", "ten", "1t", "1.5m"])
def test_a_limit_that_is_no_size_is_refused(size: str) -> None:
    result = CliRunner().invoke(proxy, ["config", "--serve-max-body", size])

    assert result.exit_code == 2
    assert "is no size such as" in result.output


def test_nobody_can_be_added_under_the_keepers_name() -> None:
    with pytest.raises(PeopleError, match="kept for the stack itself"):
        require_name("trackgate-serving")
