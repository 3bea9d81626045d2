"""Which child of a sweep is the best so far, and what the runs say of that."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress

from trackgate.client import TrackingClient
from trackgate.entities import Run
from trackgate.errors import NotFound
from trackgate.projects.sweeps.definition import Definition
from trackgate.projects.sweeps.trials import Ended

# On the best child.
BEST_TAG = "trackgate.sweep.best"
# On the parent: the best child.
BEST_RUN_TAG = "trackgate.sweep.best_run_id"
BEST_NAME_TAG = "trackgate.sweep.best_run_name"
# Before the metric's name, for the parent's own.
BEST = "best_"


class Standing:
    """The trials that have ended, and the best of them.

    The parent names it, it is tagged, and the parent has the metric `best_METRIC`, a
    point for each better one at the number of trials that had ended.
    """

    def __init__(
        self, client: TrackingClient, parent_id: str, definition: Definition
    ) -> None:
        self._client, self._parent_id = client, parent_id
        self._definition = definition
        self.best: Ended | None = None
        self.with_value = 0
        self.without_value = 0

    @property
    def ended(self) -> int:
        """How many have ended."""
        return self.with_value + self.without_value

    def take_up(self, earlier: Iterable[Ended], tagged: Iterable[Run]) -> None:
        """Begin where an earlier life of the sweep ended.

        tagged  children among which more than the best one may be tagged as such
        """
        for one in earlier:
            self._count(one)
            if self._is_better(one):
                self.best = one
        best_id = self.best.run.info.run_id if self.best else None
        for run in tagged:
            if BEST_TAG in run.data.tags and run.info.run_id != best_id:
                self._untag(run)
        if self.best is not None:
            self._tell(self.best)

    def add(self, one: Ended) -> bool:
        """A trial has ended; whether it is the best so far."""
        self._count(one)
        if not self._is_better(one):
            return False
        former, self.best = self.best, one
        self._tell(one)
        if former is not None:
            self._untag(former.run)
        return True

    def _count(self, one: Ended) -> None:
        self.with_value += one.value is not None
        self.without_value += one.value is None

    def _is_better(self, one: Ended) -> bool:
        """Of two that are alike the first counts, whichever ended before."""
        if one.value is None:
            return False
        if self.best is None or self.best.value is None:
            return True
        if one.value == self.best.value:
            return one.trial.number < self.best.trial.number
        return self._definition.is_better(one.value, self.best.value)

    def _tell(self, best: Ended) -> None:
        run = best.run.info
        client, parent_id = self._client, self._parent_id
        client.set_tag(run.run_id, BEST_TAG, "true", synchronous=True)
        client.set_tag(parent_id, BEST_RUN_TAG, run.run_id, synchronous=True)
        client.set_tag(parent_id, BEST_NAME_TAG, run.run_name, synchronous=True)
        client.log_metric(
            parent_id,
            f"{BEST}{self._definition.metric}",
            best.value if best.value is not None else float("nan"),
            step=self.ended,
            synchronous=True,
        )

    def _untag(self, run: Run) -> None:
        with suppress(NotFound):
            self._client.delete_tag(run.info.run_id, BEST_TAG)
