"""Artifact bytes: uploads arrive as files, downloads leave from files."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import time
from typing import Any
from urllib.parse import quote

import pytest

from tests.fixtures.waiting import wait_until

pytestmark = pytest.mark.nginx

UPLOAD = "/api/2.0/mlflow-artifacts/artifacts/1/model.bin"


def test_an_upload_arrives_as_a_file_that_is_gone_afterwards(site: Any) -> None:
    content = os.urandom(6 * 1024 * 1024)

    answer = site.send("PUT", UPLOAD, data=content)

    arrived = site.upstream.last()
    assert answer.json()["sha256"] == hashlib.sha256(content).hexdigest()
    assert arrived.body == b""
    assert arrived.all("X-Trackgate-Body")[0].startswith(f"{site.data.spool}/")
    assert arrived.all("X-Trackgate-Body-Length") == [str(len(content))]
    assert arrived.all("Content-Length") == []
    deadline_s = time.monotonic() + 2
    while list(site.data.spool.iterdir()) and time.monotonic() < deadline_s:
        time.sleep(0.01)
    assert list(site.data.spool.iterdir()) == []


def test_a_chunked_upload_arrives_whole(site: Any) -> None:
    answer = site.send("PUT", UPLOAD, data=iter([b"one ", b"two"]))

    assert answer.json()["sha256"] == hashlib.sha256(b"one two").hexdigest()
    # Nginx has counted the bytes by then.
    assert site.upstream.last().all("X-Trackgate-Body-Length") == ["7"]


def test_an_empty_upload_arrives_as_an_empty_file(site: Any) -> None:
    site.send("PUT", UPLOAD, data=b"")

    assert site.upstream.last().spooled == b""
    assert site.upstream.last().all("X-Trackgate-Body-Length") == ["0"]


def test_a_listing_is_asked_for_without_a_slash(site: Any) -> None:
    listing = UPLOAD.removesuffix("/1/model.bin") + "?path=1"

    assert site.get(listing).status_code == 200
    assert site.upstream.last().target == listing
    assert site.get(listing, auth=None).status_code == 401
    assert site.get("/signed", auth=None).status_code == 401


def test_a_request_without_any_body_has_no_file(site: Any) -> None:
    site.get(UPLOAD)

    assert site.upstream.last().all("X-Trackgate-Body") == []
    assert site.upstream.last().all("X-Trackgate-Body-Length") == []


def test_the_server_may_keep_the_file(site: Any) -> None:
    """It renames the upload into place; Nginx then misses nothing."""
    kept = site.data.artifacts / "kept"

    site.send("PUT", f"{UPLOAD}?keep={kept}", data=b"content")

    assert kept.read_bytes() == b"content"
    assert site.get(UPLOAD).status_code == 200
    kept.unlink()


def test_a_full_disk_is_an_answer_and_leaves_nothing(new_site: Any) -> None:
    site = new_site()
    spool = str(site.data.spool)
    mount = ["mount", "-t", "tmpfs", "-o", "size=2m", "none", spool]
    if os.geteuid() != 0 or subprocess.run(mount, check=False).returncode != 0:
        pytest.skip("a small disk can only be made by root")
    try:
        full = site.send("PUT", UPLOAD, data=b"x" * 5_000_000)
        # Nginx drops what it had of the body once it has read the rest of it.
        wait_until(
            lambda: site.send("PUT", UPLOAD, data=b"x" * 1_000_000).status_code == 200
        )
    finally:
        subprocess.run(["umount", "--lazy", spool], check=True)

    assert full.status_code == 503
    assert full.json()["error_code"] == "TEMPORARILY_UNAVAILABLE"
    assert "disk" in full.json()["message"]
    assert "Retry-After" in full.headers


def test_bodies_of_the_api_are_passed_on_as_they_are(site: Any) -> None:
    body = b"{" + b" " * 2_000_000 + b"}"

    answer = site.send("POST", "/api/2.0/mlflow/runs/log-batch", data=body)

    assert answer.json()["sha256"] == hashlib.sha256(body).hexdigest()
    assert site.upstream.last().body == body
    assert site.upstream.last().all("X-Trackgate-Body") == []


def test_where_files_cannot_be_shared_an_upload_is_streamed(new_site: Any) -> None:
    site = new_site(body_by_file=False)

    answer = site.send("PUT", UPLOAD, data=b"x" * 5_000_000)

    assert answer.status_code == 200
    assert len(site.upstream.last().body) == 5_000_000


@pytest.mark.parametrize(
    "name", ["plain.png", "a b.png", "50% off?#.png", "grün+.png", "a%2Fb.png", "'$x;"]
)
def test_a_download_is_served_by_nginx(site: Any, name: str) -> None:
    (site.data.artifacts / name).write_bytes(b"0123456789")

    answer = site.send("GET", "/get-artifact?file=" + quoted_twice(name))
    part = site.get(
        "/get-artifact?file=" + quoted_twice(name), headers={"Range": "bytes=2-4"}
    )
    again = site.get(
        "/get-artifact?file=" + quoted_twice(name),
        headers={"If-None-Match": answer.headers["ETag"]},
    )

    assert (answer.status_code, answer.content) == (200, b"0123456789")
    assert answer.headers["Content-Type"] == "image/png"
    assert answer.headers["Content-Length"] == "10"
    assert answer.headers["Accept-Ranges"] == "bytes"
    assert answer.headers["Content-Security-Policy"] == "sandbox"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"] == "private, no-cache"
    assert (part.status_code, part.content) == (206, b"234")
    assert part.headers["Content-Range"] == "bytes 2-4/10"
    assert again.status_code == 304


def quoted_twice(name: str) -> str:
    """A name percent-encoded for the answer's header, and that for our query."""
    return quote(quote(name), safe="")


def test_links_among_the_artifacts_are_not_followed(site: Any) -> None:
    (site.data.artifacts / "link").symlink_to("/etc/passwd")
    (site.data.artifacts / "folder").symlink_to("/etc")

    for name in ("link", "folder/passwd", "../auth/htpasswd", "%2e%2e/auth/htpasswd"):
        answer = site.get(f"/get-artifact?file={name.replace('%', '%25')}")
        assert answer.status_code in (403, 404, 500, 502, 503)
        assert b"root" not in answer.content
        assert b"$2y$" not in answer.content


def test_a_signed_download_needs_no_password(site: Any) -> None:
    (site.data.artifacts / "shared").write_bytes(b"for everybody with the link")

    answer = site.get("/signed/good?file=shared", auth=None)

    assert answer.content == b"for everybody with the link"


def test_the_log_is_json_and_holds_no_secrets(new_site: Any) -> None:
    site = new_site()
    headers = {"Referer": "https://x.example/?token=geheim", "User-Agent": 'a"b\x7f'}
    site.get("/api/2.0/mlflow/runs/get?token=geheim", headers=headers)
    site.get("/version", auth=("ada", "geheim geheim"))
    site.get("/signed/geheim/good", auth=None)
    site.get("//signed/geheim/good", auth=None)
    site.get("/signed/geheim/bad", auth=None)

    text = site.log_text()
    lines = [json.loads(line) for line in text.splitlines()]
    assert "geheim" not in text
    assert "Z2VoZWlt" not in text
    assert [line["path"] for line in lines] == [
        "/api/2.0/mlflow/runs/get",
        "/version",
        "/signed/...",
        "/signed/...",
        "/signed/...",
    ]
    assert lines[0]["user"] == "ada"
    assert lines[0]["status"] == "200"
    assert lines[1]["user"] == ""
    assert float(lines[0]["duration_s"]) >= 0
