"""What the proxy refuses, and how it says so."""

from __future__ import annotations

from typing import Any

import pytest

pytestmark = pytest.mark.nginx

API = "/api/2.0/mlflow/runs/create"


def said(answer: Any) -> tuple[int, str]:
    """Status and error code of an answer in the protocol's shape."""
    body = answer.json()
    assert set(body) == {"error_code", "message"}
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    return answer.status_code, body["error_code"]


@pytest.mark.parametrize("path", [API, "/ajax-api/2.0/mlflow/runs/create"])
def test_without_a_password_the_answer_says_what_to_set(site: Any, path: str) -> None:
    answer = site.send("POST", path, auth=None)

    assert said(answer) == (401, "UNAUTHENTICATED")
    assert answer.headers["WWW-Authenticate"] == (
        'Basic realm="Trackgate", charset="UTF-8"'
    )
    for name in ("TRACKING_USERNAME", "TRACKING_PASSWORD", "MLFLOW_TRACKING_PASSWORD"):
        assert name in answer.json()["message"]
    assert "none were sent" in answer.json()["message"]
    assert answer.elapsed.total_seconds() < 0.5


def test_a_wrong_password_is_named_as_such(site: Any) -> None:
    answer = site.get(API, auth=("bob", "not his password"))

    assert said(answer) == (401, "UNAUTHENTICATED")
    assert "not right" in answer.json()["message"]
    assert "TRACKING_PASSWORD" in answer.json()["message"]


def test_a_browser_gets_a_page_and_is_asked_for_the_password(site: Any) -> None:
    answer = site.get("/", auth=None, headers={"Accept": "text/html"})

    assert answer.status_code == 401
    assert answer.headers["Content-Type"].startswith("text/html")
    assert answer.text.startswith("<!doctype html>")
    assert "nginx" not in answer.text
    assert answer.headers["Server"] == "nginx"


@pytest.mark.parametrize("method", ["OPTIONS", "TRACE", "PROPFIND", "FOO"])
def test_other_methods_are_refused(site: Any, method: str) -> None:
    answer = site.send(method, API)

    assert said(answer) == (405, "BAD_REQUEST")
    assert answer.headers["Allow"] == "GET, HEAD, POST, PUT, PATCH, DELETE"


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"])
def test_the_protocols_methods_pass(site: Any, method: str) -> None:
    assert site.send(method, API).status_code == 200
    assert site.upstream.last().method == method


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://localhost:3000"},
        {"Origin": "http://127.0.0.1"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://evil.example", "Sec-Fetch-Site": "same-origin"},
    ],
)
@pytest.mark.parametrize("method", ["POST", "DELETE"])
def test_changes_from_pages_of_other_sites_are_refused(
    site: Any, method: str, headers: dict[str, str]
) -> None:
    before = len(site.upstream.arrived)

    answer = site.send(method, API, headers=headers)

    assert said(answer) == (403, "PERMISSION_DENIED")
    assert "another site" in answer.json()["message"]
    assert len(site.upstream.arrived) == before


def test_the_sites_own_pages_may_make_changes(site: Any) -> None:
    own = {"Origin": site.url, "Sec-Fetch-Site": "same-origin"}

    assert site.send("POST", API, headers=own).status_code == 200
    assert site.get(API, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 200


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "127.0.0.1.evil.example",
        "localhost.evil.example:8080",
        "192.168.1.5",
        "",
        "localhost:",
        "[::2]",
    ],
)
def test_foreign_host_names_are_refused(site: Any, host: str) -> None:
    answer = site.get(API, headers={"Host": host})

    assert answer.status_code in (400, 421)
    if answer.status_code == 421 and host:
        assert "--public-url" in answer.json()["message"]


@pytest.mark.parametrize(
    "host", ["localhost", "127.0.0.1:9", "[::1]:8080", "LocalHost"]
)
def test_loopback_names_are_welcome_with_any_port(site: Any, host: str) -> None:
    assert site.get(API, headers={"Host": host}).status_code == 200
    assert site.upstream.last().all("Host") == [host]


