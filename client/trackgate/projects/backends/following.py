"""Runs that go on elsewhere, each followed from here by a thread until it has ended."""

from __future__ import annotations

import logging
from typing import Protocol

from trackgate.entities import RunStatus
from trackgate.projects import interruptions
from trackgate.projects.ends import record_end
from trackgate.projects.jobs import Job
from trackgate.projects.watched import WatchedRun

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


class FollowedRun(WatchedRun):
    """A task and the run that records it, which ends when the task has ended.

    outlives  the task goes on without this program, which then need not wait for its
              end; else it is stopped by what stops this program
    """

    def __init__(self, job: Job, task: Task, *, outlives: bool = False) -> None:
        super().__init__(job.run_id, RunStatus.SCHEDULED, daemon=outlives)
        self._client = job.client
        self._task = task
        self._outlives = outlives
        # How often it was asked to stop; a plain number, for signal handlers count.
        self._asked = 0

    def follow(self) -> None:
        """Begin to; in the main thread, where there is a choice."""
        if self._outlives:
            self._watcher.start()
        else:
            interruptions.listen()
            super().follow()

    def wait(self) -> bool:
        """Wait for its end, and stop it where that is interrupted."""
        interruptions.listen()
        interruptions.reach(self)
        try:
            return super().wait()
        finally:
            # Where it had ended before, nobody else would.
            interruptions.leave(self)
            interruptions.rest()

    def pass_on(self, number: int) -> None:
        """Have it stopped, whatever the signal; a second one gives it no more time."""
        del number
        self._asked += 1

    def _ask_to_stop(self, number: int) -> None:
        del number
        self._asked = self._asked or 1

    def _last_status(self) -> RunStatus:
        return record_end(self._client, self.run_id, self._ended())

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
            _log.error("Run %s cannot be followed: %s", self.run_id, error)
            return RunStatus.FAILED
        return status
