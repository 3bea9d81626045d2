"""Processes that serve one version of a model each: start, ask, end."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from trackgate.serving.keeper_log import ModelLog

_CHILD = Path(__file__).with_name("keeper_child.py")
_PING = b"GET /ping HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
_READY = (b"HTTP/1.1 200", b"HTTP/1.0 200")
_PING_S = 1.0
# Longer than a connection takes from looking up the socket's name to the queue.
_SETTLED_S = 0.1


class Stopped(Exception):
    """No process is started any more."""


class ModelProcess:
    """A process that listens on a socket of its own."""

    def __init__(self, process: subprocess.Popen[bytes], at: Path, log: ModelLog):
        self.socket = at
        self.started_s = time.monotonic()
        self._process = process
        self._log = log
        self._log_start = log.size()

    def has_ended(self) -> bool:
        """Whether it is gone."""
        return self._process.poll() is not None

    def is_ready(self) -> bool:
        """Whether its model is loaded and answers."""
        return self.socket.exists() and self._ping(_PING_S)

    def last_words(self) -> str:
        """Why it has ended before it was ready, as its log says, in one line."""
        return self._log.last_words(self._log_start) or self.end_said()

    def end_said(self) -> str:
        """How it has ended."""
        code = self._process.poll()
        if code is not None and code < 0:
            return f"its process was ended by {signal.Signals(-code).name}"
        return f"its process has ended with code {code}"

    def drain(self, timeout_s: float) -> None:
        """End it once all is answered that came to it before this call.

        New connections must go elsewhere by now. Those that wait are accepted in
        their order, so when one more is answered, all have been accepted; and a
        process that is asked to end answers what it has accepted.

        timeout_s  the longest that an answer may take
        """
        time.sleep(_SETTLED_S)
        self._ping(timeout_s)
        self.ask_to_end()
        self.end(timeout_s)

    def ask_to_end(self) -> None:
        """Have it answer what it has accepted, and end."""
        if not self.has_ended():
            self._process.send_signal(signal.SIGTERM)

    def end(self, patience_s: float) -> None:
        """Wait for its end, or bring it about; also of all that it has started."""
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(max(patience_s, 0.0))
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        self.socket.unlink(missing_ok=True)

    def _ping(self, timeout_s: float) -> bool:
        with socket.socket(socket.AF_UNIX) as asking:
            asking.settimeout(timeout_s)
            try:
                asking.connect(str(self.socket))
                asking.sendall(_PING)
                return asking.recv(64).startswith(_READY)
            except OSError:
                return False


class Processes:
    """All processes of the keeper's models, so that none is left when it ends."""

    def __init__(self) -> None:
        self._alive: list[ModelProcess] = []
        self._lock = threading.Lock()
        self._stopped = False

    def start(
        self, command: Sequence[str], at: Path, log: ModelLog, folder: Path
    ) -> ModelProcess:
        """Start a command that will listen at `at`, in a process group of its own.

        It ends with the calling thread, which therefore must live as long as the
        keeper. Raises Stopped after `stop`.
        """
        child = (sys.executable, "-I", "-S", str(_CHILD), str(os.getpid()))
        with self._lock, log.opened() as output:
            if self._stopped:
                raise Stopped
            popen = subprocess.Popen(  # noqa: S603 - our own command
                [*child, *command],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                cwd=folder,
                process_group=0,
            )
            process = ModelProcess(popen, at, log)
            self._alive = [one for one in self._alive if not one.has_ended()]
            self._alive.append(process)
        return process

    def stop(self, patience_s: float) -> None:
        """End all processes, together."""
        with self._lock:
            self._stopped = True
        deadline_s = time.monotonic() + patience_s
        for process in self._alive:
            process.ask_to_end()
        for process in self._alive:
            process.end(deadline_s - time.monotonic())
