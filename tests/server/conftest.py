"""Both stores of artifacts: a folder of the test's own, and a bucket."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from trackgate_server.blobs.opening import open_blobs
from trackgate_server.blobs.store import Blobs
from trackgate_server.settings import Settings

from tests.environment.s3 import S3Server
from tests.server.artifact_site import Site

STORES = ("folder", "s3")


@pytest.fixture
def spool(tmp_path: Path) -> Path:
    """Where a proxy leaves the bodies of uploads."""
    folder = tmp_path / "spool"
    folder.mkdir()
    return folder


@pytest.fixture(params=STORES)
def blobs(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Blobs]:
    """An empty store; the one on S3 is shared, since opening one takes long."""
    if request.param == "s3":
        shared: Blobs = request.getfixturevalue("bucket_blobs")
        yield shared
        shared.remove_area(("0",))
        return
    store = open_blobs(Settings(data_dir=tmp_path / "data"))
    yield store
    store.close()


@pytest.fixture(scope="session")
def bucket_blobs(
    s3_server: S3Server, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Blobs]:
    """A store in S3."""
    folder = tmp_path_factory.mktemp("bucket-blobs")
    store = open_blobs(Settings(data_dir=folder, **s3_server.settings()))
    yield store
    store.close()


@pytest.fixture(params=STORES)
def site(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Site]:
    """An application on each store; they are shared, so use your own run.

    A test that is `ON_DISK` has one of its own.
    """
    if request.param != "own folder":
        yield request.getfixturevalue(f"{request.param}_site")
        return
    opened = Site(tmp_path / "data")
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def folder_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """An application that keeps its artifacts in a folder."""
    opened = Site(tmp_path_factory.mktemp("folder-site") / "data")
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def s3_site(
    s3_server: S3Server, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Site]:
    """An application that keeps its artifacts in S3."""
    folder = tmp_path_factory.mktemp("bucket-site")
    opened = Site(folder / "data", **s3_server.settings())
    yield opened
    opened.close()
