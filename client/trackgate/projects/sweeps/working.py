"""Works on a sweep: from what its children say, through those that are left, to the
result."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from trackgate.entities import Run, RunStatus
from trackgate.errors import ExecutionException
from trackgate.fluent import endings
from trackgate.projects import interruptions
from trackgate.projects.ends import record_end
from trackgate.projects.submitted import SubmittedRun
from trackgate.projects.sweeps import launching, pages, searches, trials
from trackgate.projects.sweeps.crew import Crew
from trackgate.projects.sweeps.plans import Plan
from trackgate.projects.sweeps.standing import Standing
from trackgate.projects.sweeps.trials import Ended, Trial
from trackgate.projects.sweeps.turns import Turn, TurnTaken

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class SweepResult:
    """What a sweep has found.

    run_id         the run with all children in it
    best_value     the metric's last value of the best child
    with_value     how many children gave a value
    without_value  how many failed, or gave none that is finite
    comparison     the page of the children in parallel coordinates
    """

    run_id: str
    experiment_id: str
    best_run_id: str
    best_value: float
    best_parameters: Mapping[str, str]
    with_value: int
    without_value: int
    comparison: str


def work(
    plan: Plan, turn: Turn, jobs: int, *, retry_failed: bool = False
) -> SweepResult:
    """Run the trials that are left; `trackgate.projects.sweep` says what is raised."""
    worker = _Worker(plan)
    interruptions.listen()
    try:
        worker.take_up(retry_failed=retry_failed)
        crew = Crew(worker.start, jobs, turn.lost)
        crew.work(worker.trials_left(), worker.ended)
    except TurnTaken:
        # The run is somebody else's now.
        raise
    except BaseException as error:
        worker.end(endings.status_after(error))
        raise
    finally:
        interruptions.rest()
    return worker.result()


class _Worker:
    """What has been tried, and what to try next."""

    def __init__(self, plan: Plan) -> None:
        self._plan, self._definition = plan, plan.definition
        self._client, self._parent_id = plan.client, plan.parent.info.run_id
        self._search = searches.search_of(plan.definition, plan.space)
        self._standing = Standing(plan.client, self._parent_id, plan.definition)
        # Trials by their numbers; those without a point have none yet.
        self._left: dict[int, Trial | None] = {}

    def take_up(self, *, retry_failed: bool) -> None:
        """Learn what was tried in an earlier life; a new sweep has none."""
        client, metric = self._client, self._definition.metric
        client.update_run(self._parent_id, RunStatus.RUNNING)
        runs = trials.end_left(client, trials.children(client, self._plan.parent))
        earlier = trials.that_count(Ended.of(run, metric) for run in runs)
        settled = [
            one
            for one in earlier
            if one.has_finished or (one.has_failed and not retry_failed)
        ]
        for one in settled:
            self._search.learn(one.trial.number, one.trial.point, one.value)
        self._standing.take_up(settled, runs)
        known: dict[int, Trial | None] = {
            one.trial.number: one.trial for one in earlier
        }
        numbers = set(range(self._definition.trials))
        numbers -= {one.trial.number for one in settled}
        self._left = {number: known.get(number) for number in sorted(numbers)}
        _log.info(
            "The sweep %s has %d trials, and %d of them have ended: %s",
            *(self._parent_id, self._definition.trials, len(settled)),
            pages.run_page(client, self._plan.parent),
        )

    def trials_left(self) -> Iterator[Trial]:
        """Each is decided when it is asked for, knowing all that has ended by then."""
        for number, trial in self._left.items():
            if trial is None:
                yield Trial(number, self._search.propose(number))
            else:
                self._search.repeat(number, trial.point)
                yield trial

    def start(self, trial: Trial) -> SubmittedRun:
        return launching.start(self._plan, trial)

    def ended(self, trial: Trial, submitted: SubmittedRun) -> None:
        """Learn what a child has found."""
        (run,) = trials.end_left(self._client, [self._client.get_run(submitted.run_id)])
        one = Ended.of(run, self._definition.metric)
        self._search.learn(trial.number, trial.point, one.value)
        is_best = self._standing.add(one)
        _log.info("%s", self._told(one, is_best=is_best))

    def end(self, status: RunStatus) -> None:
        """Nothing more is done in this life."""
        _log.warning(
            "The sweep ends early. Go on with: trackgate sweep --resume %s",
            self._parent_id,
        )
        record_end(self._client, self._parent_id, status)

    def result(self) -> SweepResult:
        """End the sweep; raises ExecutionException where no child gave a value."""
        best, plan = self._standing.best, self._plan
        if best is None or best.value is None:
            self._client.set_terminated(self._parent_id, RunStatus.FAILED)
            raise ExecutionException(
                f"None of the {self._standing.ended} trials gave a finite value of the"
                f" metric {self._definition.metric!r}."
            )
        self._client.set_terminated(self._parent_id, RunStatus.FINISHED)
        return SweepResult(
            run_id=self._parent_id,
            experiment_id=plan.parent.info.experiment_id,
            best_run_id=best.run.info.run_id,
            best_value=best.value,
            best_parameters=best.trial.point,
            with_value=self._standing.with_value,
            without_value=self._standing.without_value,
            comparison=plan.comparison,
        )

    def _told(self, one: Ended, *, is_best: bool) -> str:
        named = [f"{name}={one.trial.point[name]}" for name in self._plan.space.varied]
        place = f"Trial {self._standing.ended} of {self._definition.trials}"
        said = _said(one.run, self._definition.metric)
        best = ", the best so far" if is_best else ""
        page = pages.run_page(self._client, one.run)
        return f"{' '.join([place, *named])}: {said}{best}. {page}"


def _said(run: Run, metric: str) -> str:
    if run.info.status != RunStatus.FINISHED:
        return run.info.status
    if metric in run.data.metrics:
        return f"{metric} {run.data.metrics[metric]:.6g}"
    others = ", ".join(sorted(run.data.metrics)[:10]) or "none at all"
    return f"it logged no metric {metric!r}, but {others}"
