"""The keeper: it has a process serve each model, and follows stages and aliases.

A program of `trackgate up`, beside Nginx and the tracking server. It loads no model
itself, and needs little memory.
"""

from __future__ import annotations

import argparse
import logging
import os
import shutil
import signal
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from trackgate.models import model_uris
from trackgate.models.model_uris import ModelUri
from trackgate.serving.keeper_files import VersionFiles
from trackgate.serving.keeper_listing import Entry, lister, path_of, readable
from trackgate.serving.keeper_loading import Loader, Place
from trackgate.serving.keeper_log import ModelLog
from trackgate.serving.keeper_model import KeptModel
from trackgate.serving.keeper_process import Processes
from trackgate.serving.keeper_registry import Registry
from trackgate.serving.keeper_status import Answer, AnsweringSocket
from trackgate.serving.keeper_wish import Wish

_STOP_SIGNALS = {signal.SIGTERM, signal.SIGINT, signal.SIGHUP}
# `trackgate up` waits a second longer.
_ENDED_WITHIN_S = 3.0
_SWEPT_EVERY_S = 2.0
_LOOKED_FOR_EVERY_S = 0.05
_MIB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class KeeperOptions:
    """What the keeper is told.

    tracking_uri   the server whose registry counts
    sockets        folder of the sockets that Nginx and the keeper know
    models         folder for files of served versions
    log            folder for logs
    static_prefix  of the site's paths
    env_manager, workers, timeout_s, max_body_bytes  for `trackgate models serve`
    server_socket  nothing is asked before it is there; None: at once
    withdraw_s     how long a version goes on when none is meant any more
    uris           the models, in the order of their numbers
    """

    tracking_uri: str
    sockets: Path
    models: Path
    log: Path
    static_prefix: str
    env_manager: str
    workers: int
    timeout_s: int
    max_body_bytes: int
    server_socket: Path | None
    withdraw_s: float
    uris: tuple[ModelUri, ...]

    def command(self, folder: Path, socket: Path) -> Sequence[str]:
        """What serves the version in a folder on a socket."""
        return (
            *(sys.executable, "-m", "trackgate", "models", "serve"),
            *("--model-uri", str(folder), "--socket", str(socket)),
            *("--workers", str(self.workers), "--timeout", str(self.timeout_s)),
            *("--max-body-mb", str(-(-self.max_body_bytes // _MIB))),
            *("--env-manager", self.env_manager),
        )


class Keeper:
    """All served models, each kept by a thread of its own."""

    def __init__(self, options: KeeperOptions) -> None:
        self._options = options
        _ensure_empty(options.sockets)
        options.models.mkdir(mode=0o700, exist_ok=True)
        self._registry = Registry(options.tracking_uri)
        self._files = VersionFiles(options.models, self._registry.download)
        self._files.clear()
        self._processes = Processes()
        self._stopping = threading.Event()
        self._models = [
            self._model(number, uri) for number, uri in enumerate(options.uris, start=1)
        ]
        prefix = options.static_prefix
        listed = lister(prefix, lambda: [one.entry for one in self._models])
        AnsweringSocket(options.sockets / "status.sock", listed)

    def start(self) -> None:
        """Begin to serve."""
        for model in self._models:
            threading.Thread(target=self._keep, args=(model,), daemon=True).start()
        threading.Thread(target=self._sweep, daemon=True).start()

    def stop(self) -> None:
        """End all processes, and remove what was there for them."""
        self._stopping.set()
        self._processes.stop(_ENDED_WITHIN_S)
        shutil.rmtree(self._options.sockets, ignore_errors=True)
        self._files.clear()

    def _model(self, number: int, uri: ModelUri) -> KeptModel:
        options = self._options
        log = ModelLog(options.log / f"serve-{number}.log")
        place = Place(options.sockets, number, log)
        entry = Entry(
            uri=readable(uri),
            path=path_of(uri, options.static_prefix),
            since_ms=time.time_ns() // 1_000_000,
        )

        def not_yet(method: str, path: str) -> Answer:
            return model.entry.not_yet()

        # It is there before the path that Nginx knows leads to it.
        AnsweringSocket(place.socket(0), not_yet)
        model = KeptModel(
            entry,
            Wish(uri, self._registry.find),
            place,
            Loader(place, self._files, self._processes, options.command),
            options.timeout_s,
            options.withdraw_s,
        )
        return model

    def _keep(self, model: KeptModel) -> None:
        socket = self._options.server_socket
        # Asked too early, Nginx would fill its error log.
        while socket and not socket.exists() and not self._stopping.is_set():
            time.sleep(_LOOKED_FOR_EVERY_S)
        model.keep(self._stopping)

    def _sweep(self) -> None:
        """Remove files of versions that nobody serves any more."""
        while not self._stopping.wait(_SWEPT_EVERY_S):
            if all(model.is_settled() for model in self._models):
                self._files.sweep()


def main() -> int:
    """Run the keeper until a signal asks it to stop."""
    os.umask(0o077)
    options = _read(sys.argv[1:])
    logging.basicConfig(format="%(message)s", level=logging.WARNING)
    logging.getLogger("trackgate.serving").setLevel(logging.INFO)
    # Held back in all threads, so that this one can wait for them.
    signal.pthread_sigmask(signal.SIG_BLOCK, _STOP_SIGNALS)
    keeper = Keeper(options)
    keeper.start()
    signal.sigwait(_STOP_SIGNALS)
    keeper.stop()
    return 0


def _ensure_empty(sockets: Path) -> None:
    """A private folder without what a crash may have left in it."""
    shutil.rmtree(sockets, ignore_errors=True)
    sockets.mkdir(mode=0o700)


def _read(words: Sequence[str]) -> KeeperOptions:
    parser = argparse.ArgumentParser(prog="python -m trackgate.serving.keeper")
    parser.add_argument("--tracking-uri", required=True)
    for folder in ("--sockets", "--models", "--log"):
        parser.add_argument(folder, type=Path, required=True)
    parser.add_argument("--static-prefix", default="")
    parser.add_argument("--env-manager", default="virtualenv")
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--timeout", dest="timeout_s", type=int, default=60)
    parser.add_argument(
        "--max-body", dest="max_body_bytes", type=int, default=64 * _MIB
    )
    parser.add_argument("--server-socket", type=Path)
    parser.add_argument("--withdraw-after", dest="withdraw_s", type=float, default=60)
    parser.add_argument("uris", nargs="+", type=model_uris.parse)
    given: dict[str, Any] = vars(parser.parse_args(words))
    uris = tuple(given.pop("uris"))
    return KeeperOptions(**given, uris=uris)


if __name__ == "__main__":
    sys.exit(main())
