"""What a node of the cluster does for a job: what this machine would do for it."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

from trackgate.entities import RunStatus
from trackgate.projects.backends.local import LocalBackend
from trackgate.projects.backends.ray import files
from trackgate.projects.backends.ray.parcel import Parcel
from trackgate.projects.submitted import SubmittedRun

_LOOK_AGAIN_S = 0.1
_GOING_ON = (RunStatus.SCHEDULED, RunStatus.RUNNING)


def work(parcel: Parcel, packed: bytes) -> str:
    """Run a job to its end; the status it ended with, which its run has then too.

    packed  the project's files

    Raises what the local backend does where the program cannot be started, and
    KeyboardInterrupt, after its program has ended, where the task is cancelled.
    """
    with tempfile.TemporaryDirectory(prefix="trackgate-job-") as scratch:
        folder = Path(scratch) / "project"
        files.unpack(packed, folder)
        storage = Path(scratch) / "downloads"
        storage.mkdir()
        return _ended(LocalBackend().submit(parcel.open(folder, storage)))


def _ended(submitted: SubmittedRun) -> str:
    try:
        # Ray's cancelling interrupts Python code, but no waiting for a lock.
        while submitted.get_status() in _GOING_ON:
            time.sleep(_LOOK_AGAIN_S)
    except BaseException:
        submitted.cancel()
        raise
    submitted.wait()
    return submitted.get_status()
