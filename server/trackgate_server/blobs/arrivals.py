"""Bodies that wait on this machine until another one has them."""

from __future__ import annotations

import os
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from trackgate_server.blobs import failures, folders
from trackgate_server.blobs.staging import INCOMING, Staging
from trackgate_server.blobs.store import Body


class Arrivals:
    """Files in a hidden folder below `root`, which it makes if need be.

    Bodies that lie on the same file system as `root` are moved, not copied.
    """

    def __init__(self, root: Path) -> None:
        root.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._root = folders.open_root(root)
        self._staging = Staging(self._root)
        self._folder = root / INCOMING

    @contextmanager
    def arrival(self, body: Body) -> Generator[Path]:
        """A file that holds the whole body, removed in the end."""
        with failures.room(), self._staging.new_name() as name:
            body.put(self._staging.folder, name)
            yield self._folder / name

    def sweep(self) -> None:
        """Remove what crashes left behind more than a day ago."""
        self._staging.sweep()

    def close(self) -> None:
        """Give the descriptors back."""
        self._staging.close()
        os.close(self._root)
