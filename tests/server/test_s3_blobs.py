"""Artifacts in S3: what is different from a folder."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from trackgate_server.blobs.bodies import SpooledBody
from trackgate_server.blobs.opening import UnusableStore, open_blobs, require_usable
from trackgate_server.blobs.store import Blobs, Entry
from trackgate_server.operations.purging import purge
from trackgate_server.settings import Settings
from trackgate_wire.errors import InvalidParameterValue, TemporarilyUnavailable
from trackgate_wire.server import Purge

from tests.environment.s3 import BUCKET, S3Server, credentials
from tests.server.artifact_site import Site, error_of, home
from tests.server.blob_calls import AREA, at, body, content, names

MIB = 1024 * 1024


@pytest.fixture
def blobs(bucket_blobs: Blobs) -> Iterator[Blobs]:
    yield bucket_blobs
    bucket_blobs.remove_area(("0",))


def key_of(settings: Settings, path: str) -> str:
    """Where in the bucket an artifact is."""
    prefix = settings.artifacts_destination.removeprefix(f"s3://{BUCKET}/")
    return "/".join((prefix, *AREA, path))


# The bucket


def test_a_key_is_the_prefix_and_the_path(s3_server: S3Server, tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path, **s3_server.settings())
    open_blobs(settings).store(at("model/é +"), body(b"x"))

    key = key_of(settings, "model/é +")
    found = s3_server.client.get_object(Bucket=BUCKET, Key=key)
    assert found["Body"].read() == b"x"


def test_stores_with_other_prefixes_do_not_meet(
    s3_server: S3Server, tmp_path: Path
) -> None:
    place = s3_server.settings()
    longer = place | {"artifacts_destination": place["artifacts_destination"] + "0"}
    one, other = (
        open_blobs(Settings(data_dir=tmp_path, **given)) for given in (place, longer)
    )
    one.store(at("x"), body(b"one"))
    other.store(at("y"), body(b"other"))

    one.remove_area(("0",))

    assert (names(one, ""), names(other, "")) == ([], ["y"])


def test_keys_that_are_no_paths_are_not_listed(
    s3_server: S3Server, tmp_path: Path
) -> None:
    settings = Settings(data_dir=tmp_path, **s3_server.settings())
    blobs = open_blobs(settings)
    blobs.store(at("x"), body(b"x"))
    for name in ("back\\slash", "empty/"):
        s3_server.client.put_object(Bucket=BUCKET, Key=key_of(settings, name), Body=b"")

    assert names(blobs, "") == ["empty", "x"]
    blobs.delete(at("empty"))
    assert names(blobs, "") == ["x"]


def test_a_key_that_is_too_long_is_refused(blobs: Blobs) -> None:
    path = "/".join(["n" * 250] * 4)

    for call in (
        lambda: blobs.store(at(path), body(b"x")),
        lambda: blobs.open(at(path)),
        lambda: blobs.delete(at(path)),
    ):
        with pytest.raises(InvalidParameterValue, match="at most 1024"):
            call()


@pytest.mark.slow
def test_a_folder_of_thousands_is_listed_and_deleted(
    s3_server: S3Server, tmp_path: Path
) -> None:
    settings = Settings(data_dir=tmp_path, **s3_server.settings())
    many = tmp_path / "many"
    many.mkdir()
    for number in range(1_010):
        (many / f"{number:04d}").touch()
    s3_server.fill(key_of(settings, "many"), many)
    blobs = open_blobs(settings)

    assert names(blobs, "many") == [f"{number:04d}" for number in range(1_000)]
    assert blobs.list(at("many"), "1000", 3)[0] == Entry("1001", 0)
    blobs.delete(at("many"))
    assert names(blobs, "") == []


# Bodies and downloads


def test_nothing_waits_here_once_it_is_stored(
    s3_server: S3Server, tmp_path: Path, spool: Path
) -> None:
    (spool / "1").write_bytes(b"body")
    settings = Settings(
        data_dir=tmp_path / "data", body_spool=str(spool), **s3_server.settings()
    )
    blobs = open_blobs(settings)

    blobs.store(at("x"), SpooledBody(spool, "1", 4))

    assert content(blobs, "x") == b"body"
    assert not list(spool.iterdir())
    assert not list((tmp_path / ".incoming").iterdir())


def test_a_large_file_goes_up_in_parts(blobs: Blobs) -> None:
    whole = b"".join(bytes([number]) * MIB for number in range(65))

    blobs.store(at("x"), body(whole))

    with blobs.open(at("x")).file as file:
        assert file.read() == whole


def test_a_reader_gets_no_mixture_of_two_versions(blobs: Blobs) -> None:
    blobs.store(at("x"), body(b"a" * MIB))

    with blobs.open(at("x")).file as file:
        assert file.read(10) == b"a" * 10
        blobs.store(at("x"), body(b"b" * MIB))
        with pytest.raises(OSError, match="was replaced"):
            file.read()


def test_a_version_that_comes_back_is_read_to_its_end(blobs: Blobs) -> None:
    blobs.store(at("x"), body(b"a" * MIB))

    with blobs.open(at("x")).file as file:
        file.read(10)
        blobs.store(at("x"), body(b"a" * MIB))
        assert file.read() == b"a" * (MIB - 10)


# When S3 does not answer


def test_a_store_that_is_down_is_said_and_comes_back(
    mortal_s3: S3Server, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    site = Site(tmp_path / "data", **mortal_s3.settings())
    folder = home(site.run())
    site.put(f"{folder}/x", b"old")

    mortal_s3.stop()
    began = time.monotonic()
    answer = site.put(f"{folder}/x", b"new")
    took_s = time.monotonic() - began
    mortal_s3.start()

    assert (answer.status_code, error_of(answer)) == (503, "TEMPORARILY_UNAVAILABLE")
    assert answer.headers["Retry-After"]
    assert took_s < 10
    for inner in (BUCKET, mortal_s3.endpoint):
        assert inner not in answer.text
    assert mortal_s3.endpoint in caplog.text
    assert site.get(f"{folder}/x").data == b"old"
    assert site.put(f"{folder}/x", b"new").status_code == 200
    site.close()


def purge_all(site: Site) -> None:
    purge(site.services, Purge(), by="test", now_ms=time.time_ns() // 1_000_000 + 1)


def test_no_rows_are_purged_while_bytes_are_out_of_reach(
    mortal_s3: S3Server, tmp_path: Path
) -> None:
    site = Site(tmp_path / "data", **mortal_s3.settings())
    run = site.run()
    site.put(f"{home(run)}/x")
    site.call("runs/delete", run_id=run["run_id"])

    mortal_s3.stop()
    with pytest.raises(TemporarilyUnavailable):
        purge_all(site)
    mortal_s3.start()

    assert site.get(f"{home(run)}/x").data == b"x"
    purge_all(site)
    assert site.get(f"{home(run)}/x").status_code == 404
    site.close()


# Settings


def test_the_store_is_tried_at_the_start(s3_server: S3Server, tmp_path: Path) -> None:
    require_usable(Settings(data_dir=tmp_path, **s3_server.settings()))


def test_keys_that_do_not_fit_are_named(
    s3_server: S3Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "credentials"
    file.write_text(credentials("tester", "wrong-secret"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(file))

    with pytest.raises(UnusableStore) as refused:
        require_usable(Settings(data_dir=tmp_path, **s3_server.settings()))

    assert "the keys are refused (SignatureDoesNotMatch)" in str(refused.value)
    assert f"s3://{BUCKET}" in str(refused.value)
    assert s3_server.endpoint in str(refused.value)
    assert "secret" not in str(refused.value)


def test_missing_keys_are_named(
    s3_server: S3Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "nowhere"))

    with pytest.raises(UnusableStore, match="AWS_SHARED_CREDENTIALS_FILE"):
        require_usable(Settings(data_dir=tmp_path, **s3_server.settings()))


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"artifacts_destination": "s3://nowhere/x"}, "there is no such bucket"),
        ({"s3_endpoint": "http://127.0.0.1:1"}, "it cannot be reached"),
        ({"artifacts_destination": "s3://"}, "names no bucket"),
        ({"artifacts_destination": "s3:///x"}, "names no bucket"),
        ({"artifacts_destination": "s3://artifacts/a/../b"}, "no plain path"),
        ({"s3_endpoint": "s3.example.com"}, "is no address"),
        ({"s3_endpoint": "http://s3.example.com/path"}, "is no address"),
    ],
)
def test_settings_that_cannot_be_right_are_named(
    s3_server: S3Server, tmp_path: Path, changed: dict[str, str], said: str
) -> None:
    settings = Settings(data_dir=tmp_path, **(s3_server.settings() | changed))

    with pytest.raises(UnusableStore, match=said) as refused:
        require_usable(settings)
    assert "\n" not in str(refused.value)


def test_a_secret_in_the_endpoint_is_not_shown(tmp_path: Path) -> None:
    settings = Settings(
        data_dir=tmp_path,
        artifacts_destination="s3://artifacts",
        s3_endpoint="https://key:hunter2@s3.example.com",
    )

    with pytest.raises(UnusableStore) as refused:
        require_usable(settings)
    assert "hunter2" not in str(refused.value)
