"""Programs of ours that run for a while, and the ports they listen on."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import subprocess
import time
from collections.abc import Generator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from urllib.parse import urlsplit

_START_S = 180
_STOP_S = 30
_LOOK_AGAIN_S = 0.005
# What this shell says about servers of its own is not meant for those measured here.
_NOT_INHERITED = ("TRACKGATE_", "TRACKING_", "MLFLOW_", "FML_", "PG")


class DidNotStart(RuntimeError):
    """A system ended, or did not answer in time; the message ends with its log."""


@contextmanager
def running(
    command: Sequence[str | Path],
    log: Path,
    environment: Mapping[str, str] | None = None,
) -> Generator[subprocess.Popen[bytes]]:
    """A program in a session of its own; it and what it started end after.

    It is asked to end, too, when the benchmark is killed.
    """
    with log.open("wb") as output:
        process = subprocess.Popen(
            ["setpriv", "--pdeathsig", "TERM", "--", *command],
            env={**inherited(), **(environment or {})},
            cwd=log.parent,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    try:
        yield process
    finally:
        process.terminate()
        with suppress(subprocess.TimeoutExpired):
            process.wait(_STOP_S)
        # MLflow leaves helpers of its own behind.
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def inherited() -> dict[str, str]:
    """Our environment without what would set a measured system up differently."""
    return {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(_NOT_INHERITED)
    }


def wait_for_answer(
    process: subprocess.Popen[bytes],
    url: str,
    headers: Mapping[str, str],
    log: Path,
) -> float:
    """Wait for the first 200; the seconds that it took. Raises DidNotStart."""
    begun = time.monotonic()
    while not answers(url, headers):
        waited = time.monotonic() - begun
        if process.poll() is not None or waited > _START_S:
            raise DidNotStart(f"nothing answers at {url}:\n{log.read_text()[-3000:]}")
        time.sleep(_LOOK_AGAIN_S)
    return time.monotonic() - begun


def answers(url: str, headers: Mapping[str, str]) -> bool:
    """Whether a GET brings a 200."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.netloc, timeout=30)
    with closing(connection), suppress(OSError, http.client.HTTPException):
        connection.request("GET", f"{parts.path}?{parts.query}", headers=dict(headers))
        return connection.getresponse().status == 200
    return False


def free_port() -> int:
    """A port of the loopback address that nothing listened on a moment ago."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port
