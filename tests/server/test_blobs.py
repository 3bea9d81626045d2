"""What any store of artifacts does, in a folder and in S3 alike."""

from __future__ import annotations

import io
import re
import threading

import pytest
from trackgate_server.blobs.bodies import StreamedBody
from trackgate_server.blobs.place import DEPTH, Place
from trackgate_server.blobs.store import Blobs, Entry
from trackgate_wire.errors import BadRequest, InvalidParameterValue, NotFound

from tests.server.blob_calls import AREA, at, body, content, names


def test_a_stored_file_comes_back_as_it_was(blobs: Blobs) -> None:
    blobs.store(at("model/weights.bin"), body(b"\x00\xff" * 700_000))

    assert content(blobs, "model/weights.bin") == b"\x00\xff" * 700_000


def test_an_empty_file_is_a_file(blobs: Blobs) -> None:
    blobs.store(at("empty"), body(b""))

    assert blobs.list(at(""), "", 10) == [Entry("empty", 0)]


def test_storing_again_replaces_the_file(blobs: Blobs) -> None:
    blobs.store(at("x"), body(b"first"))
    blobs.store(at("x"), body(b"second"))

    assert content(blobs, "x") == b"second"


def test_readers_keep_the_old_file_until_the_new_one_is_complete(
    blobs: Blobs,
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


def test_an_unfinished_file_is_not_listed(blobs: Blobs) -> None:
    seen: list[list[Entry]] = []

    class Watched(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            seen.append(blobs.list(at(""), "", 10))
            return super().read(size)

    blobs.store(at("x"), StreamedBody(Watched(b"new"), 3))

    assert seen == [[], []]


def test_a_body_that_ends_early_stores_nothing(blobs: Blobs) -> None:
    with pytest.raises(BadRequest, match="3 bytes where 10 were announced"):
        blobs.store(at("model/x"), StreamedBody(io.BytesIO(b"abc"), 10))

    assert blobs.list(at("model"), "", 10) == []


def test_a_client_that_breaks_off_stores_nothing(blobs: Blobs) -> None:
    class Broken(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            raise ConnectionResetError

    blobs.store(at("x"), body(b"old"))
    with pytest.raises(ConnectionResetError):
        blobs.store(at("x"), StreamedBody(Broken(), 10))

    assert content(blobs, "x") == b"old"


def test_a_file_cannot_take_the_place_of_a_folder(blobs: Blobs) -> None:
    blobs.store(at("model/x"), body(b"x"))

    with pytest.raises(InvalidParameterValue, match="'model' is a folder"):
        blobs.store(at("model"), body(b"y"))


def test_a_folder_cannot_take_the_place_of_a_file(blobs: Blobs) -> None:
    blobs.store(at("model"), body(b"x"))

    with pytest.raises(InvalidParameterValue, match="'model' on its way is a file"):
        blobs.store(at("model/x"), body(b"y"))
    assert content(blobs, "model") == b"x"


def test_what_is_in_the_way_is_told_before_the_body_is_read(
    blobs: Blobs,
) -> None:
    class Untouchable(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            raise AssertionError("the body was read")

    blobs.store(at("model/x"), body(b"x"))
    with pytest.raises(InvalidParameterValue):
        blobs.store(at("model"), StreamedBody(Untouchable(), 3))


def test_many_threads_may_fill_one_new_folder(blobs: Blobs) -> None:
    def store(number: int) -> None:
        blobs.store(at(f"a/b/{number:02d}"), body(str(number).encode()))

    threads = [threading.Thread(target=store, args=(n,)) for n in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    names = [entry.name for entry in blobs.list(at("a/b"), "", 100)]
    assert names == [f"{number:02d}" for number in range(16)]


def test_what_does_not_exist_is_not_found(blobs: Blobs) -> None:
    for path in ("x", "folder/x"):
        with pytest.raises(NotFound, match=re.escape(repr(path))):
            blobs.open(at(path))
        with pytest.raises(NotFound):
            blobs.delete(at(path))


def test_a_folder_is_not_opened_as_a_file(blobs: Blobs) -> None:
    blobs.store(at("model/x"), body(b"x"))

    with pytest.raises(InvalidParameterValue, match="is a folder"):
        blobs.open(at("model"))


def test_a_listing_names_files_and_folders_in_order(blobs: Blobs) -> None:
    for path in ("b", "a/x", "c é"):
        blobs.store(at(path), body(b"12345"))

    assert blobs.list(at(""), "", 10) == [
        Entry("a", None),
        Entry("b", 5),
        Entry("c é", 5),
    ]


def test_a_listing_comes_in_pages(blobs: Blobs) -> None:
    for name in "dbca":
        blobs.store(at(name), body(b""))

    first = [entry.name for entry in blobs.list(at(""), "", 2)]
    second = [entry.name for entry in blobs.list(at(""), first[-1], 2)]

    assert (first, second) == (["a", "b"], ["c", "d"])


def test_listing_a_file_or_nothing_is_empty(blobs: Blobs) -> None:
    blobs.store(at("x"), body(b"x"))

    assert blobs.list(at("x"), "", 10) == []
    assert blobs.list(at("nowhere"), "", 10) == []


def test_deleting_a_folder_takes_all_in_it(blobs: Blobs) -> None:
    for path in ("a/b/c", "a/d", "e"):
        blobs.store(at(path), body(b"x"))

    blobs.delete(at("a"))

    assert blobs.list(at(""), "", 10) == [Entry("e", 1)]
    with pytest.raises(NotFound):
        blobs.open(at("a/b/c"))


def test_all_of_a_runs_artifacts_are_not_deleted_at_once(blobs: Blobs) -> None:
    blobs.store(at("x"), body(b"x"))

    for path in ("", ".", "/"):
        with pytest.raises(InvalidParameterValue, match="all artifacts of a run"):
            blobs.delete(at(path))
    assert content(blobs, "x") == b"x"


# In S3 each folder costs a call.
@pytest.mark.parametrize("blobs", ["folder"], indirect=True)
def test_a_tree_may_be_deep_but_not_bottomless(blobs: Blobs) -> None:
    blobs.store(at("d/" * (DEPTH - 1) + "x"), body(b"x"))
    blobs.delete(at("d"))

    with pytest.raises(InvalidParameterValue, match="levels deep"):
        at("d/" * DEPTH + "x")


def test_purging_takes_an_area_and_nothing_else(blobs: Blobs) -> None:
    other = Place((*AREA[:1], "b" * 32, "artifacts"), ("x",))
    for place in (at("a/b"), at("c"), other):
        blobs.store(place, body(b"x"))

    for _ in range(2):
        blobs.remove_area(AREA[:2])

    assert names(blobs, "") == []
    with blobs.open(other).file as file:
        assert file.read() == b"x"


def test_names_may_be_any_text(blobs: Blobs) -> None:
    kept = sorted(
        [
            "a+b",
            "a b",
            "100%",
            "%2e",
            ".hidden",
            "é☃",
            "e\u0301",
            "\ufffe",
            "\U0001f40d",
        ]
    )
    for name in kept:
        blobs.store(at(f"{name}/{name}"), body(name.encode()))

    assert names(blobs, "") == kept
    assert [content(blobs, f"{name}/{name}") for name in kept] == [
        name.encode() for name in kept
    ]
    for name in kept:
        blobs.delete(at(name))
    assert names(blobs, "") == []


def test_pages_come_in_order_of_names_not_of_keys(blobs: Blobs) -> None:
    for name in ("a-b", "a.txt", "a b", "a/x", "a0", "a-b.c/x", "a-b-", "b"):
        blobs.store(at(name), body(b""))

    for page in (1, 2, 3):
        listed: list[str] = []
        while found := blobs.list(at(""), listed[-1] if listed else "", page):
            listed += [entry.name for entry in found]
        assert listed == ["a", "a b", "a-b", "a-b-", "a-b.c", "a.txt", "a0", "b"]


def test_a_file_is_read_from_any_place(blobs: Blobs) -> None:
    whole = bytes(range(256)) * 4_000
    blobs.store(at("x"), body(whole))

    with blobs.open(at("x")).file as file:
        assert file.seek(-10, io.SEEK_END) == len(whole) - 10
        assert file.read() == whole[-10:]
        file.seek(300_000)
        assert file.read(400_000) == whole[300_000:700_000]
        assert (file.tell(), file.read(1)) == (700_000, whole[700_000:700_001])


def test_a_new_content_has_another_version(blobs: Blobs) -> None:
    versions: set[str] = set()
    for text in (b"one", b"two", b"six"):
        blobs.store(at("x"), body(text))
        found = blobs.open(at("x"))
        found.file.close()
        versions.add(found.etag)

    assert len(versions) == 3
