"""Jobs as tasks of a Ray cluster."""

from __future__ import annotations

import hashlib
import logging
import threading
from typing import Any

from trackgate.entities import RunStatus
from trackgate.projects.backends.ray.parcel import Parcel
from trackgate.projects.backends.ray.settings import RaySettings
from trackgate.projects.backends.ray.worker import work

_log = logging.getLogger("trackgate")
_LOOK_S = 0.5
_SHOWN_CHARACTERS = 8


class RayTasks:
    """Starts tasks in the cluster that Ray is connected to."""

    def __init__(self, ray: Any) -> None:
        self._ray = ray
        self._work = ray.remote(work)
        self._lock = threading.Lock()
        self._stored: tuple[str, Any] = ("", None)

    def start(self, settings: RaySettings, parcel: Parcel, packed: bytes) -> RayTask:
        """Have a job run as soon as there is room for it.

        packed  the project's files

        It is not tried again where its node fails: that would write into the same run.
        """
        task = self._work.options(
            # Stands before each line that it prints.
            name=f"{parcel.entry_point.name} {parcel.run_id[:_SHOWN_CHARACTERS]}",
            num_cpus=settings.cpus,
            num_gpus=settings.gpus,
            resources=dict(settings.resources),
            max_retries=0,
        )
        reference = task.remote(parcel, self._reference(packed))
        return RayTask(self._ray, reference, parcel.run_id)

    def _reference(self, packed: bytes) -> Any:
        """The bytes in the cluster, stored once for jobs in a row of one project."""
        digest = hashlib.sha256(packed).hexdigest()
        with self._lock:
            if self._stored[0] != digest:
                self._stored = (digest, self._ray.put(packed))
            return self._stored[1]


class RayTask:
    """One job in the cluster."""

    def __init__(self, ray: Any, reference: Any, run_id: str) -> None:
        self._ray = ray
        self._reference = reference
        self._run_id = run_id
        self._stopped = False

    def look(self) -> RunStatus:
        """How far it is; what waits for room is RUNNING too."""
        ended, _ = self._ray.wait([self._reference], timeout=_LOOK_S)
        if not ended:
            return RunStatus.RUNNING
        errors = self._ray.exceptions
        try:
            return RunStatus(self._ray.get(self._reference))
        except errors.TaskCancelledError:
            return RunStatus.KILLED
        except errors.RayError as error:
            if self._stopped:
                return RunStatus.KILLED
            # What the program's node has raised, or how the cluster has failed.
            reason = getattr(error, "cause", None) or error
            _log.error("Run %s was not run to its end: %s", self._run_id, reason)
            return RunStatus.FAILED

    def stop(self, *, at_once: bool) -> None:
        """Have its program ended, or the worker that runs it."""
        self._stopped = True
        self._ray.cancel(self._reference, force=at_once)
