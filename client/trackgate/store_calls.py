"""The client's methods about the artifact store: listings and signed URLs.

Paths are relative to the store's root here; `artifact_calls` speaks of runs.
"""

from __future__ import annotations

from collections.abc import Sequence

from trackgate_wire import artifacts
from trackgate_wire.artifacts import (
    CompleteMultipartUpload,
    CreateMultipartUpload,
    CreatePresignedUpload,
    FileInfo,
    ListStore,
    MultipartPart,
    MultipartUploadCreated,
    MultipartUploadRef,
    MultipartUploadState,
    PresignedDownload,
    PresignedUpload,
)
from trackgate_wire.endpoint import Empty

from trackgate.artifact_names import join, names_in, split_folder
from trackgate.calls import Calls, calls


class StoreCalls(Calls):
    """The store's folders, multipart uploads and signed URLs."""

    @calls(artifacts.LIST_STORE)
    def list_store(self, path: str = "") -> list[FileInfo]:
        """What is in a folder of the store, by name; empty for a file."""
        request = ListStore(path=join(path))
        found = self._connection.call(artifacts.LIST_STORE, request)
        return names_in(found.files, path)

    @calls(artifacts.CREATE_MULTIPART_UPLOAD)
    def create_multipart_upload(
        self, path: str, num_parts: int
    ) -> MultipartUploadCreated:
        """Begin an upload in parts; the answer has a signed URL for each part."""
        folder, name = split_folder(path)
        request = CreateMultipartUpload(path=name, num_parts=num_parts)
        endpoint = artifacts.CREATE_MULTIPART_UPLOAD
        return self._connection.call(endpoint, request, artifact_path=folder)

    @calls(artifacts.GET_MULTIPART_UPLOAD)
    def get_multipart_upload(self, path: str, upload_id: str) -> MultipartUploadState:
        """Which parts of an upload have arrived, and where the others go."""
        folder, name = split_folder(path)
        request = MultipartUploadRef(path=name, upload_id=upload_id)
        return self._connection.call(
            artifacts.GET_MULTIPART_UPLOAD, request, artifact_path=folder
        )

    @calls(artifacts.COMPLETE_MULTIPART_UPLOAD)
    def complete_multipart_upload(
        self, path: str, upload_id: str, parts: Sequence[MultipartPart]
    ) -> None:
        """Put the parts together; the file appears whole."""
        folder, name = split_folder(path)
        request = CompleteMultipartUpload(
            path=name, upload_id=upload_id, parts=list(parts)
        )
        endpoint = artifacts.COMPLETE_MULTIPART_UPLOAD
        self._connection.call(endpoint, request, artifact_path=folder)

    @calls(artifacts.ABORT_MULTIPART_UPLOAD)
    def abort_multipart_upload(self, path: str, upload_id: str) -> None:
        """Give an upload up and remove its parts."""
        folder, name = split_folder(path)
        request = MultipartUploadRef(path=name, upload_id=upload_id)
        self._connection.call(
            artifacts.ABORT_MULTIPART_UPLOAD, request, artifact_path=folder
        )

    @calls(artifacts.GET_PRESIGNED_DOWNLOAD)
    def get_presigned_download(self, path: str) -> PresignedDownload:
        """A URL that gives a file of the store to whoever has it, for a while."""
        endpoint = artifacts.GET_PRESIGNED_DOWNLOAD
        return self._connection.call(endpoint, Empty(), artifact_path=join(path))

    @calls(artifacts.CREATE_PRESIGNED_UPLOAD)
    def create_presigned_upload(
        self, run_id: str, path: str, expiration: int | None = None
    ) -> PresignedUpload:
        """A URL that takes one file of a run from whoever has it.

        expiration  seconds for which it is good
        """
        request = CreatePresignedUpload(
            run_id=run_id, path=join(path), expiration=expiration
        )
        return self._connection.call(artifacts.CREATE_PRESIGNED_UPLOAD, request)
