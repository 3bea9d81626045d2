"""A submitted run whose end a thread of this program waits for."""

from __future__ import annotations

import signal
import threading
from abc import abstractmethod
from contextlib import suppress

from trackgate.entities import RunStatus
from trackgate.fluent.endings import Killed
from trackgate.projects import interruptions
from trackgate.projects.submitted import SubmittedRun


class WatchedRun(SubmittedRun):
    """Runs `_last_status` in a thread; what that returns is the run's last status.

    daemon  the interpreter does not wait for it at its exit
    """

    def __init__(
        self,
        run_id: str,
        status: RunStatus = RunStatus.RUNNING,
        *,
        daemon: bool = False,
    ) -> None:
        self._run_id = run_id
        self._status = status
        # Not joined: an interrupted `join` may take a thread for ended (bpo-45274).
        self._done = threading.Event()
        self._watcher = threading.Thread(
            target=self._watch, name=f"trackgate-run-{run_id}", daemon=daemon
        )

    @property
    def run_id(self) -> str:
        """The run that records it."""
        return self._run_id

    def follow(self) -> None:
        """Begin; signals to this program reach it from now on."""
        interruptions.reach(self)
        self._watcher.start()

    def wait(self) -> bool:
        """Wait for its end; whether it finished.

        Where this is interrupted, it is stopped, and its run has ended, before the
        exception goes on.
        """
        try:
            self._done.wait()
        except BaseException:
            self._stop(signal.SIGINT)
            raise
        finally:
            interruptions.rest()
        return self._status is RunStatus.FINISHED

    def get_status(self) -> str:
        """SCHEDULED, RUNNING, FINISHED, FAILED or KILLED."""
        return self._status

    def cancel(self) -> None:
        """Stop it, if it still goes on, and wait until it has stopped."""
        self._stop(signal.SIGTERM)
        interruptions.rest()

    @abstractmethod
    def pass_on(self, number: int) -> None:
        """Called in signal handlers too: must not wait, nor take a lock."""

    @abstractmethod
    def _ask_to_stop(self, number: int) -> None:
        """Have it stopped by a signal, or in its way, unless it was asked before."""

    @abstractmethod
    def _last_status(self) -> RunStatus:
        """How it has ended, when it has and that is recorded."""

    def _stop(self, number: int) -> None:
        if not self._done.is_set():
            self._ask_to_stop(number)
        while not self._done.is_set():
            # Further signals make it end sooner, but do not end this.
            with suppress(KeyboardInterrupt, Killed):
                self._done.wait()

    def _watch(self) -> None:
        status = RunStatus.FAILED
        try:
            status = self._last_status()
        finally:
            self._status = status
            interruptions.leave(self)
            self._done.set()
