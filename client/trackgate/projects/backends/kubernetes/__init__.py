"""Kubernetes: each job is a Job of the cluster, made from a template.

Configured as MLflow's backend of that name ("Run an MLflow Project on Kubernetes").
"""

from __future__ import annotations

import os

from trackgate.errors import TrackgateError
from trackgate.projects import images, interruptions
from trackgate.projects.backends.following import FollowedRun
from trackgate.projects.backends.kubernetes import program
from trackgate.projects.backends.kubernetes.calls import Cluster
from trackgate.projects.backends.kubernetes.image import pushed_image
from trackgate.projects.backends.kubernetes.manifest import (
    Container,
    job_manifest,
    label,
    new_name,
)
from trackgate.projects.backends.kubernetes.secret import secret_manifest
from trackgate.projects.backends.kubernetes.settings import KubernetesSettings
from trackgate.projects.backends.kubernetes.submitted import KubernetesTask
from trackgate.projects.jobs import Job
from trackgate.projects.submitted import SubmittedRun


class KubernetesBackend:
    """Runs each in a Pod of its own, with the project's files in its image.

    The Job goes on where this program ends without waiting for it.
    """

    def submit(self, job: Job) -> SubmittedRun:
        """Make its image, its Job and its Secret, and return.

        Raises InvalidParameterValue for settings that are wrong and a project without
        `docker_env`, BadSetting where no cluster is known, what `pushed_image` and
        `program.command` do, and what the cluster says (see `failures`).
        """
        images.wanted(job.project)
        settings = KubernetesSettings.of(job.options.config)
        with interruptions.heard():
            task = _start(job, settings)
            submitted = FollowedRun(job, task, outlives=True)
            submitted.follow()
        return submitted


def _start(job: Job, settings: KubernetesSettings) -> KubernetesTask:
    program.warn_of_what_is_left_out(job)
    command = program.command(job)
    variables = program.Variables.of(job, os.environ)
    cluster = Cluster.find(settings.context, settings.template.namespace)
    container = Container(
        job_name=new_name(job.project.name),
        name=label(job.project.name),
        run_id=job.run_id,
        image=pushed_image(job, settings.repository),
        command=command,
        variables=variables.plain,
        secret=list(variables.secret),
    )
    uid = cluster.create_job(job_manifest(settings.template.manifest, container))
    # Only now, for the Job has to own it; its Pod waits for it.
    if variables.secret:
        secret = secret_manifest(container.job_name, uid, variables.secret)
        try:
            cluster.create_secret(secret)
        except TrackgateError:
            cluster.delete_job(container.job_name, at_once=True)
            raise
    return KubernetesTask(job, cluster, container)
