"""The run that records a program of a project: made when all has been checked."""

from __future__ import annotations

import logging
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

from trackgate import values
from trackgate.client import TrackingClient
from trackgate.entities import LifecycleStage, RunStatus
from trackgate.errors import AlreadyExists, InvalidState
from trackgate.fluent import endings, session
from trackgate.projects import commands, interruptions, records
from trackgate.projects.backends import Backend
from trackgate.projects.jobs import Job, Options
from trackgate.projects.sources import Source
from trackgate.projects.specification import EntryPoint, Project
from trackgate.projects.submitted import SubmittedRun

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """A project, and how and where its programs are to run.

    backend_name  the name that `backend` was asked for by
    """

    source: Source
    project: Project
    options: Options
    backend_name: str
    backend: Backend


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """The run that records it: one that there is, or a new one of an experiment.

    tags  further ones of the run
    """

    experiment_name: str | None = None
    experiment_id: str | None = None
    run_id: str | None = None
    run_name: str | None = None
    tags: Mapping[str, str] = field(default_factory=dict[str, str])


def begin(
    order: Order, entry_point: EntryPoint, parameters: Mapping[str, str], place: Place
) -> Job:
    """Check all of it, then make the run that records it."""
    checked = commands.checked(order.project, entry_point, parameters)
    client = session.client()
    tags = records.tags(order.source, order.project, entry_point, order.backend_name)
    run_id, experiment_id = _run_for(client, place, {**tags, **place.tags})
    job = Job(
        client=client,
        run_id=run_id,
        experiment_id=experiment_id,
        project=order.project,
        source=order.source,
        entry_point=entry_point,
        parameters=parameters,
        options=order.options,
    )
    with ended_by_errors(job):
        client.log_batch(run_id, params=records.params(checked), synchronous=True)
    _log.info("Run %s of entry point %r has begun.", run_id, entry_point.name)
    return job


def submit(order: Order, job: Job) -> SubmittedRun:
    """Hand a job to the backend; where that fails, its run ends."""
    with ended_by_errors(job):
        return order.backend.submit(job)


def experiment_of(
    client: TrackingClient, name: str | None = None, experiment_id: str | None = None
) -> str:
    """The id of an experiment: that, or of the one of that name, which is made if there
    is none; else of the one that fluent calls log to.
    """
    if experiment_id:
        return str(experiment_id)
    if not name:
        return session.experiment_id()
    found = client.get_experiment_by_name(name)
    if found is not None:
        return found.experiment_id
    try:
        return client.create_experiment(name)
    except AlreadyExists:
        # Somebody else was quicker; or it is deleted, and the server says so.
        found = client.get_experiment_by_name(name)
        if found is None:
            raise
        return found.experiment_id


@contextmanager
def ended_by_errors(job: Job) -> Generator[None]:
    """End the run where what follows does not even begin."""
    # Making an environment takes minutes, and a signal then should not leave the run
    # RUNNING.
    interruptions.listen()
    try:
        yield
    except BaseException as error:
        job.client.set_terminated(job.run_id, endings.status_after(error))
        raise
    finally:
        interruptions.rest()


def _run_for(
    client: TrackingClient, place: Place, tags: Mapping[str, str]
) -> tuple[str, str]:
    """A run that is running and has the tags: its id, and its experiment's."""
    if place.run_id is None:
        experiment_id = experiment_of(
            client, place.experiment_name, place.experiment_id
        )
        all_tags = {**records.tags_of_new(client), **tags}
        made = client.create_run(experiment_id, tags=all_tags, run_name=place.run_name)
        return made.info.run_id, experiment_id
    found = client.get_run(place.run_id)
    if found.info.lifecycle_stage == LifecycleStage.DELETED:
        raise InvalidState(f"The run {place.run_id} is deleted; restore it first.")
    client.update_run(place.run_id, RunStatus.RUNNING, place.run_name)
    client.log_batch(place.run_id, tags=values.tags(tags), synchronous=True)
    return place.run_id, found.info.experiment_id
