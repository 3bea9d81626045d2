"""Artifacts: messages, calls and byte routes (MLflow's artifact proxy).

A path in a URL or message is relative to the artifact store's root and begins
with the folder of a run or logged model, as its `artifact_uri` names it after
`mlflow-artifacts:/`.
"""

from __future__ import annotations

from dataclasses import dataclass

import msgspec

from trackgate_wire.endpoint import ROOTS, Access, Empty, Endpoint, Message, Method
from trackgate_wire.run_ref import RunRef
from trackgate_wire.scalars import Int64

SCHEME = "mlflow-artifacts"


class FileInfo(Message, frozen=True):
    """One file or folder; `file_size` in bytes, for files only."""

    path: str
    is_dir: bool = msgspec.field(default_factory=bool)
    file_size: Int64 | None = None


class ListArtifacts(RunRef, frozen=True, kw_only=True):
    """`path` is relative to the run's artifacts."""

    path: str | None = None
    page_token: str | None = None


class ArtifactsPage(Message, frozen=True, kw_only=True):
    """Paths relative to the run's artifacts."""

    root_uri: str = ""
    files: list[FileInfo] = []
    next_page_token: str | None = None


class ListStore(Message, frozen=True):
    """`path` is relative to the store's root."""

    path: str = ""


class StoreListing(Message, frozen=True):
    """Paths relative to the folder that was asked for."""

    files: list[FileInfo] = []


class CreateMultipartUpload(Message, frozen=True):
    """`path` is the file's name; folders before it are the client's own affair."""

    path: str
    num_parts: Int64 = 1


class MultipartCredential(Message, frozen=True):
    """Where one part goes: a PUT to `url`, which carries its own signature."""

    url: str
    part_number: Int64
    headers: dict[str, str] = msgspec.field(default_factory=dict[str, str])


class MultipartUploadCreated(Message, frozen=True):
    upload_id: str
    credentials: list[MultipartCredential] = msgspec.field(
        default_factory=list[MultipartCredential]
    )


class MultipartPart(Message, frozen=True):
    """A part that has arrived; `etag` is what its PUT answered."""

    part_number: Int64
    etag: str = ""
    url: str = ""


class CompleteMultipartUpload(Message, frozen=True):
    path: str
    upload_id: str
    parts: list[MultipartPart] = []


class MultipartUploadRef(Message, frozen=True):
    path: str
    upload_id: str


class MultipartUploadState(Message, frozen=True):
    """What has arrived so far, and where missing parts go. A superset."""

    upload_id: str
    parts: list[MultipartPart] = msgspec.field(default_factory=list[MultipartPart])
    missing: list[MultipartCredential] = msgspec.field(
        default_factory=list[MultipartCredential]
    )


class PresignedDownload(Message, frozen=True):
    """`url` answers GET with ranges and carries its own signature."""

    url: str
    headers: dict[str, str] = msgspec.field(default_factory=dict[str, str])
    file_size: Int64 | None = None


class CreatePresignedUpload(Message, frozen=True, kw_only=True):
    """Names a run or a logged model, and a path below its artifacts.

    expiration  seconds for which the URL is good
    """

    run_id: str | None = None
    model_id: str | None = None
    path: str
    expiration: Int64 | None = None


class PresignedUpload(Message, frozen=True):
    presigned_url: str
    headers: dict[str, str] = msgspec.field(default_factory=dict[str, str])


LIST_ARTIFACTS = Endpoint(
    "GET", "mlflow/artifacts/list", ListArtifacts, ArtifactsPage, Access.READ
)
LIST_STORE = Endpoint(
    "GET", "mlflow-artifacts/artifacts", ListStore, StoreListing, Access.READ
)
CREATE_PRESIGNED_UPLOAD = Endpoint(
    "POST",
    "mlflow/artifacts/presigned-upload-url",
    CreatePresignedUpload,
    PresignedUpload,
    Access.WRITE,
)
CREATE_MULTIPART_UPLOAD = Endpoint(
    "POST",
    "mlflow-artifacts/mpu/create/<path:artifact_path>",
    CreateMultipartUpload,
    MultipartUploadCreated,
    Access.WRITE,
)
GET_MULTIPART_UPLOAD = Endpoint(
    "POST",
    "mlflow-artifacts/mpu/state/<path:artifact_path>",
    MultipartUploadRef,
    MultipartUploadState,
    Access.WRITE,
)
COMPLETE_MULTIPART_UPLOAD = Endpoint(
    "POST",
    "mlflow-artifacts/mpu/complete/<path:artifact_path>",
    CompleteMultipartUpload,
    Empty,
    Access.WRITE,
)
ABORT_MULTIPART_UPLOAD = Endpoint(
    "POST",
    "mlflow-artifacts/mpu/abort/<path:artifact_path>",
    MultipartUploadRef,
    Empty,
    Access.WRITE,
)
GET_PRESIGNED_DOWNLOAD = Endpoint(
    "GET",
    "mlflow-artifacts/presigned/<path:artifact_path>",
    Empty,
    PresignedDownload,
    Access.READ,
)


@dataclass(frozen=True, slots=True)
class ByteRoute:
    """A call whose body or answer is a file's bytes, not JSON."""

    method: Method
    path: str
    access: Access
    rooted: bool = True

    @property
    def urls(self) -> tuple[str, ...]:
        """Every absolute path it answers at."""
        if self.rooted:
            return tuple(root + self.path for root in ROOTS)
        return ("/" + self.path,)


_STORED = "mlflow-artifacts/artifacts/<path:artifact_path>"

DOWNLOAD_ARTIFACT = ByteRoute("GET", _STORED, Access.READ)
UPLOAD_ARTIFACT = ByteRoute("PUT", _STORED, Access.WRITE)
DELETE_ARTIFACT = ByteRoute("DELETE", _STORED, Access.WRITE)
UPLOAD_RUN_ARTIFACT = ByteRoute("POST", "mlflow/upload-artifact", Access.WRITE)
GET_RUN_ARTIFACT = ByteRoute("GET", "get-artifact", Access.READ, rooted=False)
GET_LOGGED_MODEL_ARTIFACT = ByteRoute(
    "GET", "mlflow/logged-models/<model_id>/artifacts/files", Access.READ
)
GET_MODEL_VERSION_ARTIFACT = ByteRoute(
    "GET", "model-versions/get-artifact", Access.READ, rooted=False
)
# Signed URLs carry their own proof of access, for one method, path and time.
SIGNED_DOWNLOAD = ByteRoute("GET", "signed/<token>", Access.OPEN, rooted=False)
SIGNED_UPLOAD = ByteRoute("PUT", "signed/<token>", Access.OPEN, rooted=False)
SIGNED_VERDICT = ByteRoute("GET", "signed-verdict", Access.OPEN, rooted=False)

BYTE_ROUTES = (
    DOWNLOAD_ARTIFACT,
    UPLOAD_ARTIFACT,
    DELETE_ARTIFACT,
    UPLOAD_RUN_ARTIFACT,
    GET_RUN_ARTIFACT,
    GET_LOGGED_MODEL_ARTIFACT,
    GET_MODEL_VERSION_ARTIFACT,
    SIGNED_DOWNLOAD,
    SIGNED_UPLOAD,
    SIGNED_VERDICT,
)
