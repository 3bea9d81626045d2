"""Files on their way down: streamed beside their final name, then renamed.

A connection that breaks is taken up again where it broke, as long as the server
still has the same file. Names inside a folder come from the server, and are
checked before anything is written.
"""

from __future__ import annotations

import os
import secrets
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import requests
from trackgate_wire import artifacts

from trackgate.errors import EndpointNotFound, NotFound, Unreachable
from trackgate.outgoing import Outgoing
from trackgate.parallel import side_by_side
from trackgate.progress import Progress
from trackgate.retries import RetryPolicy
from trackgate.store_calls import StoreCalls
from trackgate.transport import Connection

# Larger blocks are fresh memory each time, which takes longer than the copying.
_BLOCK_BYTES = 256 * 1024
_PARTIAL = 206


@dataclass(frozen=True, slots=True)
class Download:
    """A file of the store, and the path below the target folder it comes to.

    size  in bytes; 0, where it is not known beforehand
    """

    source: str
    target: str
    size: int


class Downloader:
    """Fetches files from the store of the server at the other end."""

    def __init__(self, connection: Connection, store: StoreCalls) -> None:
        self._connection = connection
        self._store = store
        self._policy = RetryPolicy.of(connection.settings)

    def fetch(self, root: str, path: str, folder: Path) -> Path:
        """Bring a file, or a folder with all in it, to `folder`.

        root    the store's path that `path` is relative to; it is not repeated here
        folder  must exist

        Returns where the file or folder is now; raises NotFound.
        """
        downloads = list(self._walk(root, path))
        if not downloads and path:
            downloads = [Download(_below(root, path), path, 0)]
        total = sum(one.size for one in downloads)
        with Progress(f"down {path or 'artifacts'}", total) as progress:
            side_by_side(
                lambda one: self._fetch_file(one, folder / one.target, progress),
                downloads,
                self._connection.settings.transfer_threads,
            )
        return folder / path

    def _walk(self, root: str, path: str) -> Iterator[Download]:
        for info in self._store.list_store(_below(root, path)):
            inside = _below(path, info.path.removesuffix("/"))
            if info.is_dir:
                yield from self._walk(root, inside)
            else:
                yield Download(_below(root, inside), inside, info.file_size or 0)

    def _fetch_file(self, file: Download, target: Path, progress: Progress) -> None:
        target.parent.mkdir(parents=True, exist_ok=True)
        # Not made of the file's name, which may already be as long as allowed.
        partial = target.with_name(f".{secrets.token_hex(8)}.part")
        try:
            with partial.open("xb") as out:
                self._fetch_bytes(file, out, progress)
            os.replace(partial, target)
        finally:
            with suppress(FileNotFoundError):
                partial.unlink()

    def _fetch_bytes(self, file: Download, out: BinaryIO, progress: Progress) -> None:
        etag: str | None = None
        attempt = 0
        while True:
            response = self._open(file, out.tell(), etag)
            if etag is None or response.status_code != _PARTIAL:
                progress.advance(-out.tell())
                out.seek(0)
                out.truncate()
            etag = response.headers.get("ETag")
            begun = out.tell()
            try:
                _pour(response, out, progress)
            except requests.RequestException as error:
                # Bytes that came prove the server is there: begin counting again.
                attempt = 1 if out.tell() > begun else attempt + 1
                if attempt > self._policy.max_retries:
                    raise Unreachable(
                        f"The download of {file.source!r} broke after"
                        f" {out.tell()} bytes, again and again: {error}"
                    ) from error
                time.sleep(self._policy.wait_s(attempt))
            else:
                return

    def _open(self, file: Download, have: int, etag: str | None) -> requests.Response:
        route = artifacts.DOWNLOAD_ARTIFACT
        url = self._connection.url(route.urls[0], artifact_path=file.source)
        try:
            return self._connection.exchange(
                Outgoing(
                    method=route.method,
                    url=url,
                    headers=_range_headers(have, etag),
                    stream=True,
                )
            )
        except (NotFound, EndpointNotFound):
            raise NotFound(f"There is no artifact at {file.source!r}.") from None


def _range_headers(have: int, etag: str | None) -> Mapping[str, str]:
    """Ask for what is missing, and only if the file is still the same one."""
    # A compressed answer could not be continued at a byte of the file.
    headers = {"Accept-Encoding": "identity"}
    if have and etag and not etag.startswith("W/"):
        headers |= {"Range": f"bytes={have}-", "If-Range": etag}
    return headers


def _pour(response: requests.Response, out: BinaryIO, progress: Progress) -> None:
    with response:
        for block in response.iter_content(_BLOCK_BYTES):
            out.write(block)
            progress.advance(len(block))


def _below(folder: str, name: str) -> str:
    return f"{folder}/{name}" if folder and name else folder or name
