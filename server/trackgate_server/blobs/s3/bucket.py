"""One bucket, asked in the few ways that a store of artifacts needs.

Each method raises TemporarilyUnavailable where S3 cannot be reached or used.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from boto3.s3.transfer import TransferConfig, create_transfer_manager
from botocore.exceptions import ClientError

from trackgate_server.blobs.s3 import failures as s3_failures
from trackgate_server.blobs.s3.connection import connect
from trackgate_server.blobs.s3.location import S3Location

if TYPE_CHECKING:
    from botocore.response import StreamingBody

_SINGLE_PUT_BYTES = 64 * 1024 * 1024
_CHUNK_BYTES = 16 * 1024 * 1024
_TRANSFER_THREADS = 4
# As many as one call takes.
_DELETED_AT_ONCE = 1_000
# They may stand in a key but not in XML 1.0, the form of a call that deletes many.
_NOT_IN_XML = ("\ufffe", "\uffff")


class Head(NamedTuple):
    """What is known of an object without reading it."""

    size_bytes: int
    modified: datetime
    etag: str
    metadata: Mapping[str, str]


class Found(NamedTuple):
    """An object in a listing."""

    key: str
    size_bytes: int
    modified: datetime


class Page(NamedTuple):
    """A piece of a folder's listing, in S3's order.

    folders    prefixes, ending with a slash
    last_key   the key or prefix that comes last
    more       whether there are further pages
    """

    files: list[Found]
    folders: list[str]
    last_key: str
    more: bool


class Bucket:
    """The bucket at `location`; its keys come from boto3's own chain.

    threads  requests that may be under way at once
    """

    def __init__(self, location: S3Location, threads: int) -> None:
        self.name = location.bucket
        with s3_failures.translated():
            self.client = connect(location, connections=threads * _TRANSFER_THREADS)
        self._transfers = TransferConfig(
            multipart_threshold=_SINGLE_PUT_BYTES,
            multipart_chunksize=_CHUNK_BYTES,
            max_concurrency=_TRANSFER_THREADS,
        )

    def head(self, key: str) -> Head | None:
        """None where there is no such object."""
        with s3_failures.translated():
            try:
                found = self.client.head_object(Bucket=self.name, Key=key)
            except ClientError as error:
                if s3_failures.is_missing(error):
                    return None
                raise
        return Head(
            found["ContentLength"],
            found["LastModified"],
            found["ETag"].strip('"'),
            found["Metadata"],
        )

    def put(self, key: str, content: bytes) -> None:
        """Store a small object."""
        with s3_failures.translated():
            self.client.put_object(Bucket=self.name, Key=key, Body=content)

    def put_file(self, key: str, file: Path) -> None:
        """Store a file, in parts side by side if it is large."""
        with s3_failures.translated():
            if file.stat().st_size <= _SINGLE_PUT_BYTES:
                with file.open("rb") as body:
                    self.client.put_object(Bucket=self.name, Key=key, Body=body)
                return
            with create_transfer_manager(self.client, self._transfers) as manager:
                manager.upload(str(file), self.name, key).result()

    def get(self, key: str) -> bytes | None:
        """A small object's bytes; None where there is no such object."""
        with s3_failures.translated():
            try:
                return self.client.get_object(Bucket=self.name, Key=key)["Body"].read()
            except ClientError as error:
                if s3_failures.is_missing(error):
                    return None
                raise

    def read_range(self, key: str, etag: str, first: int, last: int) -> StreamingBody:
        """A stream of those bytes, if the object still has that version."""
        with s3_failures.translated():
            return self.client.get_object(
                Bucket=self.name,
                Key=key,
                IfMatch=f'"{etag}"',
                Range=f"bytes={first}-{last}",
            )["Body"]

    def has_below(self, prefix: str) -> bool:
        """Whether any key begins so."""
        return bool(self.first_below(prefix, 1))

    def first_below(self, prefix: str, limit: int = _DELETED_AT_ONCE) -> list[Found]:
        """The first objects, at most 1,000, whose keys begin so."""
        with s3_failures.translated():
            answer = self.client.list_objects_v2(
                Bucket=self.name, Prefix=prefix, MaxKeys=limit
            )
        return _files(answer)

    def all_below(self, prefix: str) -> Iterator[Found]:
        """Every object whose key begins so."""
        pages = self.client.get_paginator("list_objects_v2")
        with s3_failures.translated():
            for answer in pages.paginate(Bucket=self.name, Prefix=prefix):
                yield from _files(answer)

    def folder_pages(self, prefix: str, start_after: str) -> Iterator[Page]:
        """The files and folders right below a prefix that ends with a slash."""
        pages = self.client.get_paginator("list_objects_v2")
        asked = pages.paginate(
            Bucket=self.name, Prefix=prefix, Delimiter="/", StartAfter=start_after
        )
        with s3_failures.translated():
            for answer in asked:
                files = _files(answer)
                folders = [
                    str(item.get("Prefix")) for item in answer.get("CommonPrefixes", [])
                ]
                last = max([*(file.key for file in files), *folders], default=prefix)
                yield Page(files, folders, last, answer["IsTruncated"])

    def delete(self, keys: Sequence[str]) -> None:
        """Remove objects, at most 1,000; one that is not there is fine."""
        listed = [key for key in keys if not any(one in key for one in _NOT_IN_XML)]
        for key in set(keys).difference(listed):
            self._delete_one(key)
        if len(listed) == 1:
            self._delete_one(listed[0])
        elif listed:
            self._delete_many(listed)

    def delete_below(self, prefix: str) -> bool:
        """Remove every object whose key begins so; whether there was any."""
        found = self.first_below(prefix)
        any_found = bool(found)
        while found:
            self.delete([one.key for one in found])
            is_all = len(found) < _DELETED_AT_ONCE
            found = [] if is_all else self.first_below(prefix)
        return any_found

    def close(self) -> None:
        """Give the connections back."""
        self.client.close()

    def _delete_one(self, key: str) -> None:
        with s3_failures.translated():
            self.client.delete_object(Bucket=self.name, Key=key)

    def _delete_many(self, keys: Iterable[str]) -> None:
        with s3_failures.translated():
            answer = self.client.delete_objects(
                Bucket=self.name,
                Delete={"Objects": [{"Key": key} for key in keys], "Quiet": True},
            )
            for failed in answer.get("Errors", []):
                # The single call says what is wrong, or does it.
                self._delete_one(str(failed.get("Key")))


def _files(answer: Any) -> list[Found]:
    return [
        Found(item["Key"], item["Size"], item["LastModified"])
        for item in answer.get("Contents", [])
    ]
