"""Calls that could not be made, kept in files until the server is back.

One file a call, named so that they sort by age; they are written beside their name
and renamed, so none is ever half there. Only calls that may arrive twice are kept.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import msgspec
from trackgate_wire import codec, runs
from trackgate_wire.endpoint import Endpoint, Message

from trackgate.errors import (
    DeadlineExceeded,
    TemporarilyUnavailable,
    TrackgateError,
    Unauthenticated,
)
from trackgate.settings import Settings
from trackgate.transport import Connection

_KEPT: dict[str, Endpoint[Any, Any]] = {
    endpoint.path: endpoint for endpoint in (runs.LOG_BATCH, runs.UPDATE_RUN)
}
_WAITING = ".call"
_REFUSED = ".refused"
# These say that the server cannot do it now, not that it never will.
_LATER = (TemporarilyUnavailable, DeadlineExceeded, Unauthenticated)


class KeptCall(msgspec.Struct, frozen=True):
    """One call on disk: to which server, which endpoint, with which request."""

    uri: str
    path: str
    request: msgspec.Raw


# Made once, by one thread: see `trackgate_wire.codec.prepare`.
_calls = msgspec.json.Decoder(KeptCall)


class Spool:
    """The calls that wait for one server."""

    def __init__(self, root: Path, uri: str) -> None:
        self._uri = uri
        self.folder = root / hashlib.sha256(uri.encode()).hexdigest()[:16]

    @classmethod
    def of(cls, settings: Settings, uri: str) -> Spool:
        """The spool that the settings name, for the server at `uri`."""
        return cls(root_folder(settings), uri)

    def add(self, endpoint: Endpoint[Any, Any], request: Message) -> None:
        """Keep a call; raises OSError where the disk does not take it."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        kept = KeptCall(self._uri, endpoint.path, msgspec.Raw(codec.encode(request)))
        name = f"{time.time_ns():020d}-{secrets.token_hex(4)}"
        beside = self.folder / f"{name}.new"
        descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(codec.encode(kept))
        beside.rename(self.folder / f"{name}{_WAITING}")

    def waiting(self) -> list[Path]:
        """The kept calls, oldest first."""
        return sorted(self.folder.glob(f"*{_WAITING}"))

    def send(self, connection: Connection) -> int:
        """Make the kept calls, oldest first, and return how many were made.

        A call that the server refuses is set aside with the ending `.refused`.
        Raises what the first call raised that may work later; it stays, as do those
        after it.
        """
        sent = 0
        for path in self.waiting():
            try:
                _make(connection, path)
            except _LATER:
                raise
            except TrackgateError:
                path.rename(path.with_suffix(_REFUSED))
            else:
                path.unlink(missing_ok=True)
                sent += 1
        with suppress(OSError):
            self.folder.rmdir()
        return sent


def root_folder(settings: Settings) -> Path:
    """The folder of all spools; it need not exist."""
    if settings.spool_dir:
        return Path(settings.spool_dir).expanduser()
    return Path.home() / ".cache" / "trackgate" / "spool"


def _make(connection: Connection, path: Path) -> None:
    try:
        kept = _calls.decode(path.read_bytes())
    except FileNotFoundError:
        # Another process has just sent it.
        return
    endpoint = _KEPT[kept.path]
    connection.call(endpoint, codec.decode(bytes(kept.request), endpoint.request))
