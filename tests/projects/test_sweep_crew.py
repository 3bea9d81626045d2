"""Trials that run side by side: when one goes wrong, and when all are stopped."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from concurrent.futures import Future

import pytest
from trackgate.errors import InvalidState, Unreachable
from trackgate.projects import SubmittedRun
from trackgate.projects.sweeps.crew import Crew
from trackgate.projects.sweeps.trials import Trial


class Patient(SubmittedRun):
    """A run of a backend that goes on until it is stopped."""

    def __init__(self, trial: Trial) -> None:
        self._run_id = f"run {trial.number}"
        self._over = threading.Event()

    @property
    def run_id(self) -> str:
        return self._run_id

    def wait(self) -> bool:
        self._over.wait(20)
        return False

    def get_status(self) -> str:
        return "KILLED" if self._over.is_set() else "RUNNING"

    def cancel(self) -> None:
        self._over.set()


class Unfollowed(Patient):
    """A run whose cluster cannot be asked any more."""

    def wait(self) -> bool:
        raise Unreachable("The cluster is gone.")


def nothing(trial: Trial, submitted: SubmittedRun) -> None:
    """No run ends by itself."""


def starting(
    started: list[Patient], last: Callable[[], None]
) -> Callable[[Trial], SubmittedRun]:
    """Starts two runs; then something happens."""

    def start(trial: Trial) -> SubmittedRun:
        if len(started) == 2:
            last()
        started.append(Patient(trial))
        return started[-1]

    return start


def test_all_are_stopped_where_one_cannot_be_started() -> None:
    started: list[Patient] = []

    def refuse() -> None:
        raise InvalidState("There is no room.")

    crew = Crew(starting(started, refuse), 3, Future())
    with pytest.raises(InvalidState, match="no room"):
        crew.work((Trial(number, {}) for number in range(9)), nothing)

    assert [one.get_status() for one in started] == ["KILLED", "KILLED"]


def test_all_are_stopped_where_somebody_else_goes_on() -> None:
    started: list[Patient] = []
    stop: Future[bool] = Future()

    def lose() -> None:
        stop.set_exception(InvalidState("Resumed elsewhere."))

    crew = Crew(starting(started, lose), 3, stop)
    with pytest.raises(InvalidState, match="elsewhere"):
        crew.work((Trial(number, {}) for number in range(9)), nothing)

    assert [one.get_status() for one in started] == ["KILLED"] * 3


def test_one_that_cannot_be_followed_does_not_stop_the_others(
    caplog: pytest.LogCaptureFixture,
) -> None:
    ended: list[int] = []

    def note(trial: Trial, submitted: SubmittedRun) -> None:
        ended.append(trial.number)

    with caplog.at_level(logging.WARNING, "trackgate"):
        Crew(Unfollowed, 2, Future()).work((Trial(n, {}) for n in range(3)), note)

    assert sorted(ended) == [0, 1, 2]
    assert "Run run 2 is not followed any more: The cluster is gone." in caplog.text
