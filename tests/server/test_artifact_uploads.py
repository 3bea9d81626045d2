"""Files in parts, and URLs that carry their own permission."""

from __future__ import annotations

import hashlib
import os
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from trackgate_server.identity import LOCAL
from trackgate_server.operations import signing
from trackgate_server.operations.artifact_owners import OwnerRef
from trackgate_server.operations.scope import Scope
from trackgate_server.operations.signing import Grant
from werkzeug.test import TestResponse

from tests.server.artifact_site import API, ON_DISK, ONCE, STORE, Site, error_of, home

DAY_S = 24 * 3600


@pytest.fixture
def run(site: Site) -> dict[str, Any]:
    return site.run()


class Sender:
    """A client that sends one file in parts, as the stock one does."""

    def __init__(self, site: Site, folder: str, name: str = "big.bin") -> None:
        self.site = site
        self.folder = folder
        self.name = name
        self.upload_id = ""
        self.urls: dict[int, str] = {}
        self.etags: dict[int, str] = {}

    def step(self, verb: str, **fields: Any) -> TestResponse:
        path = f"{STORE}/mpu/{verb}/{self.folder}"
        return self.site.ask("POST", path, json={"path": self.name} | fields)

    def create(self, num_parts: int) -> None:
        answer = self.step("create", num_parts=num_parts)
        assert answer.status_code == 200, answer.text
        created = answer.json or {}
        self.upload_id = created["upload_id"]
        self.urls = {
            item["part_number"]: item["url"] for item in created["credentials"]
        }

    def send(self, number: int, content: bytes) -> TestResponse:
        answer = self.site.ask("PUT", path_of(self.urls[number]), data=content)
        self.etags[number] = answer.headers.get("ETag", "")
        return answer

    def complete(self) -> TestResponse:
        parts = [
            {"part_number": number, "etag": etag, "url": self.urls[number]}
            for number, etag in sorted(self.etags.items())
        ]
        return self.step("complete", upload_id=self.upload_id, parts=parts)

    def state(self) -> dict[str, Any]:
        answer = self.step("state", upload_id=self.upload_id)
        assert answer.status_code == 200, answer.text
        return answer.json or {}


def path_of(url: str) -> str:
    return urlsplit(url).path


@pytest.fixture
def sender(site: Site, run: dict[str, Any]) -> Sender:
    return Sender(site, f"{home(run)}/model")


def test_parts_become_one_file(sender: Sender) -> None:
    sender.create(3)
    for number, content in ((2, b"b" * 700_000), (1, b"a" * 700_000), (3, b"c")):
        assert sender.send(number, content).status_code == 200

    assert sender.complete().status_code == 200

    fetched = sender.site.get(f"{sender.folder}/big.bin")
    assert fetched.data == b"a" * 700_000 + b"b" * 700_000 + b"c"


@ONCE
def test_urls_are_absolute_and_name_the_callers_host(sender: Sender) -> None:
    sender.create(2)

    assert {urlsplit(url)[:2] for url in sender.urls.values()} == {
        ("http", "localhost")
    }
    assert len(set(sender.urls.values())) == 2


def test_the_file_is_not_there_before_it_is_complete(sender: Sender) -> None:
    sender.create(1)
    sender.send(1, b"x")

    assert sender.site.get(f"{sender.folder}/big.bin").status_code == 404
    assert sender.site.listed(sender.folder) == []


def test_a_parts_version_is_the_hash_of_its_bytes(sender: Sender) -> None:
    sender.create(1)
    answer = sender.send(1, b"content")

    assert answer.headers["ETag"] == f'"{hashlib.sha256(b"content").hexdigest()}"'


@ONCE
@pytest.mark.parametrize("name", ["/home/ada/big.bin", "C:\\data\\big.bin", "big.bin"])
def test_only_the_name_of_the_local_path_counts(sender: Sender, name: str) -> None:
    sender.name = name
    sender.create(1)
    sender.send(1, b"x")
    sender.complete()

    assert [file["path"] for file in sender.site.listed(sender.folder)] == ["big.bin"]


def test_a_part_sent_twice_is_one_part(sender: Sender) -> None:
    sender.create(1)
    sender.send(1, b"same")
    sender.send(1, b"same")

    assert len(sender.state()["parts"]) == 1
    assert sender.complete().status_code == 200


@ONCE
def test_the_part_that_is_named_counts_not_the_last_one(sender: Sender) -> None:
    sender.create(1)
    sender.send(1, b"late answer")
    first = sender.etags[1]
    sender.send(1, b"other bytes")
    sender.etags[1] = first

    sender.complete()

    assert sender.site.get(f"{sender.folder}/big.bin").data == b"late answer"


def test_a_missing_part_is_named(sender: Sender) -> None:
    sender.create(2)
    sender.send(1, b"x")
    sender.etags[2] = '"' + "0" * 64 + '"'

    answer = sender.complete()

    assert (answer.status_code, error_of(answer)) == (400, "INVALID_PARAMETER_VALUE")
    assert "Part 2" in answer.text


