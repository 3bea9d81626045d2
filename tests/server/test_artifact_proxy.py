"""Artifacts behind the proxy: it carries the bytes, the server decides."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.server.artifact_site import API, STORE, Site, home

PREFIX = "/track"


@pytest.fixture
def site(tmp_path: Path, spool: Path) -> Iterator[Site]:
    opened = Site(
        tmp_path / "data",
        socket=str(tmp_path / "server.sock"),
        accel_prefix="/_artifacts",
        body_spool=str(spool),
        static_prefix=PREFIX,
    )
    for name, role in (("eve", "editor"), ("ed", "editor"), ("vic", "viewer")):
        opened.give_role(name, role)
    opened.as_user("eve")
    yield opened
    opened.close()


@pytest.fixture
def run(site: Site) -> dict[str, Any]:
    return site.run()


def spooled(spool: Path, content: bytes, name: str = "0000000001") -> dict[str, str]:
    """What the proxy says of a body it has written to a file."""
    (spool / name).write_bytes(content)
    return {
        "X-Trackgate-Body": str(spool / name),
        "X-Trackgate-Body-Length": str(len(content)),
    }


def store(site: Site, spool: Path, path: str, content: bytes = b"x") -> None:
    answer = site.put(path, b"", headers=spooled(spool, content))
    assert answer.status_code == 200, answer.text


def on_disk(site: Site, run: dict[str, Any], path: str) -> Path:
    return site.root.joinpath("0", run["run_id"], "artifacts", path)


def test_a_body_in_a_file_is_taken_over(
    site: Site, spool: Path, run: dict[str, Any]
) -> None:
    store(site, spool, f"{home(run)}/model/x", b"content")

    assert on_disk(site, run, "model/x").read_bytes() == b"content"
    assert list(spool.iterdir()) == []


def test_an_empty_body_has_no_file(site: Site, run: dict[str, Any]) -> None:
    answer = site.put(f"{home(run)}/x", b"", headers={"X-Trackgate-Body-Length": "0"})

    assert answer.status_code == 200
    assert on_disk(site, run, "x").read_bytes() == b""


def test_a_body_that_did_not_arrive_is_not_taken_for_an_empty_one(
    site: Site, run: dict[str, Any]
) -> None:
    answer = site.put(f"{home(run)}/x", b"", headers={"X-Trackgate-Body-Length": "5"})

    assert answer.status_code == 400
    assert site.files_on_disk() == []


def test_a_file_of_another_length_is_refused(
    site: Site, spool: Path, run: dict[str, Any]
) -> None:
    said = spooled(spool, b"half") | {"X-Trackgate-Body-Length": "8"}

    assert site.put(f"{home(run)}/x", b"", headers=said).status_code == 400
    assert site.files_on_disk() == []


def test_a_body_that_comes_through_the_socket_is_stored_too(
    site: Site, run: dict[str, Any]
) -> None:
    assert site.put(f"{home(run)}/x", b"streamed").status_code == 200
    assert on_disk(site, run, "x").read_bytes() == b"streamed"


@pytest.mark.parametrize("name", ["../secret", "/etc/passwd", "sub/../../secret", ".."])
def test_bodies_are_taken_from_the_spool_only(
    site: Site, spool: Path, run: dict[str, Any], name: str
) -> None:
    secret = spool.parent / "secret"
    secret.write_text("secret")

    answer = site.put(
        f"{home(run)}/x",
        b"",
        headers={"X-Trackgate-Body": name, "X-Trackgate-Body-Length": "6"},
    )

    assert answer.status_code == 400
    assert secret.read_text() == "secret"
    assert site.files_on_disk() == []


def test_downloads_are_handed_to_the_proxy(
    site: Site, spool: Path, run: dict[str, Any]
) -> None:
    store(site, spool, f"{home(run)}/a b/50%25 é?.html".replace("?", "%3F"))

    answer = site.get(f"{home(run)}/a b/50%25 é%3F.html")

    folder = f"/_artifacts/0/{run['run_id']}/artifacts"
    assert answer.headers["X-Accel-Redirect"] == (
        f"{folder}/a%20b/50%25%20%C3%A9%3F.html"
    )
    assert answer.data == b""
    assert answer.mimetype == "text/html"
    assert answer.headers["Content-Disposition"].startswith("attachment;")


def test_the_proxy_is_told_nothing_of_what_does_not_exist(
    site: Site, spool: Path, run: dict[str, Any]
) -> None:
    store(site, spool, f"{home(run)}/model/x")

    for path in ("y", "model", "model/x/y"):
        answer = site.get(f"{home(run)}/{path}")
        assert answer.status_code in (400, 404)
        assert "X-Accel-Redirect" not in answer.headers


def test_a_viewer_reads_and_changes_nothing(
    site: Site, spool: Path, run: dict[str, Any]
) -> None:
    path = f"{home(run)}/x"
    store(site, spool, path)
    site.as_user("vic")
    query = {"run_uuid": run["run_id"], "path": "x"}

    allowed = [
        site.get(path),
        site.ask("GET", "/get-artifact", query_string=query),
        site.ask("GET", f"{STORE}/presigned/{path}"),
        site.ask("GET", f"{API}/artifacts/list", query_string=query),
    ]
    mpu = {"path": "x", "num_parts": 1, "upload_id": "0" * 32, "parts": []}
    refused = [
        site.put(path),
        site.delete(path),
        site.ask("POST", "/ajax-api/2.0/mlflow/upload-artifact", query_string=query),
        site.ask(
            "POST",
            f"{API}/artifacts/presigned-upload-url",
            json={"run_id": run["run_id"], "path": "x"},
        ),
        *(
            site.ask("POST", f"{STORE}/mpu/{verb}/{home(run)}", json=mpu)
            for verb in ("create", "state", "complete", "abort")
        ),
    ]

    assert {answer.status_code for answer in allowed} == {200}
    assert {answer.status_code for answer in refused} == {403}


def test_nobody_gets_nothing(site: Site, spool: Path, run: dict[str, Any]) -> None:
    store(site, spool, f"{home(run)}/x")
    site.headers = {}

    for answer in (
        site.get(f"{home(run)}/x"),
        site.put(f"{home(run)}/x"),
        site.delete(f"{home(run)}/x"),
        site.ask("GET", "/get-artifact", query_string={"path": "x"}),
    ):
        assert answer.status_code == 401


# Signed URLs: the proxy asks first, the server looks again


@pytest.fixture
def upload_url(site: Site, run: dict[str, Any]) -> str:
    """The path of a URL to which eve may send a file."""
    given = site.call("artifacts/presigned-upload-url", run_id=run["run_id"], path="x")
    site.headers = {}
    return urlsplit(given["presigned_url"]).path


def verdict(site: Site, path: str, method: str = "PUT") -> int:
    answer = site.ask(
        "GET",
        "/signed-verdict",
        headers={
            "X-Trackgate-Signed-Path": path,
            "X-Trackgate-Signed-Method": method,
        },
    )
    return answer.status_code


def test_urls_name_the_address_that_the_client_used(
    site: Site, run: dict[str, Any]
) -> None:
    site.headers |= {
        "Host": "track.example:8443",
        "X-Forwarded-Host": "track.example:8443",
        "X-Forwarded-Proto": "https",
    }
    given = site.call("artifacts/presigned-upload-url", run_id=run["run_id"], path="x")

    assert given["presigned_url"].startswith("https://track.example:8443/track/signed/")


def test_the_proxy_learns_whether_a_url_is_good(site: Site, upload_url: str) -> None:
    assert upload_url.startswith(f"{PREFIX}/signed/")
    assert verdict(site, upload_url) == 204
    assert verdict(site, upload_url, "GET") == 403
    assert verdict(site, upload_url[:-8]) == 403
    assert verdict(site, "") == 403


def test_a_signed_url_needs_no_name(
    site: Site, spool: Path, run: dict[str, Any], upload_url: str
) -> None:
    said = spooled(spool, b"content")
    path = upload_url.removeprefix(PREFIX)

    assert site.ask("PUT", path, headers=said).status_code == 200
    assert on_disk(site, run, "x").read_bytes() == b"content"


@pytest.mark.parametrize("role", [None, "viewer"])
def test_a_url_is_worth_no_more_than_the_role_of_who_asked_for_it(
    site: Site, spool: Path, upload_url: str, role: str | None
) -> None:
    site.give_role("eve", role)

    assert verdict(site, upload_url) == 403
    path = upload_url.removeprefix(PREFIX)
    answer = site.ask("PUT", path, headers=spooled(spool, b"x"))
    assert answer.status_code == 403
    assert site.files_on_disk() == []


def test_a_bare_server_gives_no_verdicts(tmp_path: Path) -> None:
    bare = Site(tmp_path / "bare")

    assert verdict(bare, "/signed/x") == 403
    bare.close()


def test_who_changes_anothers_artifacts_is_kept(
    site: Site, spool: Path, run: dict[str, Any]
) -> None:
    store(site, spool, f"{home(run)}/x")
    site.as_user("ed")
    store(site, spool, f"{home(run)}/x")

    with site.services.database.engine.connect() as connection:
        notes = connection.exec_driver_sql(
            'SELECT "user", action, detail FROM changes WHERE target = ?',
            (f"run/{run['run_id']}",),
        ).all()
    assert [tuple(note) for note in notes] == [("ed", "store artifact", "x")]
