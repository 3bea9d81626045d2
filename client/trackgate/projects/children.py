"""Programs of projects that run on this machine, each recorded by its run."""

from __future__ import annotations

import os
import selectors
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from trackgate.client import TrackingClient
from trackgate.entities import RunStatus
from trackgate.projects import interruptions
from trackgate.projects.ends import record_end
from trackgate.projects.jobs import Job
from trackgate.projects.output import Echo, KeptOutput
from trackgate.projects.watched import WatchedRun

_GUARD = Path(__file__).with_name("child_guard.py")
# The most that a pipe holds, unless somebody has made it larger.
_PIPE_BYTES = 1024 * 1024
# Time to end after a signal, such as for a last checkpoint, before it is killed.
GRACE_S = 15.0
# The stock client refuses it beside the id of another experiment.
_OTHER_EXPERIMENT = "MLFLOW_EXPERIMENT_NAME"
# Endings that somebody asked for, in this program or from outside.
_ASKED_FOR = frozenset(
    {signal.SIGHUP, signal.SIGINT, signal.SIGQUIT, signal.SIGTERM, signal.SIGKILL}
)


def start(
    job: Job,
    command: Sequence[str],
    *,
    folder: Path,
    environment: Mapping[str, str],
    grace_s: float = GRACE_S,
    afterwards: Callable[[], None] | None = None,
) -> Child:
    """Start a program in a session of its own, and return at once.

    environment  all its variables; `Job.variables` is not added
    grace_s      from the first signal to SIGKILL
    afterwards   called when it has ended, before its status is recorded

    Its output is shown on this program's streams and kept as the run's `output.log`;
    when it has ended, the run ends too. It does not outlive this program: a signal to
    this one reaches it, and so does this one's sudden end.
    """
    interruptions.listen()
    output = KeptOutput(job.client, job.run_id)
    try:
        process, line = _spawn(command, folder, environment, grace_s)
    except BaseException:
        output.close()
        raise
    child = Child(job, process, line, output, afterwards)
    child.follow()
    return child


class Child(WatchedRun):
    """A program that runs, and its run."""

    def __init__(
        self,
        job: Job,
        process: subprocess.Popen[bytes],
        line: socket.socket,
        output: KeptOutput,
        afterwards: Callable[[], None] | None,
    ) -> None:
        super().__init__(job.run_id)
        self._client: TrackingClient = job.client
        self._process = process
        self._line = line
        self._output = output
        self._afterwards = afterwards
        self._is_shown = job.options.is_shown
        self._stopped = False

    @property
    def exit_code(self) -> int | None:
        """As a shell has it; None while it runs."""
        return self._process.returncode

    def pass_on(self, number: int) -> None:
        """Send it a signal; a second one kills it. Neither waits nor takes a lock."""
        asked = signal.SIGKILL if self._stopped else number
        self._stopped = True
        # Where it has just ended, nobody is there to hear it.
        with suppress(OSError):
            self._line.send(bytes([asked]))

    def _ask_to_stop(self, number: int) -> None:
        if not self._stopped:
            self.pass_on(number)

    def _last_status(self) -> RunStatus:
        code = self._ended()
        status = _status(code, stopped=self._stopped)
        return record_end(self._client, self.run_id, status)

    def _ended(self) -> int:
        """Its exit code, when it has ended and its output is kept."""
        try:
            with self._process, self._line:
                _relay(self._process, self._line, self._output, shown=self._is_shown)
            if self._afterwards is not None:
                self._afterwards()
        finally:
            self._output.close()
        return self._process.returncode


def variables(job: Job, inherited: Mapping[str, str]) -> dict[str, str]:
    """All variables of a job's program on this machine.

    inherited  by it, those of its environment included
    """
    settings = job.client.connection.settings
    # The stock client knows these by its own names only.
    transport = {
        "MLFLOW_TRACKING_INSECURE_TLS": "true" if settings.insecure_tls else None,
        "MLFLOW_TRACKING_SERVER_CERT_PATH": _absolute(settings.server_cert_path),
        "MLFLOW_TRACKING_CLIENT_CERT_PATH": _absolute(settings.client_cert_path),
    }
    told = {name: value for name, value in transport.items() if value}
    kept = {name: inherited[name] for name in inherited if name != _OTHER_EXPERIMENT}
    return {**kept, **told, **job.variables()}


def _absolute(path: str | None) -> str | None:
    """A path that is found from the project's folder too."""
    return os.path.abspath(path) if path else None


def _spawn(
    command: Sequence[str], folder: Path, environment: Mapping[str, str], grace_s: float
) -> tuple[subprocess.Popen[bytes], socket.socket]:
    """The program's guard, and the socket it listens to."""
    ours, theirs = socket.socketpair()
    guard = [sys.executable, "-I", "-S", str(_GUARD), str(theirs.fileno())]
    with theirs:
        process = subprocess.Popen(  # noqa: S603 - the project's own command
            [*guard, str(grace_s), *command],
            cwd=folder,
            # Or what Python prints is seen when its buffer is full.
            env={"PYTHONUNBUFFERED": "1", **environment},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
            pass_fds=[theirs.fileno()],
        )
    return process, ours


def _relay(
    process: subprocess.Popen[bytes],
    line: socket.socket,
    output: KeptOutput,
    *,
    shown: bool,
) -> None:
    """Keep what it prints until it has ended, and show it if that is wanted.

    What it has left running may hold the pipes open, and is not waited for.
    """
    with selectors.DefaultSelector() as selector:
        for pipe, stream in (
            (process.stdout, sys.stdout),
            (process.stderr, sys.stderr),
        ):
            if pipe is not None:
                echo = Echo(stream) if shown else None
                selector.register(pipe, selectors.EVENT_READ, echo)
        selector.register(line, selectors.EVENT_READ)
        ended = False
        while not ended:
            for key, _ in selector.select():
                if key.fileobj is line:
                    ended = True
                elif not _take(key, output):
                    selector.unregister(key.fileobj)
        selector.unregister(line)
        for key, _ in selector.select(0):
            _take(key, output)


def _take(key: selectors.SelectorKey, output: KeptOutput) -> bool:
    """Keep, and perhaps show, what a pipe holds; whether there may be more."""
    block = os.read(key.fd, _PIPE_BYTES)
    output.write(block)
    if key.data is not None:
        key.data.write(block)
    return bool(block)


def _status(code: int, *, stopped: bool) -> RunStatus:
    """What an exit code means, as a shell gives it: 128 and the signal's number."""
    number = -code if code < 0 else code - 128
    if stopped or number in _ASKED_FOR:
        return RunStatus.KILLED
    return RunStatus.FINISHED if code == 0 else RunStatus.FAILED
