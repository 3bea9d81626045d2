"""Runs that go on elsewhere, each followed from here by a thread until it has ended."""

from __future__ import annotations

import logging
import threading
from contextlib import suppress
from typing import Protocol

from trackgate.entities import RunStatus
from trackgate.fluent.endings import Killed
from trackgate.projects import interruptions
from trackgate.projects.ends import record_end
from trackgate.projects.jobs import Job
from trackgate.projects.submitted import SubmittedRun

_log = logging.getLogger("trackgate")
_GOING_ON = frozenset({RunStatus.SCHEDULED, RunStatus.RUNNING})


class Task(Protocol):
    """What a cluster made of a job. One thread calls its methods."""

    def look(self) -> RunStatus:
        """How far it is; waits a moment where it goes on, so that it can be repeated.

        Raises nothing that the next look may get over.
        """
        ...

    def stop(self, *, at_once: bool) -> None:
        """Have it stopped, without waiting; `at_once` leaves it no time to end."""
        ...


class FollowedRun(SubmittedRun):
    """A task and the run that records it, which ends when the task has ended.

    outlives  the task goes on without this program, which then need not wait for its
              end; else it is stopped by what stops this program
    """

    def __init__(self, job: Job, task: Task, *, outlives: bool = False) -> None:
        self._client = job.client
        self._run_id = job.run_id
        self._task = task
        self._outlives = outlives
        self._status = RunStatus.SCHEDULED
        # How often it was asked to stop; a plain number, for signal handlers count.
        self._asked = 0
        # Not joined: an interrupted `join` may take a thread for ended (bpo-45274).
        self._done = threading.Event()
        self._follower = threading.Thread(
            target=self._follow, name=f"trackgate-run-{job.run_id}", daemon=outlives
        )

    @property
    def run_id(self) -> str:
        """The run that records it."""
        return self._run_id

    def follow(self) -> None:
        """Begin to; in the main thread, where there is a choice."""
        if not self._outlives:
            self._pass_signals_on()
        self._follower.start()

    def wait(self) -> bool:
        """Wait for its end; whether it finished.

        Where this is interrupted, the task is stopped, and its run has ended, before
        the exception goes on.
        """
        self._pass_signals_on()
        try:
            self._done.wait()
        except BaseException:
            self._stop()
            raise
        finally:
            # Where it had ended before, nobody else would.
            interruptions.leave(self)
            interruptions.rest()
        return self._status is RunStatus.FINISHED

    def get_status(self) -> str:
        """SCHEDULED, RUNNING, FINISHED, FAILED or KILLED."""
        return self._status

    def cancel(self) -> None:
        """Stop it, if it still goes on, and wait until it has stopped."""
        self._stop()
        interruptions.rest()

    def pass_on(self, number: int) -> None:
        """Have it stopped, whatever the signal; a second one gives it no more time."""
        del number
        self._asked += 1

    def _pass_signals_on(self) -> None:
        interruptions.listen()
        interruptions.reach(self)

    def _stop(self) -> None:
        self._asked = self._asked or 1
        while not self._done.is_set():
            # Further signals make it end sooner, but do not end this.
            with suppress(KeyboardInterrupt, Killed):
                self._done.wait()

    def _follow(self) -> None:
        try:
            self._status = record_end(self._client, self._run_id, self._ended())
        finally:
            interruptions.leave(self)
            self._done.set()

    def _ended(self) -> RunStatus:
        """How the task has ended, when it has."""
        status = RunStatus.SCHEDULED
        obeyed = 0
        try:
            while status in _GOING_ON:
                self._status = status
                if obeyed < min(self._asked, 2):
                    obeyed += 1
                    self._task.stop(at_once=obeyed > 1)
                status = self._task.look()
        except Exception as error:
            # Whatever it is: a run must not stay RUNNING for it.
            _log.error("Run %s cannot be followed: %s", self._run_id, error)
            return RunStatus.FAILED
        return status
