"""Sites that are set up differently: HTTPS, a prefix, several servers."""

from __future__ import annotations

import http.server
import os
import socket
import ssl
import threading
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import requests
from trackgate_proxy.certificates import ensure_self_signed
from trackgate_proxy.data_folder import DataFolder
from trackgate_proxy.settings import Tls

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


def test_plain_http_on_the_https_port_is_explained(
    new_site: Any, certificate: Tls
) -> None:
    site = new_site(tls=certificate)

    answer = requests.get(
        f"http://127.0.0.1:{site.settings.port}{API}", auth=("ada", "x"), timeout=5
    )

    assert answer.status_code == 400
    assert "https://" in answer.json()["message"]


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


def test_below_a_prefix_everything_is_as_at_the_root(new_site: Any) -> None:
    site = new_site(static_prefix="/team/tracking")

    assert site.get(f"/team/tracking{API}").status_code == 200
    assert site.upstream.last().target == f"/team/tracking{API}"
    assert site.get(f"/team/tracking{API}", auth=None).status_code == 401
    assert site.get(f"/team/tracking{API}", auth=None).json()["error_code"] == (
        "UNAUTHENTICATED"
    )
    upload = site.send(
        "PUT",
        "/team/tracking/api/2.0/mlflow-artifacts/artifacts/a",
        data=b"x" * 5_000_000,
    )
    assert upload.status_code == 200
    assert len(site.upstream.last().spooled) == 5_000_000
    assert site.get("/team/tracking/health", auth=None).status_code == 200
    assert site.get("/health", auth=None).status_code == 200
    assert site.upstream.last().target == "/team/tracking/health"
    signed = site.send("PUT", "/team/tracking/signed/good", auth=None, data=b"1")
    assert signed.status_code == 200


def test_beside_the_prefix_there_is_nothing(new_site: Any) -> None:
    site = new_site(static_prefix="/team/tracking")

    api = site.get(API, auth=None)
    assert (api.status_code, api.json()["error_code"]) == (404, "ENDPOINT_NOT_FOUND")
    assert "/team/tracking/" in api.json()["message"]
    assert site.get("/team/trackingx").status_code == 404
    assert site.get("/signed/good", auth=None).status_code == 404
    for path in ("/", "/team/tracking"):
        answer = site.get(path, auth=None)
        assert answer.status_code == 302
        assert answer.headers["Location"] == "/team/tracking/"


def test_several_servers_share_the_work_and_cover_for_each_other(
    new_site: Any, data: DataFolder
) -> None:
    other = data.run / "other.sock"
    first = data.run / "first.sock"
    site = new_site(upstreams=(f"unix:{first}", f"unix:{other}"))
    make = type(site.upstream)
    one, two = make(first), make(other)
    try:
        for _ in range(8):
            assert site.get(API).status_code == 200
        assert one.arrived
        assert two.arrived
        two.stop()
        other.unlink()
        assert {site.get(API).status_code for _ in range(8)} == {200}
        assert {site.send("POST", API).status_code for _ in range(8)} == {200}
    finally:
        one.stop()


def test_a_tcp_server_gets_the_proxy_key(new_site: Any, unused_port: int) -> None:
    key = "a-key-of-sixteen-or-more"
    site = new_site(upstreams=(f"127.0.0.1:{unused_port}",), proxy_key=key)

    seen: list[str | None] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            seen.append(self.headers.get("X-Trackgate-Proxy"))
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:
            pass

    with http.server.HTTPServer(("127.0.0.1", unused_port), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        forged = {"X-Trackgate-Proxy": "guessed"}
        assert site.get(API, headers=forged).status_code == 200
        assert site.get("/health", headers=forged, auth=None).status_code == 200
        server.shutdown()
        thread.join()

    assert seen == [key, key]
