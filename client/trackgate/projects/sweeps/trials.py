"""Trials of a sweep: points, and the runs that tried them."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

import msgspec

from trackgate.client import TrackingClient
from trackgate.entities import Run, RunStatus
from trackgate.fluent.paging import all_pages
from trackgate.projects.sweeps.space import Point
from trackgate.run_calls import PARENT_TAG

# On each child: the trial's number, from 0, and its point as JSON.
TRIAL_TAG = "trackgate.sweep.trial"
POINT_TAG = "trackgate.sweep.point"
_TAGS = frozenset({TRIAL_TAG, POINT_TAG})
_PER_PAGE = 1_000


@dataclass(frozen=True, slots=True)
class Trial:
    """One point of a sweep, and its place in it, from 0."""

    number: int
    point: Point

    def tags(self) -> dict[str, str]:
        """What its run says of it."""
        point = msgspec.json.encode(dict(self.point)).decode()
        return {TRIAL_TAG: str(self.number), POINT_TAG: point}


@dataclass(frozen=True, slots=True)
class Ended:
    """A trial that was tried.

    value  the metric's last value; None where the run has none that is finite, or did
           not finish
    """

    trial: Trial
    run: Run
    value: float | None

    @classmethod
    def of(cls, run: Run, metric: str) -> Ended:
        """What a child says after its end."""
        tags = run.data.tags
        point = msgspec.json.decode(tags[POINT_TAG], type=dict[str, str])
        return cls(Trial(int(tags[TRIAL_TAG]), point), run, _value(run, metric))

    @property
    def is_settled(self) -> bool:
        """Whether it has nothing more to say; what was killed is tried again."""
        return self.has_finished or self.has_failed

    @property
    def has_finished(self) -> bool:
        """Whether its program has succeeded, with a value or without."""
        return self.run.info.status == RunStatus.FINISHED

    @property
    def has_failed(self) -> bool:
        """Whether its program has failed."""
        return self.run.info.status == RunStatus.FAILED


def children(client: TrackingClient, parent: Run) -> list[Run]:
    """Runs of a sweep's trials that are not deleted, in the order of their start."""
    clause = f"tags.`{PARENT_TAG}` = '{parent.info.run_id}'"
    found = all_pages(
        lambda size, token: client.search_runs(
            [parent.info.experiment_id],
            clause,
            max_results=size,
            order_by=["attributes.start_time ASC"],
            page_token=token,
        ),
        None,
        _PER_PAGE,
    )
    return [run for run in found if run.data.tags.keys() >= _TAGS]


def end_left(client: TrackingClient, found: Iterable[Run]) -> list[Run]:
    """End as KILLED what nobody works on any more; all runs, as they are then."""
    return [_ended(client, run) for run in found]


def that_count(ended: Iterable[Ended]) -> list[Ended]:
    """One for each trial, in their order: rather one that has finished than one that
    has failed, rather that than one that was killed, and the first of equals."""
    ranked = sorted(ended, key=lambda one: (not one.has_finished, not one.has_failed))
    by_number: dict[int, Ended] = {}
    for one in ranked:
        by_number.setdefault(one.trial.number, one)
    return [by_number[number] for number in sorted(by_number)]


def _ended(client: TrackingClient, run: Run) -> Run:
    if run.info.status not in (RunStatus.RUNNING, RunStatus.SCHEDULED):
        return run
    client.set_terminated(run.info.run_id, RunStatus.KILLED)
    return client.get_run(run.info.run_id)


def _value(run: Run, metric: str) -> float | None:
    value = run.data.metrics.get(metric, math.nan)
    finished = run.info.status == RunStatus.FINISHED
    return value if finished and math.isfinite(value) else None
