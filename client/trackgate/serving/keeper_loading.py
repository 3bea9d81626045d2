"""From a version to a process that answers for it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from trackgate.errors import TrackgateError
from trackgate.serving.keeper_files import VersionFiles
from trackgate.serving.keeper_log import ModelLog, shown
from trackgate.serving.keeper_process import ModelProcess, Processes
from trackgate.serving.keeper_registry import Version

_TURN_S = 0.05
# An environment may have to be built, with libraries of gigabytes.
_LOADED_WITHIN_S = 1800.0
_ENDED_WITHIN_S = 2.0


class NotLoaded(Exception):
    """A version could not be loaded; the message says why, in one line."""


class Superseded(Exception):
    """A version is no longer worth waiting for."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a model's processes belong.

    sockets  folder of all sockets
    number   the model's, with which the names of its sockets begin
    log      what the processes say
    """

    sockets: Path
    number: int
    log: ModelLog

    @property
    def known(self) -> Path:
        """The path that Nginx knows."""
        return self.sockets / f"{self.number}.sock"

    def socket(self, count: int) -> Path:
        """The socket of the model's process number `count`; 0 is the keeper's own."""
        return self.sockets / f"{self.number}-{count}.sock"


@dataclass(frozen=True, slots=True)
class Served:
    """A version and the process that has it loaded."""

    version: Version
    process: ModelProcess


# From a version's folder and a socket to the command that serves it there.
Command = Callable[[Path, Path], Sequence[str]]
# Asked all the time with the seconds that have passed: is it still worth it?
GoOn = Callable[[float], bool]


class Loader:
    """Loads versions of one model, each in a process of its own."""

    def __init__(
        self,
        place: Place,
        files: VersionFiles,
        processes: Processes,
        command: Command,
    ) -> None:
        self._place = place
        self._files = files
        self._processes = processes
        self._command = command
        self._count = 0

    def load(self, version: Version, go_on: GoOn) -> Served:
        """Download a version and start its process; returns when that is ready.

        Raises NotLoaded, Superseded when `go_on` says no, and Stopped.
        """
        began_s = time.monotonic()
        folder = self._borrowed(version, began_s, go_on)
        try:
            process = self._start(folder)
            try:
                self._await(process, began_s, go_on)
            except BaseException:
                process.ask_to_end()
                process.end(_ENDED_WITHIN_S)
                raise
        except BaseException:
            self._files.give_back(version)
            raise
        return Served(version, process)

    def retire(self, served: Served, within_s: float) -> None:
        """End a process that gets no new requests, once it has answered all."""
        served.process.drain(within_s)
        self._files.give_back(served.version)

    def forget(self, served: Served) -> None:
        """Clear up after a process that has ended by itself."""
        served.process.end(0.0)
        self._files.give_back(served.version)

    def _borrowed(self, version: Version, began_s: float, go_on: GoOn) -> Path:
        coming = _Coming(version, self._files)
        while coming.is_alive():
            coming.join(_TURN_S)
            if not go_on(time.monotonic() - began_s):
                coming.give_up()
                raise Superseded
        return coming.folder()

    def _start(self, folder: Path) -> ModelProcess:
        self._count += 1
        at = self._place.socket(self._count)
        return self._processes.start(
            self._command(folder, at), at, self._place.log, folder.parent
        )

    def _await(self, process: ModelProcess, began_s: float, go_on: GoOn) -> None:
        while not process.is_ready():
            passed_s = time.monotonic() - began_s
            if process.has_ended():
                raise NotLoaded(process.last_words())
            if passed_s > _LOADED_WITHIN_S:
                raise NotLoaded(f"it was not ready within {_LOADED_WITHIN_S:.0f} s")
            if not go_on(passed_s):
                raise Superseded
            time.sleep(_TURN_S)


class _Coming(threading.Thread):
    """A version's files on their way, while the model's thread has other cares."""

    def __init__(self, version: Version, files: VersionFiles) -> None:
        super().__init__(daemon=True)
        self._version = version
        self._files = files
        self._lock = threading.Lock()
        self._unwanted = False
        self._found: Path | None = None
        self._error: Exception | None = None
        self.start()

    def run(self) -> None:
        try:
            found = self._files.borrow(self._version)
        except Exception as error:
            self._error = error
            return
        with self._lock:
            self._found = found
            if self._unwanted:
                self._files.give_back(self._version)

    def give_up(self) -> None:
        """Have the files given back when they have come."""
        with self._lock:
            self._unwanted = True
            if self._found is not None:
                self._files.give_back(self._version)

    def folder(self) -> Path:
        """Where they are; raises NotLoaded if they have not come."""
        if self._found is not None:
            return self._found
        error = self._error
        if isinstance(error, TrackgateError):
            raise NotLoaded(shown(error.message))
        raise NotLoaded(shown(str(error))) from error
