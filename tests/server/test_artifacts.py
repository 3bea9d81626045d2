"""Artifacts over HTTP: sent, fetched, listed, deleted."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from trackgate_server.http import artifacts as byte_views
from trackgate_wire.artifacts import BYTE_ROUTES

from tests.server.artifact_site import API, ON_DISK, ONCE, STORE, Site, error_of, home


@pytest.fixture
def run(site: Site) -> dict[str, Any]:
    return site.run()


def test_every_byte_route_of_the_protocol_is_served() -> None:
    assert set(byte_views.VIEWS) == set(BYTE_ROUTES)


@ON_DISK
@pytest.mark.parametrize("root", ["api/2.0", "api/3.0", "ajax-api/2.0", "ajax-api/3.0"])
def test_a_file_comes_back_as_it_was_sent(
    site: Site, run: dict[str, Any], root: str
) -> None:
    path = f"/{root}/mlflow-artifacts/artifacts/{home(run)}/model/é x%25.bin"
    content = bytes(range(256)) * 10_000

    stored = site.ask("PUT", path, data=content)
    fetched = site.ask("GET", path)

    assert (stored.status_code, stored.json) == (200, {})
    assert fetched.status_code == 200
    assert fetched.data == content
    assert site.files_on_disk() == [
        f"0/{run['run_id']}/artifacts/model/é x%.bin",
    ]


@ON_DISK
def test_bytes_lie_in_the_servers_own_folder_whatever_the_location(
    site: Site,
) -> None:
    run = site.run(site.experiment("mlflow-artifacts:/team/a"))

    assert home(run) == f"team/a/{run['run_id']}/artifacts"
    assert site.put(f"{home(run)}/x").status_code == 200
    assert site.get(f"{home(run)}/x").data == b"x"
    experiment = run["experiment_id"]
    assert site.files_on_disk() == [f"{experiment}/{run['run_id']}/artifacts/x"]


@ON_DISK
def test_a_run_is_not_reached_by_the_path_its_bytes_have_on_disk(site: Site) -> None:
    run = site.run(site.experiment("mlflow-artifacts:/team/a"))
    site.put(f"{home(run)}/x")

    on_disk = f"{run['experiment_id']}/{run['run_id']}/artifacts/x"
    assert site.get(on_disk).status_code == 404


def test_folders_may_bear_the_names_of_runs(site: Site, run: dict[str, Any]) -> None:
    other = site.run()
    path = f"{home(run)}/{other['run_id']}/artifacts/x"

    site.put(path, b"mine")

    assert site.get(path).data == b"mine"
    assert site.listed(home(other)) == []


@ON_DISK
@pytest.mark.parametrize(
    "path",
    [
        "x",
        "0/x",
        "artifacts/x",
        "0/artifacts/x",
        "0/{other}/artifacts/x",
        "1/{run}/artifacts/x",
        "{run}/artifacts/x",
        "0/{run}/x",
        "0/{run}/Artifacts/x",
        ".incoming/x",
        ".uploads/x/artifacts/x",
    ],
)
def test_only_runs_have_artifacts(site: Site, run: dict[str, Any], path: str) -> None:
    path = path.format(run=run["run_id"], other="f" * 32)

    for answer in (site.put(path), site.get(path), site.delete(path)):
        assert (answer.status_code, error_of(answer)) == (
            404,
            "RESOURCE_DOES_NOT_EXIST",
        )
    answer = site.ask("GET", f"{STORE}/artifacts", query_string={"path": path})
    assert answer.status_code == 404
    assert site.files_on_disk() == []


@ONCE
def test_the_store_itself_is_not_listed(site: Site, run: dict[str, Any]) -> None:
    site.put(f"{home(run)}/x")

    for path in ("", "/", ".", "0", f"0/{run['run_id']}"):
        answer = site.ask("GET", f"{STORE}/artifacts", query_string={"path": path})
        assert answer.status_code == 404, path


def test_a_missing_file_is_named(site: Site, run: dict[str, Any]) -> None:
    answer = site.get(f"{home(run)}/model/x")

    assert (answer.status_code, error_of(answer)) == (404, "RESOURCE_DOES_NOT_EXIST")
    assert "'model/x'" in answer.text


def test_a_folder_is_not_downloaded(site: Site, run: dict[str, Any]) -> None:
    site.put(f"{home(run)}/model/x")

    for path in ("model", "model/", ""):
        answer = site.get(f"{home(run)}/{path}")
        assert (answer.status_code, error_of(answer)) == (
            400,
            "INVALID_PARAMETER_VALUE",
        )


# What an answer says of a file


def test_a_download_says_length_and_version(site: Site, run: dict[str, Any]) -> None:
    site.put(f"{home(run)}/x", b"12345")

    answer = site.get(f"{home(run)}/x")
    again = site.get(
        f"{home(run)}/x", headers={"If-None-Match": answer.headers["ETag"]}
    )

    assert answer.headers["Content-Length"] == "5"
    assert answer.headers["Accept-Ranges"] == "bytes"
    assert "Last-Modified" in answer.headers
    assert again.status_code == 304


def test_the_version_changes_with_the_content(site: Site, run: dict[str, Any]) -> None:
    site.put(f"{home(run)}/x", b"12345")
    first = site.get(f"{home(run)}/x").headers["ETag"]
    site.put(f"{home(run)}/x", b"54321")

    assert site.get(f"{home(run)}/x").headers["ETag"] != first


def test_part_of_a_file_can_be_asked_for(site: Site, run: dict[str, Any]) -> None:
    site.put(f"{home(run)}/x", b"0123456789")

    answer = site.get(f"{home(run)}/x", headers={"Range": "bytes=2-4"})
    beyond = site.get(f"{home(run)}/x", headers={"Range": "bytes=20-"})

    assert (answer.status_code, answer.data) == (206, b"234")
    assert answer.headers["Content-Range"] == "bytes 2-4/10"
    assert beyond.status_code == 416


def test_a_head_request_answers_without_the_bytes(
    site: Site, run: dict[str, Any]
) -> None:
    site.put(f"{home(run)}/x", b"12345")

    answer = site.ask("HEAD", f"{STORE}/artifacts/{home(run)}/x")

    assert (answer.status_code, answer.data) == (200, b"")
    assert answer.headers["Content-Length"] == "5"


@ONCE
@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("x.html", "text/html"),
        ("x.svg", "image/svg+xml"),
        ("x.js", "text/plain"),
        ("x.xml", "text/plain"),
        ("MLmodel", "text/plain"),
        ("plot.png", "image/png"),
        ("x.tar.gz", "application/octet-stream"),
        ("x", "application/octet-stream"),
    ],
)
def test_nothing_that_was_stored_runs_in_a_browser(
    site: Site, run: dict[str, Any], name: str, kind: str
) -> None:
    site.put(f"{home(run)}/{name}", b"<script>alert(1)</script>")

    answer = site.get(f"{home(run)}/{name}")

    assert answer.mimetype == kind
    assert answer.headers["Content-Disposition"].startswith("attachment;")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Security-Policy"] == "sandbox"


@ONCE
def test_a_name_cannot_break_out_of_its_header(site: Site, run: dict[str, Any]) -> None:
    site.put(f"{home(run)}/a%22; é.txt")

    answer = site.get(f"{home(run)}/a%22; é.txt")

    assert answer.headers["Content-Disposition"] == (
        "attachment; filename=\"a_; _.txt\"; filename*=UTF-8''a%22%3B%20%C3%A9.txt"
    )


# Listing


def test_a_listing_of_the_store_names_files_below_the_folder(
    site: Site, run: dict[str, Any]
) -> None:
    for path in ("model/data/weights", "model/MLmodel"):
        site.put(f"{home(run)}/{path}", b"123")

    assert site.listed(f"{home(run)}/model") == [
        {"path": "MLmodel", "is_dir": False, "file_size": 3},
        {"path": "data", "is_dir": True},
    ]
    assert site.listed(f"{home(run)}/model/MLmodel") == []


def test_a_listing_of_a_run_names_files_below_the_run(
    site: Site, run: dict[str, Any]
) -> None:
    site.put(f"{home(run)}/model/MLmodel", b"123")

    answer = site.ask(
        "GET",
        f"{API}/artifacts/list",
        query_string={"run_id": run["run_id"], "path": "model"},
    )

    assert answer.json == {
        "root_uri": run["artifact_uri"],
        "files": [{"path": "model/MLmodel", "is_dir": False, "file_size": 3}],
    }


def test_a_run_without_artifacts_has_an_empty_listing(
    site: Site, run: dict[str, Any]
) -> None:
    assert site.listed(home(run)) == []


def test_long_listings_of_a_run_come_in_pages(
    site: Site, run: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("trackgate_wire.limits.ARTIFACTS_PER_PAGE", 2)
    for name in "edcba":
        site.put(f"{home(run)}/{name}")

    pages: list[list[str]] = []
    token: str | None = ""
    while token is not None:
        query = {"run_id": run["run_id"], "page_token": token}
        answer = site.ask("GET", f"{API}/artifacts/list", query_string=query).json or {}
        pages.append([file["path"] for file in answer["files"]])
        token = answer.get("next_page_token")

    assert pages == [["a", "b"], ["c", "d"], ["e"]]


def test_a_page_token_of_another_folder_is_refused(
    site: Site, run: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("trackgate_wire.limits.ARTIFACTS_PER_PAGE", 1)
    for name in "ab":
        site.put(f"{home(run)}/{name}")
    query = {"run_id": run["run_id"]}
    answer = site.ask("GET", f"{API}/artifacts/list", query_string=query)
    token = (answer.json or {})["next_page_token"]

    query |= {"path": "a", "page_token": token}
    answer = site.ask("GET", f"{API}/artifacts/list", query_string=query)

    assert answer.status_code == 400


# Deleting


@ON_DISK
def test_files_and_folders_below_a_run_are_deleted(
    site: Site, run: dict[str, Any]
) -> None:
    for path in ("a/b/c", "a/d", "e", "f"):
        site.put(f"{home(run)}/{path}")

    answers = [site.delete(f"{home(run)}/{path}") for path in ("a", "e")]

    assert [answer.status_code for answer in answers] == [200, 200]
    assert [file["path"] for file in site.listed(home(run))] == ["f"]
    assert len(site.files_on_disk()) == 1


@ON_DISK
@pytest.mark.parametrize("path", ["", "/", "/."])
def test_all_artifacts_of_a_run_are_not_deleted_at_once(
    site: Site, run: dict[str, Any], path: str
) -> None:
    site.put(f"{home(run)}/x")

    assert site.delete(f"{home(run)}{path}").status_code == 400
    assert len(site.files_on_disk()) == 1


@ON_DISK
def test_who_deleted_is_kept(site: Site, run: dict[str, Any]) -> None:
    site.put(f"{home(run)}/model/x")

    site.delete(f"{home(run)}/model")

    with site.services.database.engine.connect() as connection:
        notes = connection.exec_driver_sql(
            'SELECT "user", action, detail FROM changes WHERE target = ?',
            (f"run/{run['run_id']}",),
        ).all()
    assert [tuple(note) for note in notes] == [
        ("(bare server)", "delete artifact", "model")
    ]


# Runs that are deleted, and artifacts that are elsewhere


@ON_DISK
def test_a_deleted_runs_artifacts_can_be_read_but_not_changed(
    site: Site, run: dict[str, Any]
) -> None:
    site.put(f"{home(run)}/x")
    site.call("runs/delete", run_id=run["run_id"])

    assert site.get(f"{home(run)}/x").data == b"x"
    for answer in (site.put(f"{home(run)}/y"), site.delete(f"{home(run)}/x")):
        assert (answer.status_code, error_of(answer)) == (
            400,
            "INVALID_PARAMETER_VALUE",
        )
    assert len(site.files_on_disk()) == 1


@ON_DISK
def test_purging_a_run_takes_its_bytes(site: Site, run: dict[str, Any]) -> None:
    site.put(f"{home(run)}/x")

    site.services.blobs.remove_area((run["experiment_id"], run["run_id"]))
    site.services.blobs.remove_area((run["experiment_id"], run["run_id"]))

    assert site.files_on_disk() == []


@ONCE
def test_the_server_does_not_open_remote_locations(site: Site) -> None:
    run = site.run(site.experiment("s3://bucket/path"))
    query = {"run_id": run["run_id"], "path": "x"}

    for method, path in (
        ("GET", f"{API}/artifacts/list"),
        ("GET", "/get-artifact"),
        ("POST", "/ajax-api/2.0/mlflow/upload-artifact"),
    ):
        answer = site.ask(
            method, path, query_string=query | {"run_uuid": query["run_id"]}
        )
        assert answer.status_code == 400
        assert "s3://bucket/path" in answer.text
    assert site.get(f"bucket/path/{run['run_id']}/artifacts/x").status_code == 404


# Routes that name a run instead of a path in the store


def test_a_file_can_be_sent_and_fetched_by_run(site: Site, run: dict[str, Any]) -> None:
    upload = "/ajax-api/2.0/mlflow/upload-artifact"
    query = {"run_uuid": run["run_id"], "path": "model/x.json"}

    stored = site.ask("POST", upload, query_string=query, data=b"{}")
    fetched = site.ask("GET", "/get-artifact", query_string=query)

    assert stored.status_code == 200
    assert fetched.data == b"{}"
    assert site.get(f"{home(run)}/model/x.json").data == b"{}"


@ONCE
@pytest.mark.parametrize("missing", ["run_uuid", "path"])
def test_a_route_by_run_says_what_is_missing(
    site: Site, run: dict[str, Any], missing: str
) -> None:
    query = {"run_uuid": run["run_id"], "path": "x"}
    del query[missing]

    for method, path in (
        ("GET", "/get-artifact"),
        ("POST", "/ajax-api/2.0/mlflow/upload-artifact"),
    ):
        answer = site.ask(method, path, query_string=query)
        assert answer.status_code == 400
        assert error_of(answer) == "INVALID_PARAMETER_VALUE"


# Bodies


@ON_DISK
def test_a_compressed_body_is_refused(site: Site, run: dict[str, Any]) -> None:
    answer = site.put(f"{home(run)}/x", headers={"Content-Encoding": "gzip"})

    assert answer.status_code == 400
    assert site.files_on_disk() == []


@ONCE
def test_a_bare_server_believes_no_proxy_headers(
    site: Site, run: dict[str, Any], tmp_path: Path
) -> None:
    (tmp_path / "secret").write_text("secret")

    site.put(
        f"{home(run)}/x",
        b"",
        headers={
            "X-Trackgate-Body": str(tmp_path / "secret"),
            "X-Trackgate-Body-Length": "6",
        },
    )

    assert site.get(f"{home(run)}/x").data == b""
    assert (tmp_path / "secret").exists()
