"""Background values on the last stretch: to the server, or to the spool for now."""

from __future__ import annotations

import logging
import time
from typing import Any

from trackgate_wire import runs
from trackgate_wire.endpoint import Endpoint, Message
from trackgate_wire.runs import UpdateRun

from trackgate.batches import Batch
from trackgate.errors import (
    DeadlineExceeded,
    TemporarilyUnavailable,
    TrackgateError,
    Unreachable,
)
from trackgate.spool import Spool
from trackgate.transport import Connection

_logger = logging.getLogger("trackgate")
# A server that did not answer is left alone for so long.
_PAUSE_S = 30.0


class Delivery:
    """Sends to one server, and what waits in its spool first, so order is kept."""

    def __init__(self, connection: Connection, spool: Spool) -> None:
        self._connection = connection
        self._spool = spool
        self._kept = False
        self._away_until = 0.0

    def send(self, run_id: str, batch: Batch) -> None:
        """Store a batch; raises TemporarilyUnavailable while the server is away."""
        self._catch_up()
        self._connection.call(runs.LOG_BATCH, batch.request(run_id))

    def keep(self, run_id: str, batch: Batch) -> None:
        """Put a batch aside until the server is back."""
        self._put_aside(runs.LOG_BATCH, batch.request(run_id))

    def end(self, request: UpdateRun) -> None:
        """Note a run's end, after what was put aside; or put that aside too."""
        if not self._kept:
            self._connection.call(runs.UPDATE_RUN, request)
            return
        try:
            self._catch_up()
            self._connection.call(runs.UPDATE_RUN, request)
        except (TemporarilyUnavailable, DeadlineExceeded):
            self._put_aside(runs.UPDATE_RUN, request)

    def send_waiting(self) -> None:
        """Send what an earlier program had to leave behind, if that can be done now."""
        if not self._spool.waiting():
            return
        try:
            sent = self._spool.send(self._connection)
        except TrackgateError as error:
            # Whoever starts a run has not come for these.
            _logger.warning("Values kept earlier could not be sent: %s", error)
        else:
            _logger.info("%d calls sent that were kept earlier", sent)

    def _catch_up(self) -> None:
        if not self._kept:
            return
        if time.monotonic() < self._away_until:
            raise Unreachable("The server was away a moment ago.")
        self._spool.send(self._connection)
        self._kept = False

    def _put_aside(self, endpoint: Endpoint[Any, Any], request: Message) -> None:
        self._spool.add(endpoint, request)
        self._away_until = time.monotonic() + _PAUSE_S
        if not self._kept:
            self._kept = True
            _logger.warning(
                "The server is away; values are kept in %s. They are sent when a run"
                " starts or by `trackgate spool send`.",
                self._spool.folder,
            )
