"""Folders as zips that are made while they are sent."""

from __future__ import annotations

import io
import os
import zipfile
from collections.abc import Iterable
from pathlib import Path
from typing import BinaryIO

import pytest
from trackgate_server.blobs.opening import open_blobs
from trackgate_server.blobs.store import Blobs
from trackgate_server.operations.artifact_archives import archived
from trackgate_server.operations.artifact_folders import files_below
from trackgate_server.settings import Settings
from trackgate_wire.errors import InvalidParameterValue, NotFound

from tests.server.blob_calls import AREA, at, body

_GIB = 1024**3
_LARGEST_PIECE = 1024 * 1024


def zipped(blobs: Blobs, path: str = "", most: int = 1_000) -> zipfile.ZipFile:
    pieces = archived(blobs, files_below(blobs, at(path), most), "all")
    return zipfile.ZipFile(io.BytesIO(b"".join(pieces)))


def test_every_file_is_in_it_as_it_is(blobs: Blobs) -> None:
    files = {
        "model/weights.bin": os.urandom(3_000_000),
        "model/MLmodel": b"flavors: {}\n" * 1_000,
        "model/data/é x%.json": b"[1]" * 100_000,
        "model/empty": b"",
    }
    for path, content in files.items():
        blobs.store(at(path), body(content))
    blobs.store(at("other.txt"), body(b"x"))

    with zipped(blobs, "model") as archive:
        found = {name: archive.read(name) for name in archive.namelist()}
        sizes = {one.filename: one.compress_size for one in archive.infolist()}

    assert found == {
        f"all/{path.removeprefix('model/')}": content for path, content in files.items()
    }
    assert sizes["all/weights.bin"] == 3_000_000
    assert sizes["all/MLmodel"] < 1_000


def test_a_zip_has_as_many_files_as_it_may(blobs: Blobs) -> None:
    for name in "abc":
        blobs.store(at(f"d/{name}"), body(b"x"))

    assert len(files_below(blobs, at("d"), 3)) == 3
    with pytest.raises(InvalidParameterValue, match="more than 2 files"):
        files_below(blobs, at("d"), 2)


@pytest.mark.parametrize("path", ["none", "file", "file/below"])
def test_what_is_no_folder_has_no_zip(blobs: Blobs, path: str) -> None:
    blobs.store(at("file"), body(b"x"))

    with pytest.raises(NotFound):
        files_below(blobs, at(path), 10)


def test_a_file_that_is_gone_breaks_the_zip_off(blobs: Blobs) -> None:
    for name in ("a", "b"):
        blobs.store(at(name), body(b"x"))
    pieces = archived(blobs, files_below(blobs, at(""), 10), "all")
    blobs.delete(at("b"))

    with pytest.raises(NotFound):
        b"".join(pieces)


@pytest.mark.slow
def test_files_and_zips_may_be_larger_than_four_gibibytes(tmp_path: Path) -> None:
    blobs = open_blobs(Settings(data_dir=tmp_path))
    blobs.store(at("small.txt"), body(b"x"))
    folder = tmp_path.joinpath("artifacts", *AREA)
    # A hole that takes no room on the disk.
    with folder.joinpath("large.bin").open("wb") as file:
        file.truncate(4 * _GIB + 5)

    with (tmp_path / "all.zip").open("w+b") as saved:
        _write(archived(blobs, files_below(blobs, at(""), 10), "all"), saved)
        with zipfile.ZipFile(saved) as archive:
            sizes = {one.filename: one.file_size for one in archive.infolist()}
            small = archive.read("all/small.txt")
    blobs.close()

    assert sizes == {"all/large.bin": 4 * _GIB + 5, "all/small.txt": 1}
    assert small == b"x"


def _write(pieces: Iterable[bytes], file: BinaryIO) -> None:
    """Write them with holes for zeros; each is small enough to be held."""
    zeros = bytes(_LARGEST_PIECE)
    for piece in pieces:
        assert len(piece) <= _LARGEST_PIECE
        if zeros.startswith(piece):
            file.seek(len(piece), io.SEEK_CUR)
        else:
            file.write(piece)