@ONCE
def test_all_parts_must_be_named(sender: Sender) -> None:
    sender.create(2)
    sender.send(1, b"x")

    answer = sender.complete()

    assert answer.status_code == 400
    assert "2 parts" in answer.text


def test_an_upload_goes_on_where_it_stopped(sender: Sender) -> None:
    sender.create(3)
    sender.send(2, b"two")

    state = sender.state()
    assert [part["part_number"] for part in state["parts"]] == [2]
    assert state["parts"][0]["etag"] == sender.etags[2]
    sender.urls |= {item["part_number"]: item["url"] for item in state["missing"]}
    sender.send(1, b"one")
    sender.send(3, b"three")
    sender.complete()

    assert sender.site.get(f"{sender.folder}/big.bin").data == b"onetwothree"


def test_completing_twice_is_the_same_as_once(sender: Sender) -> None:
    sender.create(1)
    sender.send(1, b"x")

    assert [sender.complete().status_code for _ in range(2)] == [200, 200]
    assert sender.site.get(f"{sender.folder}/big.bin").data == b"x"


def test_completing_replaces_a_file_that_was_there(sender: Sender) -> None:
    sender.site.put(f"{sender.folder}/big.bin", b"old")
    sender.create(1)
    sender.send(1, b"new")
    assert sender.site.get(f"{sender.folder}/big.bin").data == b"old"

    sender.complete()

    assert sender.site.get(f"{sender.folder}/big.bin").data == b"new"


def test_a_folder_in_the_way_keeps_the_parts(sender: Sender) -> None:
    sender.create(1)
    sender.send(1, b"x")
    sender.site.put(f"{sender.folder}/big.bin/x")
    assert sender.complete().status_code == 400

    sender.site.delete(f"{sender.folder}/big.bin")

    assert sender.complete().status_code == 200


@ON_DISK
def test_nothing_is_left_of_an_aborted_upload(sender: Sender) -> None:
    sender.create(2)
    sender.send(1, b"x")

    assert sender.step("abort", upload_id=sender.upload_id).status_code == 200

    assert sender.site.files_on_disk() == []
    assert sender.step("abort", upload_id=sender.upload_id).status_code == 404
    assert sender.send(2, b"x").status_code == 404


@ON_DISK
def test_a_finished_upload_keeps_no_parts(sender: Sender) -> None:
    sender.create(2)
    sender.send(1, b"x" * 1000)
    sender.send(2, b"y" * 1000)
    sender.complete()

    sizes = [
        path.stat().st_size for path in sender.site.root.rglob("*.*") if path.is_file()
    ]
    assert sum(sizes) < 2_500


@ONCE
@pytest.mark.parametrize("num_parts", [0, -1, 10_001])
def test_the_number_of_parts_has_bounds(sender: Sender, num_parts: int) -> None:
    answer = sender.step("create", num_parts=num_parts)

    assert answer.status_code == 400
    assert "num_parts" in answer.text


@ONCE
@pytest.mark.parametrize("upload_id", ["0" * 32, "..", "", "../0", "x" * 32])
def test_an_unknown_upload_is_not_found(sender: Sender, upload_id: str) -> None:
    for verb, more in (("state", {}), ("abort", {}), ("complete", {"parts": []})):
        answer = sender.step(verb, upload_id=upload_id, **more)
        assert (answer.status_code, error_of(answer)) == (
            404,
            "RESOURCE_DOES_NOT_EXIST",
        )


def test_an_upload_is_bound_to_its_file(sender: Sender, site: Site) -> None:
    sender.create(1)
    sender.send(1, b"x")

    sender.name = "other.bin"
    assert sender.complete().status_code == 404
    sender.name, sender.folder = "big.bin", home(site.run())
    assert sender.complete().status_code == 404


def test_a_deleted_run_takes_no_upload(
    sender: Sender, run: dict[str, Any], site: Site
) -> None:
    sender.create(1)
    sender.send(1, b"x")
    site.call("runs/delete", run_id=run["run_id"])

    assert sender.complete().status_code == 400
    assert sender.step("create", num_parts=1).status_code == 400


@ON_DISK
def test_uploads_nobody_touched_for_a_week_are_forgotten(sender: Sender) -> None:
    sender.create(1)
    old, fresh = sender.upload_id, Sender(sender.site, sender.folder)
    fresh.create(1)
    uploads = sender.site.root / ".uploads"
    eight_days_ago = time.time() - 8 * DAY_S
    os.utime(uploads / old, (eight_days_ago, eight_days_ago))

    Sender(sender.site, sender.folder).create(1)

    names = {path.name for path in uploads.iterdir()}
    assert old not in names
    assert fresh.upload_id in names


@ON_DISK
def test_what_a_crash_left_behind_is_removed_after_a_day(sender: Sender) -> None:
    left = sender.site.root / ".incoming" / "left"
    left.write_bytes(b"half")
    os.utime(left, (0, time.time() - 2 * DAY_S))

    sender.create(1)

    assert not left.exists()


# Signed URLs


def scope(site: Site, at_s: float | None = None) -> Scope:
    now_ms = int((time.time() if at_s is None else at_s) * 1000)
    return Scope(site.services, LOCAL, "http://localhost", now_ms)


