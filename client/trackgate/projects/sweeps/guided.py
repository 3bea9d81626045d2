"""Searches that Optuna makes: at random, or guided by a Tree of Parzen Estimators."""

from __future__ import annotations

import zlib
from typing import Literal

import optuna
from optuna.distributions import (
    BaseDistribution,
    CategoricalDistribution,
    FloatDistribution,
    IntDistribution,
)
from optuna.samplers import BaseSampler, RandomSampler, TPESampler
from optuna.trial import Trial, TrialState, create_trial

from trackgate.projects.sweeps.definition import Goal
from trackgate.projects.sweeps.space import Axis, Choices, Point, Range, Space, Steps

_Value = str | float | int
# Draws before a point that nobody has tried is taken off the list.
_DRAWS = 20


class Guided:
    """A search in a study that lives in memory only; the server keeps the trials.

    No point is proposed twice while there are others. The seed is mixed with each
    trial's number, so that a resumed sweep draws what an uninterrupted one would.
    """

    def __init__(
        self, space: Space, kind: Literal["random", "tpe"], goal: Goal, seed: int
    ) -> None:
        self._space, self._kind, self._seed = space, kind, seed
        self._distributions = {axis.name: _distribution(axis) for axis in space.axes}
        self._study = _study(goal)
        self._asked: dict[int, Trial] = {}
        self._seen: set[tuple[str, ...]] = set()

    def propose(self, number: int) -> Point:
        for draw in range(_DRAWS):
            trial = self._draw(number, draw)
            point = self._point(trial)
            if self._key(point) not in self._seen or self._must_take(draw):
                self._remember(number, point, trial)
                return point
            self._study.tell(trial, state=TrialState.FAIL)
        point = self._first_left()
        self.repeat(number, point)
        return point

    def repeat(self, number: int, point: Point) -> None:
        self._study.enqueue_trial(self._values(point))
        self._remember(number, point, self._study.ask(self._distributions))

    def learn(self, number: int, point: Point, value: float | None) -> None:
        state = TrialState.FAIL if value is None else TrialState.COMPLETE
        asked = self._asked.pop(number, None)
        if asked is not None:
            self._study.tell(asked, value, state=state)
            return
        self._seen.add(self._key(point))
        self._study.add_trial(
            create_trial(
                params=self._values(point),
                distributions=self._distributions,
                value=value,
                state=state,
            )
        )

    def _draw(self, number: int, draw: int) -> Trial:
        self._study.sampler = self._sampler(number, draw)
        return self._study.ask(self._distributions)

    def _sampler(self, number: int, draw: int) -> BaseSampler:
        seed = zlib.crc32(f"{self._seed}/{number}/{draw}".encode())
        if self._kind == "random":
            return RandomSampler(seed)
        # Trials that still run count as bad ones, or all of them would be alike.
        return TPESampler(seed=seed, constant_liar=True)

    def _remember(self, number: int, point: Point, trial: Trial) -> None:
        self._asked[number] = trial
        self._seen.add(self._key(point))

    def _must_take(self, draw: int) -> bool:
        """Whether no point can be taken off the list, because it has no end."""
        return self._space.size is None and draw + 1 == _DRAWS

    def _first_left(self) -> Point:
        points = self._space.points()
        return next(one for one in points if self._key(one) not in self._seen)

    def _key(self, point: Point) -> tuple[str, ...]:
        return tuple(point[axis.name] for axis in self._space.axes)

    def _point(self, trial: Trial) -> Point:
        return {
            axis.name: _text(axis, trial.params[axis.name]) for axis in self._space.axes
        }

    def _values(self, point: Point) -> dict[str, _Value]:
        return {axis.name: _value(axis, point[axis.name]) for axis in self._space.axes}


def _study(goal: Goal) -> optuna.Study:
    # It would say that it made one.
    said = optuna.logging.get_verbosity()
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    try:
        return optuna.create_study(direction=goal)
    finally:
        optuna.logging.set_verbosity(said)


def _distribution(axis: Axis) -> BaseDistribution:
    if isinstance(axis, Choices):
        return CategoricalDistribution(axis.texts)
    if isinstance(axis, Steps):
        first = _first(axis)
        return IntDistribution(first, first + len(axis) - 1, log=axis.log)
    if axis.whole:
        return IntDistribution(int(axis.low), int(axis.high), log=axis.log)
    return FloatDistribution(axis.low, axis.high, log=axis.log)


def _first(axis: Steps | Choices) -> int:
    """What Optuna knows the first value by: its place, or itself where the distance
    from 0 matters."""
    return int(axis.low) if isinstance(axis, Steps) and axis.log else 0


def _text(axis: Axis, value: _Value) -> str:
    if isinstance(value, str):
        return value
    if isinstance(axis, Range):
        return axis.text(value)
    return axis.text(int(value) - _first(axis))


def _value(axis: Axis, text: str) -> _Value:
    if isinstance(axis, Choices):
        return text
    if isinstance(axis, Steps):
        return axis.index(text) + _first(axis)
    return int(text) if axis.whole else float(text)
