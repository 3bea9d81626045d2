"""Artifacts in a folder: what is on disk before, while and after."""

from __future__ import annotations

import io
import os
import re
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from trackgate_server.blobs.bodies import SpooledBody, StreamedBody
from trackgate_server.blobs.local import LocalBlobs
from trackgate_server.blobs.place import DEPTH, Place
from trackgate_server.blobs.store import Entry
from trackgate_wire.errors import BadRequest, InvalidParameterValue, NotFound

AREA = ("0", "a" * 32, "artifacts")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "artifacts"


@pytest.fixture
def blobs(root: Path) -> Iterator[LocalBlobs]:
    store = LocalBlobs(root)
    yield store
    store.close()


def at(path: str) -> Place:
    return Place.within(AREA, path)


def body(content: bytes) -> StreamedBody:
    return StreamedBody(io.BytesIO(content), len(content))


def content(blobs: LocalBlobs, path: str) -> bytes:
    with blobs.open(at(path)).file as file:
        return file.read()


def files_on_disk(root: Path) -> list[str]:
    return sorted(
        str(path.relative_to(root)) for path in root.rglob("*") if path.is_file()
    )


def test_a_stored_file_comes_back_as_it_was(blobs: LocalBlobs) -> None:
    blobs.store(at("model/weights.bin"), body(b"\x00\xff" * 700_000))

    assert content(blobs, "model/weights.bin") == b"\x00\xff" * 700_000


def test_an_empty_file_is_a_file(blobs: LocalBlobs) -> None:
    blobs.store(at("empty"), body(b""))

    assert blobs.list(at(""), "", 10) == [Entry("empty", 0)]


def test_folders_of_the_store_are_closed_to_others(
    blobs: LocalBlobs, root: Path
) -> None:
    blobs.store(at("model/x"), body(b"x"))

    modes = {path.stat().st_mode & 0o007 for path in [root, *root.rglob("*")]}
    assert modes == {0}


def test_storing_again_replaces_the_file(blobs: LocalBlobs) -> None:
    blobs.store(at("x"), body(b"first"))
    blobs.store(at("x"), body(b"second"))

    assert content(blobs, "x") == b"second"


