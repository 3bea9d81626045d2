"""S3's own multipart uploads: one key, one id, numbered parts."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, NamedTuple

from botocore.exceptions import ClientError

from trackgate_server.blobs.s3 import failures as s3_failures
from trackgate_server.blobs.s3.bucket import Bucket

if TYPE_CHECKING:
    from mypy_boto3_s3.type_defs import CompletedPartTypeDef

# Amazon S3 User Guide, "Amazon S3 multipart upload limits": all parts but the last.
SMALLEST_PART_BYTES = 5 * 1024 * 1024
# What the finished object says of where it came from.
_MARK = "trackgate-upload"


class UploadGone(Exception):
    """S3 does not know the upload: it was completed or aborted."""


class PartsChanged(Exception):
    """A part is not in S3 with the ETag it was named by."""


class SentPart(NamedTuple):
    """A part that S3 has; `etag` is S3's own."""

    number: int
    etag: str


class Multipart(NamedTuple):
    """An upload of the object `key`, begun with `mark`."""

    bucket: Bucket
    key: str
    multipart_id: str
    mark: str

    @classmethod
    def begin(cls, bucket: Bucket, key: str, mark: str) -> Multipart:
        """A new upload."""
        with s3_failures.translated():
            answer = bucket.client.create_multipart_upload(
                Bucket=bucket.name, Key=key, Metadata={_MARK: mark}
            )
        return cls(bucket, key, answer["UploadId"], mark)

    def send_file(self, number: int, file: Path) -> SentPart:
        """Raises UploadGone."""
        with file.open("rb") as body:
            return self.send(number, body)

    def send(self, number: int, content: bytes | BinaryIO) -> SentPart:
        """Raises UploadGone."""
        with self._asking():
            answer = self.bucket.client.upload_part(
                Bucket=self.bucket.name,
                Key=self.key,
                UploadId=self.multipart_id,
                PartNumber=number,
                Body=content,
            )
        return SentPart(number, answer["ETag"].strip('"'))

    def complete(self, parts: Sequence[SentPart]) -> None:
        """Put the object in place; raises UploadGone and PartsChanged."""
        named: list[CompletedPartTypeDef] = [
            {"PartNumber": part.number, "ETag": f'"{part.etag}"'} for part in parts
        ]
        with self._asking():
            try:
                self.bucket.client.complete_multipart_upload(
                    Bucket=self.bucket.name,
                    Key=self.key,
                    UploadId=self.multipart_id,
                    MultipartUpload={"Parts": named},
                )
            except ClientError as error:
                if s3_failures.code(error) == "InvalidPart":
                    raise PartsChanged from error
                raise

    def is_completed(self) -> bool:
        """Whether what stands at the key came from this upload."""
        head = self.bucket.head(self.key)
        return head is not None and head.metadata.get(_MARK) == self.mark

    def sent(self) -> set[SentPart]:
        """Parts that S3 has; raises UploadGone."""
        pages = self.bucket.client.get_paginator("list_parts")
        found: set[SentPart] = set()
        with self._asking():
            for answer in pages.paginate(
                Bucket=self.bucket.name, Key=self.key, UploadId=self.multipart_id
            ):
                for part in answer.get("Parts", []):
                    number, etag = part.get("PartNumber", 0), part.get("ETag", "")
                    found.add(SentPart(number, etag.strip('"')))
        return found

    def abort(self) -> None:
        """Have S3 forget the parts; an upload it does not know is fine."""
        with suppress(UploadGone), self._asking():
            self.bucket.client.abort_multipart_upload(
                Bucket=self.bucket.name, Key=self.key, UploadId=self.multipart_id
            )

    @contextmanager
    def _asking(self) -> Generator[None]:
        with s3_failures.translated():
            try:
                yield
            except ClientError as error:
                if s3_failures.code(error) == s3_failures.NO_UPLOAD:
                    raise UploadGone from error
                raise
