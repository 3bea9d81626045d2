"""gunicorn with our worker: a process that holds the model, and one that watches.

The model is loaded in each worker after the fork: thread pools of its library (OpenMP,
ONNX Runtime) do not survive one. A worker that cannot load it ends the server.
"""

from __future__ import annotations

import logging
import os
import select
import shutil
import sys
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from trackgate.errors import TrackgateError
from trackgate.models.libraries import load
from trackgate.models.loading import load_folder
from trackgate.serving.application import Scoring
from trackgate.serving.worker import worker_class

_log = logging.getLogger(__name__)
_LOG_FORMAT = "[%(asctime)s] [%(process)d] [%(levelname)s] %(message)s"
_LOG_TIME = "%Y-%m-%d %H:%M:%S %z"
# gunicorn's Arbiter.WORKER_BOOT_ERROR: it does not try again.
_BOOT_ERROR = 3
# A process whose Python does not come to its turn cannot answer 504 by itself; gunicorn
# ends it so much later.
_STUCK_S = 10
# After the last answer could have been given.
_GRACE_S = 10
_MIB = 1024 * 1024
# Characters of a reason: it must fit in a pipe.
_LONGEST = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Serving:
    """What is served and where.

    model       folder of the model
    socket      path of a unix socket, in the place of host and port
    timeout_s   a request that takes longer is answered with 504
    threads     so many requests are computed at a time in each of the workers
    owned       folder to remove in the end; it was made for this server
    """

    model: Path
    host: str = "127.0.0.1"
    port: int = 5000
    socket: Path | None = None
    workers: int = 1
    threads: int = 4
    timeout_s: float = 60
    max_body_mib: int = 64
    owned: Path | None = None

    @property
    def bind(self) -> str:
        """As gunicorn writes it."""
        if self.socket is not None:
            return f"unix:{self.socket}"
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port}"


def run(serving: Serving) -> None:
    """Serve until SIGTERM, answer what was accepted, then leave with 0.

    Raises SystemExit with the reason where the model cannot be loaded.
    """
    logging.basicConfig(
        stream=sys.stderr, level=logging.INFO, format=_LOG_FORMAT, datefmt=_LOG_TIME
    )
    reasons = Reasons()
    watching = os.getpid()
    try:
        _arbiter(serving, reasons).run()
    except SystemExit as error:
        # Workers, which are forked in there, leave by the same way.
        if error.code and os.getpid() == watching:
            raise SystemExit(reasons.first() or 1) from None
        raise
    finally:
        if serving.owned is not None and os.getpid() == watching:
            shutil.rmtree(serving.owned, ignore_errors=True)


def _arbiter(serving: Serving, reasons: Reasons) -> Any:
    # gunicorn comes with the extra `models`, which a plain install lacks.
    base: Any = load("gunicorn.app.base").BaseApplication
    arbiter: Any = load("gunicorn.arbiter").Arbiter
    settings = {"serving": serving, "reasons": reasons}
    application: Any = type("Application", (_Application, base), settings)
    tidy: Any = type("TidyArbiter", (_TidyArbiter, arbiter), {"path": serving.socket})
    return tidy(application())


class _Application:
    """Settings and the WSGI application; what is not here is gunicorn's."""

    serving: Serving
    reasons: Reasons
    cfg: Any

    def load_config(self) -> None:
        for name, value in _configuration(self.serving).items():
            self.cfg.set(name, value)

    def load(self) -> Any:
        return _load(self.serving, self.reasons)


class _TidyArbiter:
    """Leaves a socket alone that has been moved or replaced meanwhile."""

    path: Path | None

    def start(self) -> None:
        arbiter: Any = super()
        arbiter.start()
        self._own_socket = _identity(self.path)
        # gunicorn removes whatever lies at the path, unless systemd made it.
        self.systemd = True

    def stop(self, graceful: bool = True) -> None:
        arbiter: Any = super()
        arbiter.stop(graceful)
        if self.path is not None and _identity(self.path) == self._own_socket:
            self.path.unlink(missing_ok=True)


def _configuration(serving: Serving) -> dict[str, Any]:
    return {
        "bind": serving.bind,
        "workers": serving.workers,
        "worker_class": worker_class(serving.timeout_s, serving.threads),
        "timeout": int(serving.timeout_s) + _STUCK_S,
        "graceful_timeout": int(serving.timeout_s) + _GRACE_S,
        "umask": 0o077,
        "accesslog": None,
        "loglevel": "info",
        "proc_name": "trackgate-model",
        # Callers may be many when one process takes over from another.
        "backlog": 2048,
        # A header with an underscore would be the same key as one with a dash.
        "header_map": "drop",
        "forwarder_headers": "",
        "control_socket_disable": True,
    }


def _load(serving: Serving, reasons: Reasons) -> Scoring:
    """The application, with its model; ends the process where that fails."""
    try:
        return Scoring(load_folder(serving.model), serving.max_body_mib * _MIB)
    except (TrackgateError, ImportError) as error:
        reasons.add(f"The model cannot be loaded: {error}")
    except Exception as error:
        _log.exception("The model cannot be loaded.")
        reasons.add(f"The model cannot be loaded: {type(error).__name__}: {error}")
    sys.exit(_BOOT_ERROR)


class Reasons:
    """Why workers could not begin, told to the process that started them."""

    def __init__(self) -> None:
        self._read, self._write = os.pipe()
        os.set_blocking(self._read, False)

    def add(self, reason: str) -> None:
        """Say so, in one line."""
        os.write(
            self._write, f"Error: {' '.join(reason.split())[:_LONGEST]}\n".encode()
        )

    def first(self) -> str | None:
        """What the first of them said; None where none did."""
        with suppress(BlockingIOError):
            said = os.read(self._read, select.PIPE_BUF)
            return said.decode(errors="replace").partition("\n")[0]
        return None


def _identity(path: Path | None) -> tuple[int, int] | None:
    """Which file lies at a path."""
    with suppress(OSError):
        if path is not None:
            found = os.stat(path)
            return found.st_dev, found.st_ino
    return None
