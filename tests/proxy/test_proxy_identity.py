"""Who a request comes from: decided by the verdict, by nothing a client sends."""

from __future__ import annotations

import itertools
from typing import Any

import pytest

pytestmark = pytest.mark.nginx

FORGED = {
    "X-Trackgate-User": "root",
    "x-trackgate-user": "root",
    "X_Trackgate_User": "root",
    "X-Trackgate_User": "root",
    "X-Trackgate-Proxy": "guessed",
    "X-Trackgate-Body": "/etc/passwd",
    "X-Trackgate-Body-Length": "7",
    "X-Trackgate-Signed-Path": "/signed/good",
    "X-Trackgate-Signed-Method": "PUT",
    "Forwarded": "for=1.2.3.4",
    "X-Forwarded-For": "1.2.3.4",
    "X-Real-IP": "1.2.3.4",
}
UPLOADS = [
    f"{root}{path}"
    for root in ("/api/2.0", "/ajax-api/2.0", "/api/3.0", "/ajax-api/3.0")
    for path in ("/mlflow-artifacts/artifacts/1/a", "/mlflow/upload-artifact?path=a")
]
AUTHENTICATED = ["/", "/api/2.0/mlflow/runs/get", "/version", "/get-artifact", *UPLOADS]
OPEN = ["/health", "/signed/good"]


@pytest.mark.parametrize("path", AUTHENTICATED)
@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE"])
def test_nobody_gets_in_without_a_password(site: Any, method: str, path: str) -> None:
    before = len(site.upstream.arrived)

    answer = site.send(method, path, auth=None)

    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"].startswith('Basic realm="Trackgate"')
    assert len(site.upstream.arrived) == before


@pytest.mark.parametrize(
    "auth",
    [("ada", "wrong password!"), ("nobody", "wrong password!"), ("ada", "")],
)
def test_a_wrong_password_is_refused_after_a_second(
    site: Any, auth: tuple[str, str]
) -> None:
    answer = site.get("/api/2.0/mlflow/runs/get", auth=auth)

    assert answer.status_code == 401
    assert 0.9 < answer.elapsed.total_seconds() < 2
    assert "WWW-Authenticate" in answer.headers


@pytest.mark.parametrize("path", AUTHENTICATED)
def test_the_verified_name_arrives_and_forgeries_do_not(site: Any, path: str) -> None:
    site.send("PUT", path, headers=FORGED, data=b"body")

    arrived = site.upstream.last()
    assert arrived.all("X-Trackgate-User") == ["ada"]
    assert "root" not in str(arrived.headers)
    assert "guessed" not in str(arrived.headers)
    assert "/etc/passwd" not in str(arrived.headers)
    assert "1.2.3.4" not in str(arrived.headers)
    assert arrived.all("X-Trackgate-Signed-Path") == []
    assert arrived.all("Authorization") == []


@pytest.mark.parametrize("path", OPEN)
def test_an_open_location_knows_nobody(site: Any, path: str) -> None:
    site.get(path, headers=FORGED)

    for arrived in site.upstream.arrived[-2:]:
        if arrived.target.startswith(("/health", "/signed/")):
            assert arrived.all("X-Trackgate-User") == []
            assert arrived.all("X-Trackgate-Signed-Path") == []
            assert "1.2.3.4" not in str(arrived.headers)
            assert arrived.all("Authorization") == []


def test_a_name_sent_twice_does_not_arrive(site: Any) -> None:
    site.get("/version")
    credentials = site.upstream.last()
    assert credentials.all("X-Trackgate-User") == ["ada"]

    doubled = b"X-Trackgate-User: root\r\nX-Trackgate-User: admin\r\n"
    request = (
        b"GET /version HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
        b"Authorization: Basic YWRhOmNvcnJlY3QgaG9yc2UgYmF0dGVyeQ==\r\n"
    )
    answer = site.raw(request + doubled + b"\r\n")

    assert answer.startswith(b"HTTP/1.1 200")
    assert site.upstream.last().all("X-Trackgate-User") == ["ada"]


def test_a_doubled_password_header_never_names_the_second_one(site: Any) -> None:
    request = (
        b"GET /version HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
        b"Authorization: Basic YWRhOmNvcnJlY3QgaG9yc2UgYmF0dGVyeQ==\r\n"
        b"Authorization: Basic Ym9iOnJvb3Q=\r\n\r\n"
    )
    answer = site.raw(request)

    if answer.startswith(b"HTTP/1.1 200"):
        assert site.upstream.last().all("X-Trackgate-User") == ["ada"]
    else:
        assert answer.split()[1] in (b"400", b"401")


@pytest.mark.parametrize(
    "path",
    [
        f"{start}{name}"
        for start, name in itertools.product(
            (
                "/health/..",
                "/health/%2e%2e",
                "/signed/..",
                "/signed/%2e%2e",
                "/signed/..%2f..",
                "//health/..",
                "/%68ealth/..",
                "/health%00",
                "/health/",
                "/HEALTH",
                "/_verdict/..",
                "/_artifacts/..",
            ),
            ("/api/2.0/mlflow/runs/search", "/_artifacts/x", ""),
        )
    ],
)
def test_no_spelling_of_a_path_goes_round_the_password(site: Any, path: str) -> None:
    before = len(site.upstream.arrived)

    answer = site.get(path, auth=None)

    reached = [
        one
        for one in site.upstream.arrived[before:]
        if not one.target.endswith("/signed-verdict")
    ]
    assert answer.status_code in (400, 401, 403, 404)
    assert reached == []


@pytest.mark.parametrize(
    "path", ["/_verdict", "/_signed_verdict", "/_artifacts/x", "/signed-verdict"]
)
def test_internal_locations_do_not_exist_outside(site: Any, path: str) -> None:
    before = len(site.upstream.arrived)

    assert site.get(path).status_code == 404
    assert len(site.upstream.arrived) == before


def test_a_signed_link_is_judged_by_the_server_with_path_and_method(site: Any) -> None:
    answer = site.send("PUT", "/signed/some/good?x=1", auth=None, data=b"part")

    check, upload = site.upstream.arrived[-2:]
    assert answer.status_code == 200
    assert check.all("X-Trackgate-Signed-Path") == ["/signed/some/good"]
    assert check.all("X-Trackgate-Signed-Method") == ["PUT"]
    assert check.body == b""
    assert upload.spooled == b"part"


def test_a_bad_signed_link_is_refused_before_its_body_is_read(site: Any) -> None:
    request = (
        b"PUT /signed/bad HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
        b"Content-Length: 1000000000\r\n\r\n"
    )
    answer = site.raw(request)

    assert b"403 Forbidden" in answer
    assert b'"PERMISSION_DENIED"' in answer
    assert b"expired" in answer
    assert b"WWW-Authenticate" not in answer
