"""Sites that speak HTTPS, and what becomes of plain HTTP there."""

from __future__ import annotations

import os
import re
import shutil
import socket
import ssl
from collections.abc import Generator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import requests
from trackgate_proxy.site.certificates import ensure_self_signed
from trackgate_proxy.site.data_folder import DataFolder
from trackgate_proxy.site.settings import Tls

from tests.proxy.conftest import Site, end, free_port, new_data_folder, start_site

pytestmark = pytest.mark.nginx

API = "/api/2.0/mlflow/runs/get"
NOW = datetime.now(UTC)


@pytest.fixture
def certificate(data: DataFolder) -> Tls:
    made = Tls(data.tls / "self-signed.pem", data.tls / "self-signed.key")
    ensure_self_signed(made, ["localhost", "127.0.0.1", "::1", "track.example"], NOW)
    return made


def test_https_with_a_certificate_made_here(new_site: Any, certificate: Tls) -> None:
    site = new_site(tls=certificate)

    answer = site.get(API, verify=str(certificate.certificate))

    assert answer.status_code == 200
    assert answer.headers["Strict-Transport-Security"] == "max-age=63072000"
    assert site.upstream.last().all("X-Forwarded-Proto") == ["https"]
    refused = site.get(API, auth=None, verify=str(certificate.certificate))
    assert "Strict-Transport-Security" in refused.headers


def test_strict_clients_accept_the_certificate(new_site: Any, certificate: Tls) -> None:
    site = new_site(tls=certificate)
    strict = ssl.create_default_context(cafile=str(certificate.certificate))
    strict.verify_flags |= ssl.VERIFY_X509_STRICT

    with (
        socket.create_connection(("127.0.0.1", site.settings.port), 5) as plain,
        strict.wrap_socket(plain, server_hostname="track.example") as secure,
    ):
        assert secure.version() == "TLSv1.3"


def test_old_tls_is_refused(new_site: Any, certificate: Tls) -> None:
    site = new_site(tls=certificate)
    old = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    old.check_hostname = False
    old.verify_mode = ssl.CERT_NONE
    old.set_ciphers("AES128-SHA:@SECLEVEL=0")
    old.maximum_version = ssl.TLSVersion.TLSv1_2

    with (
        socket.create_connection(("127.0.0.1", site.settings.port), 5) as plain,
        pytest.raises(ssl.SSLError),
        old.wrap_socket(plain),
    ):
        pass


def test_plain_http_is_sent_to_https(
    new_site: Any, certificate: Tls, unused_port: int
) -> None:
    tls = Tls(certificate.certificate, certificate.key, redirect_port=unused_port)
    site = new_site(tls=tls)
    plain = f"http://127.0.0.1:{unused_port}/a?b=c"

    redirected = requests.get(plain, allow_redirects=False, timeout=5)
    foreign = requests.get(
        plain, headers={"Host": "evil.example"}, allow_redirects=False, timeout=5
    )

    assert redirected.status_code == 301
    assert redirected.headers["Location"] == (
        f"https://127.0.0.1:{site.settings.port}/a?b=c"
    )
    assert foreign.status_code == 421


def test_an_api_call_without_https_is_refused_with_the_reason(
    new_site: Any, certificate: Tls
) -> None:
    site = new_site(tls=certificate)

    answer = requests.get(
        f"http://127.0.0.1:{site.settings.port}{API}", auth=("ada", "x"), timeout=5
    )

    assert answer.status_code == 400
    assert "https://" in answer.json()["message"]


def test_a_page_asked_for_without_https_is_sent_on(
    new_site: Any, certificate: Tls
) -> None:
    site = new_site(tls=certificate, public_urls=("https://track.example:8443",))
    plain = f"http://127.0.0.1:{site.settings.port}/a?b=c"

    def send_on(host: str) -> requests.Response:
        headers = {"Host": host}
        return requests.get(plain, headers=headers, allow_redirects=False, timeout=5)

    for host in ("track.example:8443", "localhost", "[::1]:99"):
        answer = send_on(host)
        assert answer.status_code == 302
        assert answer.headers["Location"] == f"https://{host}/a?b=c"
    for host in ("evil.example", "track.example.evil.example", "10.0.0.1"):
        answer = send_on(host)
        assert answer.status_code == 421
        assert "Location" not in answer.headers


@pytest.mark.parametrize(
    "request_line",
    [
        "GET http://evil.example/ HTTP/1.1",
        "GET //evil.example/ HTTP/1.1",
        "GET http://evil.example?x HTTP/1.1",
        "GET @evil.example/ HTTP/1.1",
        "GET .evil.example HTTP/1.1",
        "GET /%0d%0aLocation:https://evil.example HTTP/1.1",
    ],
)
@pytest.mark.parametrize("to_redirect_port", [True, False])
def test_no_request_line_leads_people_to_another_host(
    redirecting: Any, request_line: str, to_redirect_port: bool
) -> None:
    port = redirecting.settings.port
    asked = redirecting.settings.tls.redirect_port if to_redirect_port else port

    with socket.create_connection(("127.0.0.1", asked), 5) as peer:
        request = f"{request_line}\r\nHost: localhost:{port}\r\nConnection: close\r\n"
        peer.sendall(f"{request}\r\n".encode())
        head = peer.makefile("rb").read().partition(b"\r\n\r\n")[0].decode()

    leads_to = [line for line in head.split("\r\n") if line.startswith("Location:")]
    assert " 30" in head or " 400 " in head
    for line in leads_to:
        assert re.match(rf"Location: https://localhost:{port}(/|\?)", line)


@pytest.fixture(scope="module")
def redirecting() -> Generator[Site]:
    """A site of HTTPS with a port that only redirects."""
    data = new_data_folder()
    files = data.tls / "self-signed.pem", data.tls / "self-signed.key"
    made = Tls(*files, redirect_port=free_port())
    ensure_self_signed(made, ["localhost"], NOW)
    started = start_site(tls=made)
    yield started
    end(started)
    shutil.rmtree(data.root)


def test_a_certificate_is_kept_while_it_is_good(certificate: Tls) -> None:
    before = certificate.certificate.read_bytes()

    ensure_self_signed(certificate, ["localhost"], NOW)
    assert certificate.certificate.read_bytes() == before

    ensure_self_signed(certificate, ["other.example"], NOW)
    renamed = certificate.certificate.read_bytes()
    assert renamed != before

    ensure_self_signed(certificate, ["other.example"], NOW + timedelta(days=780))
    assert certificate.certificate.read_bytes() != renamed
    assert os.stat(certificate.key).st_mode & 0o777 == 0o600
