"""What a project's program prints: shown at once, and kept by its run."""

from __future__ import annotations

import codecs
import logging
import shutil
import tempfile
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import TextIO

from trackgate.client import TrackingClient
from trackgate.errors import TrackgateError

OUTPUT_FILE = "output.log"
_log = logging.getLogger("trackgate")
# What a run has printed is seen on its page so soon after.
_EVERY_S = 3.0
# A long output takes long to send: no more than this part of the time is spent on it.
_PART = 0.1


class KeptOutput:
    """A file that grows while a run goes on, and is uploaded every few seconds."""

    def __init__(self, client: TrackingClient, run_id: str) -> None:
        self._client = client
        self._run_id = run_id
        self._path = Path(tempfile.mkdtemp(prefix="trackgate-run-")) / OUTPUT_FILE
        self._file = self._path.open("wb", buffering=0)
        self._sent_bytes = 0
        self._cut_off = False
        self._done = threading.Event()
        self._sender = threading.Thread(target=self._send_now_and_then, daemon=True)
        self._sender.start()

    def write(self, block: bytes) -> None:
        """Append to it; where that fails, the rest is shown but not kept."""
        try:
            if not self._cut_off:
                self._file.write(block)
        except OSError as error:
            self._cut_off = True
            _log.warning("The output of run %s is cut off: %s", self._run_id, error)

    def close(self) -> None:
        """Upload what is left, and remove the file unless that fails."""
        self._done.set()
        self._sender.join()
        self._file.close()
        problem = self._send()
        if problem is None:
            shutil.rmtree(self._path.parent, ignore_errors=True)
        else:
            _log.warning("The output is not kept, but at %s: %s", self._path, problem)

    def _send_now_and_then(self) -> None:
        wait_s = _EVERY_S
        while not self._done.wait(wait_s):
            started_s = time.monotonic()
            self._send()
            wait_s = max(_EVERY_S, (time.monotonic() - started_s) / _PART)

    def _send(self) -> Exception | None:
        """Upload it, if it has grown; why it could not be."""
        size = self._path.stat().st_size
        if size == self._sent_bytes:
            return None
        try:
            self._client.log_artifact(self._run_id, self._path)
        # No more threads are made for large files once the interpreter is at its end.
        except (TrackgateError, OSError, RuntimeError) as error:
            return error
        self._sent_bytes = size
        return None


class Echo:
    """Shows bytes on one of this program's own streams, as they come."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        # A notebook's streams take text only; bytes may end within a character.
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")

    def write(self, block: bytes) -> None:
        """Show them; nothing happens where nobody reads the stream any more."""
        with suppress(OSError, ValueError):
            raw = getattr(self._stream, "buffer", None)
            if raw is None:
                self._stream.write(self._decoder.decode(block))
            else:
                self._stream.flush()
                raw.write(block)
            self._stream.flush()