def test_public_addresses_name_the_hosts_and_origins(new_site: Any) -> None:
    site = new_site(public_urls=("https://track.example", "http://box.lan:8080"))

    def status(host: str, origin: str) -> int:
        headers = {"Host": host, "Origin": origin}
        return site.send("POST", API, headers=headers).status_code

    assert status("track.example", "https://track.example") == 200
    assert status("box.lan:8080", "http://box.lan:8080") == 200
    assert status("track.example", "https://track.example.evil") == 403
    assert status("other.example", "https://track.example") == 421
    assert status("192.168.1.5", "https://track.example") == 421


def test_on_a_network_every_address_is_welcome_and_no_foreign_name(
    new_site: Any,
) -> None:
    site = new_site(host="0.0.0.0", host_names=("spare-machine",))

    def status(host: str) -> int:
        return site.get(API, headers={"Host": host}).status_code

    assert status("192.168.1.5:8080") == 200
    assert status("[2001:db8::1]:8080") == 200
    assert status("spare-machine:8080") == 200
    assert status("evil.example") == 421
    assert status("1.2.3.4.evil.example") == 421


def test_a_large_body_is_refused_with_the_limit(site: Any) -> None:
    answer = site.send("POST", API, data=b"x" * (4 * 1024 * 1024 + 1))

    assert said(answer) == (413, "INVALID_PARAMETER_VALUE")
    assert "4 MiB" in answer.json()["message"]


def test_a_limit_on_artifacts_is_named_too(new_site: Any) -> None:
    site = new_site(artifact_body_bytes=1000)

    answer = site.send("PUT", "/api/2.0/mlflow-artifacts/artifacts/a", data=b"x" * 1001)

    assert said(answer) == (413, "INVALID_PARAMETER_VALUE")
    assert "1,000 bytes" in answer.json()["message"]


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 429, 500, 503])
def test_the_servers_own_errors_pass_untouched(site: Any, status: int) -> None:
    answer = site.get(f"/api/2.0/mlflow/runs/get?status={status}")

    assert said(answer) == (status, "OWN")


def test_a_server_that_is_down_is_said_to_come_back(new_site: Any) -> None:
    site = new_site()
    site.upstream.stop()
    site.data.server_socket.unlink()
    try:
        api = site.get(API)
        page = site.get("/")
        link = site.send("PUT", "/signed/good", auth=None)
    finally:
        site.upstream = type(site.upstream)(site.data.server_socket)

    assert said(api) == (502, "TEMPORARILY_UNAVAILABLE")
    assert said(link) == (503, "TEMPORARILY_UNAVAILABLE")
    assert page.status_code == 502
    assert page.text.startswith("<!doctype html>")
    for answer in (api, page, link):
        assert int(answer.headers["Retry-After"]) >= 1


def test_a_silent_server_is_a_timeout(new_site: Any) -> None:
    site = new_site(api_timeout_s=1)

    answer = site.get(f"{API}?sleep=1.5")

    assert said(answer) == (504, "DEADLINE_EXCEEDED")
    assert "Retry-After" in answer.headers


def test_too_many_requests_at_once_are_told_to_wait(new_site: Any) -> None:
    site = new_site(connections_per_address=1)
    site.get(API)
    with site.while_busy():
        answer = site.get(API)

    assert said(answer) == (429, "REQUEST_LIMIT_EXCEEDED")
    assert "Retry-After" in answer.headers


def test_a_missing_list_of_people_lets_nobody_in(new_site: Any) -> None:
    site = new_site()
    site.data.htpasswd.unlink()

    answer = site.get(API)

    assert said(answer) == (403, "PERMISSION_DENIED")
    assert "trackgate users add" in answer.json()["message"]


def test_cross_origin_permissions_of_the_server_are_taken_away(site: Any) -> None:
    answer = site.get(API)

    assert not [name for name in answer.headers if name.startswith("Access-Control")]
    assert answer.headers["Cache-Control"] == "no-store"
    assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]
