"""Artifacts in a folder: what is on disk before, while and after."""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from trackgate_server.blobs.bodies import SpooledBody, StreamedBody
from trackgate_server.blobs.local import LocalBlobs
from trackgate_wire.errors import BadRequest, InvalidParameterValue, NotFound

from tests.server.blob_calls import AREA, at, body, content


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "artifacts"


@pytest.fixture
def blobs(root: Path) -> Iterator[LocalBlobs]:
    store = LocalBlobs(root)
    yield store
    store.close()


def files_on_disk(root: Path) -> list[str]:
    return sorted(
        str(path.relative_to(root)) for path in root.rglob("*") if path.is_file()
    )


def test_folders_of_the_store_are_closed_to_others(
    blobs: LocalBlobs, root: Path
) -> None:
    blobs.store(at("model/x"), body(b"x"))

    modes = {path.stat().st_mode & 0o007 for path in [root, *root.rglob("*")]}
    assert modes == {0}


def test_an_open_file_survives_being_replaced(blobs: LocalBlobs) -> None:
    blobs.store(at("x"), body(b"old"))

    with blobs.open(at("x")).file as file:
        blobs.store(at("x"), body(b"new"))
        assert file.read() == b"old"


def test_nothing_is_left_of_a_body_that_ends_early(
    blobs: LocalBlobs, root: Path
) -> None:
    with pytest.raises(BadRequest):
        blobs.store(at("model/x"), StreamedBody(io.BytesIO(b"abc"), 10))

    assert files_on_disk(root) == []


# Links that somebody with access to the disk has planted.


@pytest.fixture
def outside(tmp_path: Path) -> Path:
    folder = tmp_path / "outside"
    folder.mkdir()
    (folder / "secret").write_text("secret")
    return folder


@pytest.fixture
def planted(blobs: LocalBlobs, root: Path, outside: Path) -> Path:
    """A run's folder with a link to a folder and one to a file outside."""
    blobs.store(at("x"), body(b"x"))
    folder = root.joinpath(*AREA)
    (folder / "link").symlink_to(outside)
    (folder / "file-link").symlink_to(outside / "secret")
    return folder


@pytest.mark.usefixtures("planted")
def test_links_are_not_read(blobs: LocalBlobs) -> None:
    for path in ("link/secret", "file-link", "link"):
        with pytest.raises(NotFound):
            blobs.open(at(path))


@pytest.mark.usefixtures("planted")
def test_links_are_not_listed(blobs: LocalBlobs) -> None:
    assert [entry.name for entry in blobs.list(at(""), "", 10)] == ["x"]
    assert blobs.list(at("link"), "", 10) == []


@pytest.mark.usefixtures("planted")
def test_nothing_is_stored_through_a_link(blobs: LocalBlobs, outside: Path) -> None:
    with pytest.raises(InvalidParameterValue):
        blobs.store(at("link/new"), body(b"x"))
    with pytest.raises(InvalidParameterValue):
        blobs.store(at("link/below/new"), body(b"x"))
    blobs.store(at("file-link"), body(b"x"))

    assert [path.name for path in outside.iterdir()] == ["secret"]
    assert (outside / "secret").read_text() == "secret"


@pytest.mark.usefixtures("planted")
def test_deleting_follows_no_link(blobs: LocalBlobs, outside: Path) -> None:
    with pytest.raises(NotFound):
        blobs.delete(at("link/secret"))
    blobs.store(at("folder/x"), body(b"x"))
    blobs.delete(at("link"))

    assert (outside / "secret").read_text() == "secret"


def test_a_link_inside_a_deleted_folder_is_not_followed(
    blobs: LocalBlobs, root: Path, outside: Path
) -> None:
    blobs.store(at("folder/x"), body(b"x"))
    root.joinpath(*AREA, "folder", "link").symlink_to(outside)

    blobs.delete(at("folder"))

    assert (outside / "secret").read_text() == "secret"
    assert files_on_disk(root) == []


def test_a_run_folder_that_is_a_link_is_not_entered(
    blobs: LocalBlobs, root: Path, outside: Path
) -> None:
    (root / "0").mkdir()
    (root / "0" / AREA[1]).symlink_to(outside)

    with pytest.raises(NotFound):
        blobs.open(at("secret"))
    with pytest.raises(InvalidParameterValue):
        blobs.store(at("x"), body(b"x"))


def test_pipes_and_devices_are_no_artifacts(blobs: LocalBlobs, root: Path) -> None:
    blobs.store(at("x"), body(b"x"))
    os.mkfifo(root.joinpath(*AREA, "pipe"))

    with pytest.raises(NotFound):
        blobs.open(at("pipe"))
    assert [entry.name for entry in blobs.list(at(""), "", 10)] == ["x"]


def test_names_that_are_no_text_are_not_listed(blobs: LocalBlobs, root: Path) -> None:
    blobs.store(at("x"), body(b"x"))
    folder = os.fsencode(root.joinpath(*AREA))
    with open(folder + b"/\xff", "wb"):
        pass

    assert [entry.name for entry in blobs.list(at(""), "", 10)] == ["x"]


# Bodies that the proxy has written to a file.


def test_a_spooled_body_is_moved_not_copied(
    blobs: LocalBlobs, root: Path, spool: Path
) -> None:
    (spool / "0000001").write_bytes(b"body")
    inode = (spool / "0000001").stat().st_ino

    blobs.store(at("x"), SpooledBody(spool, "0000001", 4))

    assert root.joinpath(*AREA, "x").stat().st_ino == inode
    assert content(blobs, "x") == b"body"
    assert list(spool.iterdir()) == []


@pytest.mark.skipif(not Path("/dev/shm").is_dir(), reason="no second file system")
def test_a_spool_on_another_file_system_is_copied_from(
    blobs: LocalBlobs, tmp_path: Path
) -> None:
    spool = Path("/dev/shm") / f"trackgate-{os.getpid()}"
    spool.mkdir()
    try:
        if spool.stat().st_dev == tmp_path.stat().st_dev:
            pytest.skip("/dev/shm is on the same file system")
        (spool / "1").write_bytes(b"body")
        blobs.store(at("x"), SpooledBody(spool, "1", 4))
    finally:
        for path in spool.iterdir():
            path.unlink()
        spool.rmdir()

    assert content(blobs, "x") == b"body"


def test_a_spooled_body_of_another_length_is_refused(
    blobs: LocalBlobs, root: Path, spool: Path
) -> None:
    (spool / "1").write_bytes(b"half")

    with pytest.raises(BadRequest, match="4 bytes where 8"):
        blobs.store(at("x"), SpooledBody(spool, "1", 8))

    assert files_on_disk(root) == []


def test_a_spooled_body_that_is_a_link_is_refused(
    blobs: LocalBlobs, root: Path, spool: Path, outside: Path
) -> None:
    (spool / "1").symlink_to(outside / "secret")

    with pytest.raises(BadRequest):
        blobs.store(at("x"), SpooledBody(spool, "1", None))

    assert files_on_disk(root) == []
    assert (outside / "secret").exists()
