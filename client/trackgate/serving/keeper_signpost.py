"""The path of a model's socket that Nginx knows."""

from __future__ import annotations

from pathlib import Path


class Signpost:
    """A path that always leads to one of the sockets beside it."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def lead_to(self, socket: Path) -> None:
        """Send new connections there from now on; none meets a missing path."""
        beside = self._path.with_suffix(".new")
        beside.unlink(missing_ok=True)
        beside.symlink_to(socket.name)
        beside.replace(self._path)
