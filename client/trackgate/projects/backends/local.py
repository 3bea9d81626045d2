"""Projects as programs of this machine."""

from __future__ import annotations

import os

from trackgate.environments.cache import chosen_cache
from trackgate.projects import backends, children, commands, environments, interruptions
from trackgate.projects.jobs import Job
from trackgate.projects.records import ENVIRONMENT_TAG
from trackgate.projects.specification import DockerEnvironment
from trackgate.projects.submitted import SubmittedRun


class LocalBackend:
    """Runs each in an environment that is built for it, if need be, before."""

    def submit(self, job: Job) -> SubmittedRun:
        """Start it; a project that wants a container gets one.

        Raises what `environments.ensure` and `commands.command` do.
        """
        if isinstance(job.project.environment, DockerEnvironment):
            return backends.load("docker").submit(job)
        with interruptions.heard():
            return _start(job)


def _start(job: Job) -> SubmittedRun:
    prepared = environments.ensure(job.project, job.options.env_manager, chosen_cache())
    if prepared.manager != "local":
        job.client.set_tag(
            job.run_id, ENVIRONMENT_TAG, prepared.manager, synchronous=True
        )
    return children.start(
        job,
        prepared.shell(commands.command(job)),
        folder=job.project.folder,
        environment=children.variables(job, prepared.over(os.environ)),
    )