def test_readers_keep_the_old_file_until_the_new_one_is_complete(
    blobs: LocalBlobs,
) -> None:
    blobs.store(at("x"), body(b"old"))
    seen: list[bytes] = []

    class Watched(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            seen.append(content(blobs, "x"))
            return super().read(size)

    blobs.store(at("x"), StreamedBody(Watched(b"new"), 3))

    assert set(seen) == {b"old"}
    assert content(blobs, "x") == b"new"


def test_an_open_file_survives_being_replaced(blobs: LocalBlobs) -> None:
    blobs.store(at("x"), body(b"old"))

    with blobs.open(at("x")).file as file:
        blobs.store(at("x"), body(b"new"))
        assert file.read() == b"old"


def test_an_unfinished_file_is_not_listed(blobs: LocalBlobs) -> None:
    seen: list[list[Entry]] = []

    class Watched(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            seen.append(blobs.list(at(""), "", 10))
            return super().read(size)

    blobs.store(at("x"), StreamedBody(Watched(b"new"), 3))

    assert seen == [[], []]


def test_a_body_that_ends_early_stores_nothing(blobs: LocalBlobs, root: Path) -> None:
    with pytest.raises(BadRequest, match="3 bytes where 10 were announced"):
        blobs.store(at("model/x"), StreamedBody(io.BytesIO(b"abc"), 10))

    assert files_on_disk(root) == []


def test_a_client_that_breaks_off_stores_nothing(blobs: LocalBlobs, root: Path) -> None:
    class Broken(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            raise ConnectionResetError

    blobs.store(at("x"), body(b"old"))
    with pytest.raises(ConnectionResetError):
        blobs.store(at("x"), StreamedBody(Broken(), 10))

    assert content(blobs, "x") == b"old"
    assert len(files_on_disk(root)) == 1


def test_a_file_cannot_take_the_place_of_a_folder(blobs: LocalBlobs) -> None:
    blobs.store(at("model/x"), body(b"x"))

    with pytest.raises(InvalidParameterValue, match="'model' is a folder"):
        blobs.store(at("model"), body(b"y"))


def test_a_folder_cannot_take_the_place_of_a_file(blobs: LocalBlobs) -> None:
    blobs.store(at("model"), body(b"x"))

    with pytest.raises(InvalidParameterValue, match="'model' on its way is a file"):
        blobs.store(at("model/x"), body(b"y"))
    assert content(blobs, "model") == b"x"


def test_what_is_in_the_way_is_told_before_the_body_is_read(
    blobs: LocalBlobs,
) -> None:
    class Untouchable(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            raise AssertionError("the body was read")

    blobs.store(at("model/x"), body(b"x"))
    with pytest.raises(InvalidParameterValue):
        blobs.store(at("model"), StreamedBody(Untouchable(), 3))


def test_many_threads_may_fill_one_new_folder(blobs: LocalBlobs) -> None:
    def store(number: int) -> None:
        blobs.store(at(f"a/b/{number:02d}"), body(str(number).encode()))

    threads = [threading.Thread(target=store, args=(n,)) for n in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    names = [entry.name for entry in blobs.list(at("a/b"), "", 100)]
    assert names == [f"{number:02d}" for number in range(16)]


def test_what_does_not_exist_is_not_found(blobs: LocalBlobs) -> None:
    for path in ("x", "folder/x"):
        with pytest.raises(NotFound, match=re.escape(repr(path))):
            blobs.open(at(path))
        with pytest.raises(NotFound):
            blobs.delete(at(path))


def test_a_folder_is_not_opened_as_a_file(blobs: LocalBlobs) -> None:
    blobs.store(at("model/x"), body(b"x"))

    with pytest.raises(InvalidParameterValue, match="is a folder"):
        blobs.open(at("model"))


def test_a_listing_names_files_and_folders_in_order(blobs: LocalBlobs) -> None:
    for path in ("b", "a/x", "c é"):
        blobs.store(at(path), body(b"12345"))

    assert blobs.list(at(""), "", 10) == [
        Entry("a", None),
        Entry("b", 5),
        Entry("c é", 5),
    ]


def test_a_listing_comes_in_pages(blobs: LocalBlobs) -> None:
    for name in "dbca":
        blobs.store(at(name), body(b""))

    first = [entry.name for entry in blobs.list(at(""), "", 2)]
    second = [entry.name for entry in blobs.list(at(""), first[-1], 2)]

    assert (first, second) == (["a", "b"], ["c", "d"])


def test_listing_a_file_or_nothing_is_empty(blobs: LocalBlobs) -> None:
    blobs.store(at("x"), body(b"x"))

    assert blobs.list(at("x"), "", 10) == []
    assert blobs.list(at("nowhere"), "", 10) == []


def test_deleting_a_folder_takes_all_in_it(blobs: LocalBlobs, root: Path) -> None:
    for path in ("a/b/c", "a/d", "e"):
        blobs.store(at(path), body(b"x"))

    blobs.delete(at("a"))

    assert files_on_disk(root) == ["/".join((*AREA, "e"))]


def test_all_of_a_runs_artifacts_are_not_deleted_at_once(blobs: LocalBlobs) -> None:
    blobs.store(at("x"), body(b"x"))

    for path in ("", ".", "/"):
        with pytest.raises(InvalidParameterValue, match="all artifacts of a run"):
            blobs.delete(at(path))
    assert content(blobs, "x") == b"x"


def test_a_tree_may_be_deep_but_not_bottomless(blobs: LocalBlobs) -> None:
    blobs.store(at("d/" * (DEPTH - 1) + "x"), body(b"x"))
    blobs.delete(at("d"))

    with pytest.raises(InvalidParameterValue, match="levels deep"):
        at("d/" * DEPTH + "x")


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


@pytest.fixture
def spool(tmp_path: Path) -> Path:
    folder = tmp_path / "spool"
    folder.mkdir()
    return folder


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
