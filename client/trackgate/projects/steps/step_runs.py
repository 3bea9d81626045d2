"""One step: taken from an earlier run, or run in a copy of the project."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from trackgate.client import TrackingClient
from trackgate.entities import Run, RunStatus
from trackgate.errors import ExecutionException
from trackgate.projects import records
from trackgate.projects.beginning import Order, Place, begin, submit
from trackgate.projects.jobs import Job
from trackgate.projects.steps import earlier, files
from trackgate.projects.steps.fingerprints import fingerprint
from trackgate.projects.steps.plans import Plan
from trackgate.projects.submitted import SubmittedRun

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class StepRuns:
    """Makes the runs of steps, below the run of the whole.

    order    with a project that nobody changes meanwhile
    scratch  folder for copies of it
    begun    told of each program that has begun
    """

    order: Order
    parent: Job
    scratch: Path
    begun: Callable[[SubmittedRun], None]

    def run(self, plan: Plan, inputs: Mapping[str, str]) -> Run:
        """The finished run that has the step's outputs.

        inputs  ids of the runs that have those of earlier steps, by step

        Raises ExecutionException where the step does not succeed, or has not logged
        what it says; what else it raises is the backend's.
        """
        plan = plan.with_inputs(inputs)
        step = plan.step
        mark = fingerprint(self.order.project, plan)
        tags = earlier.step_tags(step.name, self.parent.run_id)
        found = self._earlier(plan, mark) if step.cache else None
        if found is not None:
            earlier.record(self._client, found, {**self._tags(plan), **tags}, step.name)
            _log.info("Step %r is taken from run %s.", step.name, found.info.run_id)
            return found
        return self._anew(plan, {**tags, earlier.FINGERPRINT_TAG: mark})

    @property
    def _client(self) -> TrackingClient:
        return self.parent.client

    def _earlier(self, plan: Plan, mark: str) -> Run | None:
        where = self.parent.experiment_id
        return earlier.find(self._client, where, mark, plan.step.outputs)

    def _tags(self, plan: Plan) -> dict[str, str]:
        order = self.order
        new = records.tags_of_new(self._client)
        of_project = records.tags(
            order.source, order.project, plan.entry_point, order.backend_name
        )
        return {**new, **of_project}

    def _anew(self, plan: Plan, tags: Mapping[str, str]) -> Run:
        step = plan.step
        # What the step's program writes is in nobody's way, and no part of the code.
        folder = self.scratch / step.name
        files.copy(self.order.project.folder, folder)
        order = in_folder(self.order, folder)
        place = Place(
            experiment_id=self.parent.experiment_id, run_name=step.name, tags=tags
        )
        job = begin(order, plan.entry_point, plan.given, place)
        submitted = submit(order, job)
        self.begun(submitted)
        if not submitted.wait():
            raise ExecutionException(
                f"Step {step.name!r} has ended as {submitted.get_status()}; its run is"
                f" {job.run_id}."
            )
        self._check_outputs(plan, job)
        return self._client.get_run(job.run_id)

    def _check_outputs(self, plan: Plan, job: Job) -> None:
        missing = earlier.missing(self._client, job.run_id, plan.step.outputs)
        if missing:
            self._client.set_terminated(job.run_id, RunStatus.FAILED)
            raise ExecutionException(
                f"{self.order.project.file}, step {plan.step.name!r}, field 'outputs':"
                f" the run {job.run_id} has not logged {', '.join(missing)} as an"
                " artifact."
            )


def in_folder(order: Order, folder: Path) -> Order:
    """The order with a copy of the project's files; its environment's stay."""
    return replace(
        order,
        source=replace(order.source, folder=folder),
        project=replace(order.project, folder=folder),
    )
