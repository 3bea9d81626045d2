"""The client's methods about the files of logged models."""

from __future__ import annotations

import os

from trackgate_wire import logged_models
from trackgate_wire.logged_models import (
    ListLoggedModelArtifacts,
    LoggedModelArtifactsPage,
)

from trackgate.artifact_calls import ArtifactCalls, all_files
from trackgate.artifact_names import join, store_path
from trackgate.calls import calls
from trackgate.entities import FileInfo
from trackgate.logged_model_calls import LoggedModelCalls


class ModelFileCalls(LoggedModelCalls, ArtifactCalls):
    """Files of logged models: upload and list."""

    def log_model_artifact(
        self,
        model_id: str,
        local_path: str | os.PathLike[str],
        artifact_path: str | None = None,
    ) -> None:
        """Upload a file, or a folder under its name.

        artifact_path  folder among the model's files; the top, where it is missing
        """
        self._send_file(join(self._model_root(model_id), artifact_path), local_path)

    def log_model_artifacts(
        self,
        model_id: str,
        local_dir: str | os.PathLike[str],
        artifact_path: str | None = None,
    ) -> None:
        """Upload all that is in a folder, several files at once."""
        self._send_folder(join(self._model_root(model_id), artifact_path), local_dir)

    @calls(logged_models.LIST_LOGGED_MODEL_ARTIFACTS)
    def list_logged_model_artifacts(
        self, model_id: str, path: str | None = None
    ) -> list[FileInfo]:
        """What is in a folder of a model's files, with paths from their top."""
        return all_files(lambda token: self._model_files(model_id, path, token))

    def _model_root(self, model_id: str) -> str:
        """The store's path of a model's files."""
        if model_id not in self._roots:
            uri = self.get_logged_model(model_id).artifact_location
            self._roots[model_id] = store_path(uri, self._connection.uri)
        return self._roots[model_id]

    def _model_files(
        self, model_id: str, path: str | None, token: str | None
    ) -> LoggedModelArtifactsPage:
        request = ListLoggedModelArtifacts(
            artifact_directory_path=join(path) or None, page_token=token
        )
        endpoint = logged_models.LIST_LOGGED_MODEL_ARTIFACTS
        return self._connection.call(endpoint, request, model_id=model_id)
