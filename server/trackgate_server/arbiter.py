"""gunicorn's main process, with a place in a folder of slots."""

from __future__ import annotations

import logging
import socket
from typing import Any

from gunicorn.app.base import BaseApplication
from gunicorn.arbiter import Arbiter
from gunicorn.errors import HaltServer

from trackgate_server.slots import LostPlace, Slots

_log = logging.getLogger(__name__)
_LOST_PLACE = 1


class DrainingArbiter(Arbiter):
    """Stops without losing a request, together with `DrainingWorker`.

    slots  the server's place in the folder, if that is how Nginx finds it
    """

    def __init__(self, app: BaseApplication, slots: Slots | None) -> None:
        self._slots = slots
        super().__init__(app)

    def wait_for_signals(self, timeout: float | None = 1.0) -> list[int]:
        """Each second, and at each signal: see whether another server died."""
        if self._slots is not None:
            self._heal(self._slots)
        return super().wait_for_signals(timeout)

    def stop(self, graceful: bool = True) -> None:
        """Lead requests elsewhere, and only then ask the workers to end."""
        if self._slots is not None:
            self._slots.leave()
        for listener in self.LISTENERS:
            _refuse_connections(listener)
        if self._slots is not None:
            self._close_listeners()
        super().stop(graceful)

    def handle_usr2(self) -> None:
        """gunicorn would start another main process on the same sockets."""
        _log.warning("SIGUSR2 is ignored. Start another server, then stop this one.")

    def _close_listeners(self) -> None:
        # gunicorn would look for the names, which are gone already.
        for listener in self.LISTENERS:
            listener.close()
        self.LISTENERS.clear()

    def _heal(self, slots: Slots) -> None:
        try:
            slots.heal()
        except LostPlace as lost:
            raise HaltServer(str(lost), _LOST_PLACE) from lost
        except OSError as error:
            _log.error("The folder of slots cannot be looked after: %s", error)


def _refuse_connections(listener: Any) -> None:
    """Refuse new connections, while those that wait can still be accepted.

    Linux, unix(7) sockets: the one moment after which nothing joins the queue. On TCP
    this would drop the queue.
    """
    if listener.family == socket.AF_UNIX:
        listener.shutdown(socket.SHUT_RD)
