"""Ray: each job is a task of a cluster, on this machine or an existing one.

Its node does for it what the local backend does here, with a copy of the project's
files; Trackgate has to be installed there too.
"""

from __future__ import annotations

from trackgate.projects import interruptions
from trackgate.projects.backends.following import FollowedRun
from trackgate.projects.backends.ray import files
from trackgate.projects.backends.ray.cluster import connect
from trackgate.projects.backends.ray.parcel import Parcel
from trackgate.projects.backends.ray.settings import RaySettings
from trackgate.projects.jobs import Job
from trackgate.projects.submitted import SubmittedRun


class RayBackend:
    """Has jobs wait for room in the cluster, and run beside each other."""

    def submit(self, job: Job) -> SubmittedRun:
        """Hand it over, and return at once.

        Raises InvalidParameterValue for settings that are wrong, and Unreachable where
        there is no cluster.
        """
        settings = RaySettings.of(job.options.config)
        with interruptions.heard():
            tasks = connect(settings)
            packed = files.pack(job.project.folder)
            task = tasks.start(settings, Parcel.of(job), packed)
            submitted = FollowedRun(job, task)
            submitted.follow()
        return submitted
