"""All steps of a project as one run, with a run for each of them below it."""

from __future__ import annotations

import logging
import shutil
import tempfile
import threading
from collections.abc import Mapping
from graphlib import TopologicalSorter
from pathlib import Path
from queue import SimpleQueue

from trackgate import values
from trackgate.entities import Run, RunStatus
from trackgate.errors import TrackgateError
from trackgate.projects import interruptions
from trackgate.projects.beginning import Order, Place, begin, ended_by_errors
from trackgate.projects.jobs import Job
from trackgate.projects.specification import EntryPoint
from trackgate.projects.steps import files, plans
from trackgate.projects.steps.plans import Plan
from trackgate.projects.steps.step_runs import StepRuns, in_folder
from trackgate.projects.submitted import SubmittedRun
from trackgate.projects.watched import WatchedRun

_log = logging.getLogger(__name__)


def start(
    order: Order,
    name: str,
    parameters: Mapping[str, str],
    place: Place,
    reuse_steps: bool,
) -> Pipeline:
    """Check all steps, make the run of the whole, and begin.

    name                     what the whole was asked for by, instead of an entry point
    parameters, reuse_steps  see `plans.make`

    Raises ExecutionException before any run is made.
    """
    made = plans.make(order.project, parameters, reuse_steps)
    parent = begin(order, EntryPoint(name, ""), parameters, place)
    with ended_by_errors(parent):
        pipeline = Pipeline(order, parent, made)
    interruptions.listen()
    pipeline.follow()
    return pipeline


class Pipeline(WatchedRun):
    """Steps that run, each as soon as what it needs is there.

    After a step has failed no other one begins; those that run are waited for.
    """

    def __init__(self, order: Order, parent: Job, made: Mapping[str, Plan]) -> None:
        super().__init__(parent.run_id)
        self._parent = parent
        self._plans = made
        self._scratch = Path(tempfile.mkdtemp(prefix="trackgate-steps-"))
        snapshot = _snapshot(order, self._scratch / "project")
        copies = self._scratch / "steps"
        self._runs = StepRuns(snapshot, parent, copies, self._begun)
        self._going: list[SubmittedRun] = []
        self._ended: SimpleQueue[tuple[str, Run | None]] = SimpleQueue()
        self._stopped = False

    def pass_on(self, number: int) -> None:
        """Begin no other step; the signal reaches those that run by itself."""
        self._stopped = True

    def _ask_to_stop(self, number: int) -> None:
        self._stopped = True
        for submitted in list(self._going):
            submitted.cancel()

    def _begun(self, submitted: SubmittedRun) -> None:
        self._going.append(submitted)
        if self._stopped:
            submitted.cancel()

    def _last_status(self) -> RunStatus:
        status = RunStatus.FAILED
        try:
            status = self._all()
        finally:
            self._record(status)
            shutil.rmtree(self._scratch, ignore_errors=True)
        return status

    def _all(self) -> RunStatus:
        needs = {name: plan.step.needs for name, plan in self._plans.items()}
        order = TopologicalSorter(needs)
        order.prepare()
        done: dict[str, Run] = {}
        going, failed = 0, False
        while True:
            if not (failed or self._stopped):
                going += sum(self._start(name, done) for name in order.get_ready())
            if going == 0:
                break
            name, run = self._ended.get()
            going -= 1
            if run is None:
                failed = True
            else:
                done[name] = run
                order.done(name)
        self._show_metrics(done)
        if self._stopped:
            return RunStatus.KILLED
        return RunStatus.FAILED if failed else RunStatus.FINISHED

    def _start(self, name: str, done: Mapping[str, Run]) -> bool:
        """Begin a step; whether that was possible."""
        inputs = {step: run.info.run_id for step, run in done.items()}
        thread = threading.Thread(target=self._step, args=(name, inputs))
        try:
            thread.start()
        except RuntimeError:
            # Python 3.12.0 begins no thread once the main program has ended.
            _log.error("The program ends before step %r could begin.", name)
            self._stopped = True
            return False
        return True

    def _step(self, name: str, inputs: Mapping[str, str]) -> None:
        run = None
        try:
            run = self._runs.run(self._plans[name], inputs)
        except TrackgateError as error:
            _log.error("%s", error.message)
        except Exception:
            _log.exception("Step %r has failed.", name)
        finally:
            self._ended.put((name, run))

    def _show_metrics(self, done: Mapping[str, Run]) -> None:
        """The whole has its steps' metrics, so that it is found and compared by them.

        Where several have one of the same name, the last in the file counts.
        """
        found: dict[str, float] = {}
        for name in self._plans:
            if name in done:
                found |= done[name].data.metrics
        metrics = [values.metric(key, value) for key, value in found.items()]
        try:
            self._parent.client.log_batch(self.run_id, metrics, synchronous=True)
        except TrackgateError as error:
            _log.warning("Run %s lacks its steps' metrics: %s", self.run_id, error)

    def _record(self, status: RunStatus) -> None:
        try:
            self._parent.client.set_terminated(self.run_id, status)
        except TrackgateError as error:
            _log.error("Run %s is %s, unrecorded: %s", self.run_id, status, error)


def _snapshot(order: Order, folder: Path) -> Order:
    """The order with a project that nobody changes while it runs."""
    if order.source.scratch is not None:
        # What was fetched is nobody else's.
        return order
    files.copy(order.project.folder, folder)
    return in_folder(order, folder)
