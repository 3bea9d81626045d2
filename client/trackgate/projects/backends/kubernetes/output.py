"""What a Job's Pods print: shown here, and kept as an artifact of the run."""

from __future__ import annotations

import logging
import sys
import time
from dataclasses import dataclass

from trackgate.errors import TrackgateError
from trackgate.projects.backends.kubernetes.calls import Cluster
from trackgate.projects.backends.kubernetes.manifest import Container
from trackgate.projects.backends.kubernetes.pods import Pod
from trackgate.projects.jobs import Job
from trackgate.projects.output import Echo, KeptOutput

_log = logging.getLogger("trackgate")
# Output is asked for from so long before the last line on, and what came is dropped.
_MARGIN_S = 30
# Digits of a second's fraction; the cluster leaves zeros at its end out.
_NANOSECONDS = 9


@dataclass(frozen=True, slots=True)
class _Last:
    """The last line that came: its time in the cluster, and here on a clock that runs.

    Times on both sides are never compared: no clock is right.
    """

    time_there: bytes
    received_s: float

    @property
    def ago_s(self) -> int:
        return int(time.monotonic() - self.received_s)


class JobOutput:
    """The output of all Pods of a Job, one after the other."""

    def __init__(self, job: Job, cluster: Cluster, container: Container) -> None:
        self._cluster = cluster
        self._name = container.job_name
        self._container = container.name
        self._kept = KeptOutput(job.client, job.run_id)
        # A Pod's streams come as one.
        self._echo = Echo(sys.stdout) if job.options.is_shown else None
        self._last: dict[str, _Last] = {}
        self._complete: set[str] = set()
        self._said: str | None = None

    def follow(self) -> bool:
        """Take what there is and, while that goes on, what comes; whether all came."""
        try:
            for pod in self._cluster.pods(self._name):
                if pod.started and pod.name not in self._complete:
                    self._take(pod)
                self._tell(pod.waiting)
        except TrackgateError as error:
            self._tell(f"its output cannot be read: {error}")
            return False
        return True

    def close(self) -> None:
        """Keep what was taken."""
        self._kept.close()

    def _take(self, pod: Pod) -> None:
        """The lines that are new: those of a later time than the last one."""
        last = self._last.get(pod.name)
        since_s = None if last is None else last.ago_s + _MARGIN_S
        for line in self._cluster.output(pod.name, self._container, since_s):
            time_there, _, text = line.partition(b" ")
            found = _Last(_comparable(time_there), time.monotonic())
            if last is None or found.time_there > last.time_there:
                self._last[pod.name] = found
                self._show(text)
        if pod.ended:
            self._complete.add(pod.name)

    def _show(self, text: bytes) -> None:
        self._kept.write(text)
        if self._echo is not None:
            self._echo.write(text)

    def _tell(self, problem: str | None) -> None:
        """Say once why it does not go on, such as for want of the image."""
        if problem is not None and problem != self._said:
            _log.warning("Job %s: %s", self._name, problem)
        self._said = problem


def _comparable(moment: bytes) -> bytes:
    """A time in UTC (RFC 3339) in a form that sorts."""
    seconds, _, fraction = moment.rstrip(b"Z").partition(b".")
    return seconds + fraction.ljust(_NANOSECONDS, b"0")