def signed(site: Site, method: signing.Method, run: dict[str, Any], path: str) -> str:
    owner = OwnerRef("run", run["run_id"])
    grant = Grant(method, None, int(time.time()) + 60, owner=owner, path=path)
    return path_of(signing.url(scope(site), grant))


def test_a_download_url_needs_nothing_else(site: Site, run: dict[str, Any]) -> None:
    site.put(f"{home(run)}/model/x", b"0123456789")

    answer = site.ask("GET", f"{STORE}/presigned/{home(run)}/model/x")
    given = answer.json or {}
    fetched = site.ask("GET", path_of(given["url"]), headers={"Range": "bytes=3-5"})

    assert given["file_size"] == 10
    assert (fetched.status_code, fetched.data) == (206, b"345")
    assert site.ask("HEAD", path_of(given["url"])).status_code == 200


@ONCE
def test_there_is_no_download_url_for_what_does_not_exist(
    site: Site, run: dict[str, Any]
) -> None:
    answer = site.ask("GET", f"{STORE}/presigned/{home(run)}/x")

    assert (answer.status_code, error_of(answer)) == (404, "RESOURCE_DOES_NOT_EXIST")


def test_an_upload_url_takes_one_file(site: Site, run: dict[str, Any]) -> None:
    given = site.call(
        "artifacts/presigned-upload-url", run_id=run["run_id"], path="a/x.txt"
    )
    stored = site.ask("PUT", path_of(given["presigned_url"]), data=b"content")

    assert stored.status_code == 200
    assert site.get(f"{home(run)}/a/x.txt").data == b"content"


@ONCE
@pytest.mark.parametrize(
    "fields",
    [
        {"path": "x"},
        {"run_id": "RUN"},
        {"run_id": "RUN", "path": ""},
        {"run_id": "RUN", "path": "../x"},
        {"run_id": "RUN", "path": "x", "expiration": 0},
        {"run_id": "RUN", "path": "x", "expiration": 10**9},
    ],
)
def test_an_upload_url_is_for_one_place_and_some_time(
    site: Site, run: dict[str, Any], fields: dict[str, Any]
) -> None:
    if "run_id" in fields:
        fields = fields | {"run_id": run["run_id"]}

    answer = site.ask("POST", f"{API}/artifacts/presigned-upload-url", json=fields)

    assert (answer.status_code, error_of(answer)) == (400, "INVALID_PARAMETER_VALUE")


@ONCE
def test_a_url_is_good_for_its_method_only(site: Site, run: dict[str, Any]) -> None:
    site.put(f"{home(run)}/x", b"kept")

    refused = [
        site.ask("PUT", signed(site, "GET", run, "x"), data=b"new"),
        site.ask("GET", signed(site, "PUT", run, "x")),
        site.ask("HEAD", signed(site, "PUT", run, "x")),
    ]

    assert [answer.status_code for answer in refused] == [403, 403, 403]
    assert site.get(f"{home(run)}/x").data == b"kept"


@ONCE
def test_a_url_expires(site: Site, run: dict[str, Any]) -> None:
    site.put(f"{home(run)}/x")
    owner = OwnerRef("run", run["run_id"])
    grant = Grant("GET", None, int(time.time()) - 1, owner=owner, path="x")

    answer = site.ask("GET", path_of(signing.url(scope(site), grant)))

    assert answer.status_code == 403
    assert "expired" in answer.text


@ONCE
def test_a_changed_url_is_refused(site: Site, run: dict[str, Any]) -> None:
    site.put(f"{home(run)}/x")
    url = signed(site, "GET", run, "x")
    head, _, token = url.rpartition("/")

    for position in (0, len(token) // 2, len(token) - 6):
        letter = "A" if token[position] != "A" else "B"
        changed = token[:position] + letter + token[position + 1 :]
        assert site.ask("GET", f"{head}/{changed}").status_code == 403


@ON_DISK
@pytest.mark.parametrize("token", ["x", "é", "AAAA", "=" * 8, "A" * 5000, "..", "%00"])
def test_no_made_up_token_is_accepted(site: Site, token: str) -> None:
    for method in ("GET", "PUT"):
        answer = site.ask(method, f"/signed/{token}", data=b"x")
        assert answer.status_code == 403
        assert answer.is_json
    assert site.files_on_disk() == []


@ONCE
def test_a_url_signed_with_another_key_is_refused(
    site: Site, run: dict[str, Any], tmp_path: Path
) -> None:
    site.put(f"{home(run)}/x")
    other = Site(tmp_path / "other")
    url = signed(other, "GET", run, "x")
    other.close()

    assert site.ask("GET", url).status_code == 403


@ON_DISK
def test_an_upload_url_of_a_deleted_run_is_refused(
    site: Site, run: dict[str, Any]
) -> None:
    url = signed(site, "PUT", run, "x")
    site.call("runs/delete", run_id=run["run_id"])

    assert site.ask("PUT", url, data=b"x").status_code == 400
    assert site.files_on_disk() == []
