"""The client's methods about the artifacts of runs."""

from __future__ import annotations

import json
import os
import re
import secrets
from collections.abc import Iterator, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, BinaryIO

import msgspec
from trackgate_wire import artifacts
from trackgate_wire.artifacts import ArtifactsPage, ListArtifacts

from trackgate import pictures, tables, values
from trackgate.artifact_names import join, store_path
from trackgate.calls import calls
from trackgate.delivery import Delivery
from trackgate.downloads import Downloader
from trackgate.entities import FileInfo, Run
from trackgate.errors import InvalidParameterValue, NotFound
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

if TYPE_CHECKING:
    # It ships no types.
    from pandas import DataFrame  # type: ignore[import-untyped]

LOGGED_ARTIFACTS_TAG = "mlflow.loggedArtifacts"
LOGGED_IMAGES_TAG = "mlflow.loggedImages"
_IMAGE_KEY = re.compile(r"[a-zA-Z0-9_\-./ ]+")
_COPY_BYTES = 1024 * 1024


class ArtifactCalls(StoreCalls, MetricCalls):
    """Artifacts of runs: upload, list, download, and things that become files."""

    def __init__(self, connection: Connection, delivery: Delivery) -> None:
        super().__init__(connection, delivery)
        self._uploader = Uploader(connection, self)
        self._downloader = Downloader(connection, self)
        # Where a run's artifacts are never changes.
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
        folder = join(self._root(run_id), artifact_path)
        self._uploader.send(uploads_of_file(local_path, folder))

    def log_artifacts(
        self,
        run_id: str,
        local_dir: str | os.PathLike[str],
        artifact_path: str | None = None,
    ) -> None:
        """Upload all that is in a folder, several files at once."""
        folder = join(self._root(run_id), artifact_path)
        uploads = uploads_of_folder(local_dir, folder)
        if uploads:
            self._uploader.send(uploads)

    @calls(artifacts.LIST_ARTIFACTS)
    def list_artifacts(self, run_id: str, path: str | None = None) -> list[FileInfo]:
        """What is in a folder of a run's artifacts, with paths from their top."""
        page = self._artifacts_page(run_id, path, None)
        files = list(page.files)
        while page.next_page_token:
            page = self._artifacts_page(run_id, path, page.next_page_token)
            files.extend(page.files)
        return files

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

    def list_from_store(self, uri: str) -> list[FileInfo]:
        """What is in the folder that a `mlflow-artifacts:` URI names."""
        return self.list_store(store_path(uri, self._connection.uri))

    def log_text(self, run_id: str, text: str, artifact_file: str) -> None:
        """Log a text as a file in UTF-8."""
        with file_for(artifact_file) as (path, folder):
            path.write_text(text, encoding="utf-8", newline="")
            self._upload(run_id, path, folder)

    def log_dict(
        self, run_id: str, dictionary: Mapping[str, Any] | list[Any], artifact_file: str
    ) -> None:
        """Log a dictionary as JSON, or as YAML where the file's name says so.

        What JSON has no form for is written as its text.
        """
        with file_for(artifact_file) as (path, folder):
            # JSON is YAML too (YAML 1.2 §1.3), so no YAML library is needed.
            text = json.dumps(dictionary, indent=2, default=str)
            path.write_text(text, encoding="utf-8")
            self._upload(run_id, path, folder)

    def log_stream(self, run_id: str, stream: BinaryIO, artifact_file: str) -> None:
        """Log what a binary stream holds as a file."""
        with file_for(artifact_file) as (path, folder):
            with path.open("wb") as file:
                while block := stream.read(_COPY_BYTES):
                    file.write(block)
            self._upload(run_id, path, folder)

    def log_figure(
        self,
        run_id: str,
        figure: object,
        artifact_file: str,
        *,
        save_kwargs: Mapping[str, Any] | None = None,
    ) -> None:
        """Log a figure of matplotlib or plotly in the format its name ends with."""
        with file_for(artifact_file) as (path, folder):
            pictures.save_figure(figure, path, save_kwargs)
            self._upload(run_id, path, folder)

    def log_image(
        self,
        run_id: str,
        image: object,
        artifact_file: str | None = None,
        key: str | None = None,
        step: int | None = None,
        timestamp: int | None = None,
        synchronous: bool | None = None,
    ) -> None:
        """Log an image: as one file, or as one of a series under `key`.

        image  an array (see `pictures.as_image`) or a PIL image

        A series also gets small copies, which pages show.
        """
        if (artifact_file is None) == (key is None):
            raise TypeError("Give either `artifact_file` or `key`.")
        drawn = pictures.as_image(image)
        if artifact_file is not None:
            if step is not None or timestamp is not None:
                raise TypeError("`step` and `timestamp` go with `key`.")
            self._save_image(run_id, drawn, artifact_file)
            return
        name = _image_name(key or "", step, timestamp)
        self._save_image(run_id, drawn, f"{name}.png")
        self._save_image(run_id, pictures.compressed(drawn), f"{name}+compressed.webp")
        self.set_tag(run_id, LOGGED_IMAGES_TAG, "True", synchronous)

    def log_table(
        self, run_id: str, data: Mapping[str, Any] | DataFrame, artifact_file: str
    ) -> None:
        """Log a table; what the file already has stays above it."""
        tables.check_table_name(artifact_file)
        frame = tables.as_frame(data)
        with TemporaryDirectory(prefix="trackgate-") as scratch:
            try:
                had = self.download_artifacts(run_id, artifact_file, scratch)
            except NotFound:
                pass
            else:
                frame = tables.stacked([tables.read(Path(had)), frame])
        with file_for(artifact_file) as (path, folder):
            tables.write(frame, path)
            self._upload(run_id, path, folder)
        self._note_table(run_id, artifact_file)

    def load_table(
        self,
        experiment_id: str,
        artifact_file: str,
        run_ids: list[str] | None = None,
        extra_columns: list[str] | None = None,
    ) -> DataFrame:
        """The tables of that name of an experiment's runs, one under the other.

        run_ids        only these runs
        extra_columns  columns of `search_runs` to add, such as "run_id"
        """
        tables.check_table_name(artifact_file)
        frames = [
            tables.with_columns(
                self._read_table(run.info.run_id, artifact_file),
                run,
                extra_columns or [],
            )
            for run in self._runs_with_table(experiment_id, artifact_file)
            if not run_ids or run.info.run_id in run_ids
        ]
        if not frames:
            raise NotFound(f"No run has a table named {artifact_file!r}.")
        return tables.stacked(frames)

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

    def _upload(self, run_id: str, path: Path, folder: str) -> None:
        target = join(self._root(run_id), folder, path.name)
        self._uploader.send([Upload.of(path, target)])

    def _artifacts_page(
        self, run_id: str, path: str | None, token: str | None
    ) -> ArtifactsPage:
        request = ListArtifacts(
            run_id=run_id, path=join(path) or None, page_token=token
        )
        return self._connection.call(artifacts.LIST_ARTIFACTS, request)

    def _save_image(self, run_id: str, image: Any, artifact_file: str) -> None:
        with file_for(artifact_file) as (path, folder):
            image.save(path)
            self._upload(run_id, path, folder)

    def _read_table(self, run_id: str, artifact_file: str) -> DataFrame:
        with TemporaryDirectory(prefix="trackgate-") as scratch:
            path = self.download_artifacts(run_id, artifact_file, scratch)
            return tables.read(Path(path))

    def _runs_with_table(self, experiment_id: str, artifact_file: str) -> Iterator[Run]:
        tagged = f"tags.`{LOGGED_ARTIFACTS_TAG}` LIKE '%table%'"
        token: str | None = None
        while True:
            page = self.search_runs([experiment_id], tagged, page_token=token)
            for run in page:
                if _has_table(run.data.tags, artifact_file):
                    yield run
            token = page.token
            if token is None:
                return

    def _note_table(self, run_id: str, artifact_file: str) -> None:
        tags = self.get_run(run_id).data.tags
        if not _has_table(tags, artifact_file):
            noted = [*_tables_in(tags), {"path": artifact_file, "type": "table"}]
            self.set_tag(run_id, LOGGED_ARTIFACTS_TAG, json.dumps(noted), True)


def _tables_in(tags: Mapping[str, str]) -> list[dict[str, str]]:
    noted = tags.get(LOGGED_ARTIFACTS_TAG, "[]")
    return msgspec.json.decode(noted, type=list[dict[str, str]])


def _has_table(tags: Mapping[str, str], artifact_file: str) -> bool:
    return {"path": artifact_file, "type": "table"} in _tables_in(tags)


def _image_name(key: str, step: int | None, timestamp: int | None) -> str:
    """The name of an image of a series, in the form that MLflow's pages read."""
    if not _IMAGE_KEY.fullmatch(key):
        raise InvalidParameterValue(
            f"The image key {key!r} has a character that is not allowed; allowed are"
            " letters, digits, underscores, dashes, periods, spaces and slashes."
        )
    when = values.now_ms() if timestamp is None else timestamp
    flat = key.replace("/", "~")
    return f"images/{flat}+step+{step or 0}+timestamp+{when}+{secrets.token_hex(16)}"
