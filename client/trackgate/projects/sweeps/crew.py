"""Trials that run side by side."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator
from concurrent import futures
from concurrent.futures import Future, ThreadPoolExecutor

from trackgate.projects.submitted import SubmittedRun
from trackgate.projects.sweeps.trials import Trial

_log = logging.getLogger("trackgate")


class Crew:
    """Starts trials, one whenever fewer run than may, and stops all when it is left.

    start  is called in the thread that calls `work`, which hears signals
    jobs   how many run at a time
    stop   what it raises, once it does, ends the work too
    """

    def __init__(
        self, start: Callable[[Trial], SubmittedRun], jobs: int, stop: Future[bool]
    ) -> None:
        self._start, self._jobs, self._stop = start, jobs, stop
        self._running: dict[Future[bool], tuple[Trial, SubmittedRun]] = {}

    def work(
        self,
        trials: Iterator[Trial],
        ended: Callable[[Trial, SubmittedRun], None],
    ) -> None:
        """Run them all; each is taken when its turn comes.

        ended  is called for each, before the next is taken

        Whatever is raised meanwhile, an interruption too, all that run are stopped.
        """
        with ThreadPoolExecutor(self._jobs, "trackgate-sweep") as pool:
            try:
                self._fill(pool, trials)
                while self._running:
                    for one in self._next_ended():
                        ended(*self._running.pop(one))
                    self._fill(pool, trials)
            except BaseException:
                _cancel(submitted for _, submitted in self._running.values())
                raise

    def _fill(self, pool: ThreadPoolExecutor, trials: Iterator[Trial]) -> None:
        while len(self._running) < self._jobs:
            trial = next(trials, None)
            if trial is None:
                return
            submitted = self._start(trial)
            self._running[pool.submit(submitted.wait)] = trial, submitted

    def _next_ended(self) -> list[Future[bool]]:
        watched = [*self._running, self._stop]
        done, _ = futures.wait(watched, return_when=futures.FIRST_COMPLETED)
        if self._stop in done:
            self._stop.result()
        for one in done:
            error = one.exception()
            if error is not None:
                run_id = self._running[one][1].run_id
                _log.warning("Run %s is not followed any more: %s", run_id, error)
        return list(done)


def _cancel(submitted: Iterable[SubmittedRun]) -> None:
    """Stop all at the same time: each may take its time to end."""
    with ThreadPoolExecutor(thread_name_prefix="trackgate-stop") as pool:
        for one in submitted:
            pool.submit(one.cancel)
