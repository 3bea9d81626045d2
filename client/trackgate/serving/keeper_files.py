"""The files of served versions: downloaded once, kept as long as they are served."""

from __future__ import annotations

import secrets
import shutil
import threading
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from trackgate.errors import TrackgateError
from trackgate.models.fetching import fetch
from trackgate.serving.keeper_registry import Version

Download = Callable[[Version, Path], None]


class VersionFiles:
    """A folder with a folder for each version; used by threads."""

    def __init__(self, folder: Path, download: Download) -> None:
        self._folder = folder
        self._download = download
        self._borrowed: Counter[str] = Counter()
        self._lock = threading.Lock()

    def borrow(self, version: Version) -> Path:
        """The version's files, downloaded unless they are there and unharmed.

        They stay until they are given back as often as they were borrowed; nothing
        is borrowed when this raises.
        """
        with self._lock:
            self._borrowed[version.key] += 1
        try:
            return self._ensure(version)
        except BaseException:
            self.give_back(version)
            raise

    def give_back(self, version: Version) -> None:
        """Need them no longer; `sweep` removes what nobody needs."""
        with self._lock:
            self._borrowed[version.key] -= 1

    def sweep(self) -> None:
        """Remove all that nobody has borrowed."""
        with self._lock:
            unused = [
                self._put_aside(one)
                for one in self._folder.iterdir()
                if not one.name.startswith(".") and self._borrowed[one.name] <= 0
            ]
        for one in unused:
            shutil.rmtree(one, ignore_errors=True)

    def clear(self) -> None:
        """Remove all: nobody has a version yet, or nobody has one any more.

        What an earlier keeper left may have been cut off.
        """
        for one in self._folder.iterdir():
            shutil.rmtree(one, ignore_errors=True)

    def _ensure(self, version: Version) -> Path:
        there = self._folder / version.key
        if there.is_dir():
            try:
                return fetch(str(there))
            except TrackgateError:
                # A failing disk, or a hand in the folder: get them anew.
                shutil.rmtree(self._put_aside(there), ignore_errors=True)
        coming = self._folder / f".{secrets.token_hex(8)}"
        try:
            self._download(version, coming)
            self._put(coming, there)
        finally:
            shutil.rmtree(coming, ignore_errors=True)
        return there

    def _put(self, coming: Path, there: Path) -> None:
        try:
            coming.rename(there)
        except OSError:
            # Another model's thread was faster with the same version.
            if not there.is_dir():
                raise

    def _put_aside(self, there: Path) -> Path:
        return there.rename(self._folder / f".{secrets.token_hex(8)}")
