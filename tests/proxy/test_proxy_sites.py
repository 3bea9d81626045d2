"""Sites that are set up differently: below a prefix, with servers that are named."""

from __future__ import annotations

import http.server
import threading
from typing import Any

import pytest
from trackgate_proxy.site.data_folder import DataFolder

from tests.proxy.upstream import Upstream

pytestmark = pytest.mark.nginx

API = "/api/2.0/mlflow/runs/get"


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
    one, two = Upstream(first), Upstream(other)
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
