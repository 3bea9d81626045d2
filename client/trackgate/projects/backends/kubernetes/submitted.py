"""A Job that runs, as the task of a followed run."""

from __future__ import annotations

import logging
import time

from trackgate.client import TrackingClient
from trackgate.entities import RunStatus
from trackgate.errors import NotFound, PermissionDenied, TrackgateError, Unreachable
from trackgate.projects.backends.kubernetes.calls import Cluster
from trackgate.projects.backends.kubernetes.manifest import Container
from trackgate.projects.backends.kubernetes.output import JobOutput
from trackgate.projects.jobs import Job

_log = logging.getLogger("trackgate")
_LOOK_AGAIN_S = 1.0
# To read the last of an output.
_TRIES = 3


class KubernetesTask:
    """One Job of a cluster; the output of its container is the run's."""

    def __init__(self, job: Job, cluster: Cluster, container: Container) -> None:
        self._client: TrackingClient = job.client
        self._run_id = job.run_id
        self._cluster = cluster
        self._name = container.job_name
        self._output = JobOutput(job, cluster, container)
        self._stopped = False
        self._abandoned = False
        self._problem: str | None = None

    def look(self) -> RunStatus:
        """How far it is; shows what it has printed."""
        status = self._status()
        if status in (RunStatus.SCHEDULED, RunStatus.RUNNING):
            time.sleep(_LOOK_AGAIN_S)
        else:
            self._finish_output()
        return status

    def stop(self, *, at_once: bool) -> None:
        """Remove it, with its Pods."""
        self._stopped = True
        try:
            self._cluster.delete_job(self._name, at_once=at_once)
        except TrackgateError as error:
            _log.error("Job %s cannot be removed: %s", self._name, error)
            # Whoever asks twice does not want to wait for an answer.
            self._abandoned = at_once

    def _status(self) -> RunStatus:
        try:
            status = RunStatus(self._cluster.state(self._name))
        except NotFound:
            status = self._removed()
        except (Unreachable, PermissionDenied) as error:
            # A token may be renewed, a network may come back: the Job goes on.
            self._tell(str(error))
            return RunStatus.KILLED if self._abandoned else RunStatus.RUNNING
        if status is RunStatus.RUNNING:
            self._output.follow()
        if self._stopped and status is RunStatus.FAILED:
            return RunStatus.KILLED
        return status

    def _finish_output(self) -> None:
        """Take what is left of it, also where the connection is cut off."""
        for _ in range(_TRIES):
            if self._output.follow():
                break
        self._output.close()

    def _removed(self) -> RunStatus:
        """What became of it where it is gone: by us, by others, or when it was done."""
        said = RunStatus(self._client.get_run(self._run_id).info.status)
        if self._stopped or said in (RunStatus.SCHEDULED, RunStatus.RUNNING):
            return RunStatus.KILLED
        return said

    def _tell(self, problem: str) -> None:
        if problem != self._problem:
            _log.warning("Job %s: %s", self._name, problem)
        self._problem = problem
