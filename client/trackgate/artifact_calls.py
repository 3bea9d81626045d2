"""The client's methods about the files of runs."""

from __future__ import annotations

import os
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from trackgate_wire import artifacts
from trackgate_wire.artifacts import ArtifactsPage, ListArtifacts

from trackgate.artifact_names import join, store_path
from trackgate.calls import calls
from trackgate.delivery import Delivery
from trackgate.downloads import Downloader
from trackgate.entities import FileInfo
from trackgate.local_paths import (
    file_for,
    target_folder,
    uploads_of_file,
    uploads_of_folder,
)
from trackgate.metric_calls import MetricCalls
from trackgate.store_calls import StoreCalls
from trackgate.transport import Connection
from trackgate.uploads import Upload, Uploader


class ArtifactCalls(StoreCalls, MetricCalls):
    """Artifacts of runs: upload, list, download."""

    def __init__(self, connection: Connection, delivery: Delivery) -> None:
        super().__init__(connection, delivery)
        self._uploader = Uploader(connection, self)
        self._downloader = Downloader(connection, self)
        # Where the artifacts of a run or logged model are never changes.
        self._roots: dict[str, str] = {}

    def log_artifact(
        self,
        run_id: str,
        local_path: str | os.PathLike[str],
        artifact_path: str | None = None,
    ) -> None:
        """Upload a file, or a folder under its name.

        artifact_path  folder among the run's artifacts; the top, where it is missing
        """
        self._send_file(join(self._root(run_id), artifact_path), local_path)

    def log_artifacts(
        self,
        run_id: str,
        local_dir: str | os.PathLike[str],
        artifact_path: str | None = None,
    ) -> None:
        """Upload all that is in a folder, several files at once."""
        self._send_folder(join(self._root(run_id), artifact_path), local_dir)

    @calls(artifacts.LIST_ARTIFACTS)
    def list_artifacts(self, run_id: str, path: str | None = None) -> list[FileInfo]:
        """What is in a folder of a run's artifacts, with paths from their top."""
        return all_files(lambda token: self._artifacts_page(run_id, path, token))

    def download_artifacts(
        self,
        run_id: str,
        path: str,
        dst_path: str | os.PathLike[str] | None = None,
    ) -> str:
        """Download a file, or a folder with all in it, and return where it is.

        dst_path  an existing folder; a fresh temporary one, where it is missing

        The path below it is the artifact's own. Raises NotFound.
        """
        return self._fetch(self._root(run_id), path, dst_path)

    def download_from_store(
        self, uri: str, dst_path: str | os.PathLike[str] | None = None
    ) -> str:
        """Download what a `mlflow-artifacts:` URI names, under its last name."""
        root, _, name = store_path(uri, self._connection.uri).rpartition("/")
        return self._fetch(root, name, dst_path)

    def download_folder_from_store(
        self, uri: str, dst_path: str | os.PathLike[str] | None = None
    ) -> str:
        """Download what is in the folder that a `mlflow-artifacts:` URI names."""
        return self._fetch(store_path(uri, self._connection.uri), "", dst_path)

    def list_from_store(self, uri: str) -> list[FileInfo]:
        """What is in the folder that a `mlflow-artifacts:` URI names."""
        return self.list_store(store_path(uri, self._connection.uri))

    @contextmanager
    def new_file(self, run_id: str, artifact_file: str) -> Generator[Path]:
        """A local file to fill; when that is done it becomes an artifact of the run."""
        with file_for(artifact_file) as (path, folder):
            yield path
            target = join(self._root(run_id), folder, path.name)
            self._uploader.send([Upload.of(path, target)])

    def _send_file(self, folder: str, local_path: str | os.PathLike[str]) -> None:
        """Upload a file, or a folder under its name, to a folder of the store."""
        self._uploader.send(uploads_of_file(local_path, folder))

    def _send_folder(self, folder: str, local_dir: str | os.PathLike[str]) -> None:
        """Upload all that is in a local folder to a folder of the store."""
        uploads = uploads_of_folder(local_dir, folder)
        if uploads:
            self._uploader.send(uploads)

    def _root(self, run_id: str) -> str:
        """The store's path of a run's artifacts."""
        if run_id not in self._roots:
            uri = self.get_run(run_id).info.artifact_uri
            self._roots[run_id] = store_path(uri, self._connection.uri)
        return self._roots[run_id]

    def _fetch(
        self, root: str, path: str, dst_path: str | os.PathLike[str] | None
    ) -> str:
        folder = target_folder(dst_path)
        return str(self._downloader.fetch(root, join(path), folder))

    def _artifacts_page(
        self, run_id: str, path: str | None, token: str | None
    ) -> ArtifactsPage:
        request = ListArtifacts(
            run_id=run_id, path=join(path) or None, page_token=token
        )
        return self._connection.call(artifacts.LIST_ARTIFACTS, request)


class FilesPage(Protocol):
    """What pages of any listing have."""

    @property
    def files(self) -> list[FileInfo]: ...
    @property
    def next_page_token(self) -> str | None: ...


def all_files(page: Callable[[str | None], FilesPage]) -> list[FileInfo]:
    """What is on all pages of a listing; `page` is asked for the one at a token."""
    found = page(None)
    files = list(found.files)
    while found.next_page_token:
        found = page(found.next_page_token)
        files.extend(found.files)
    return files
