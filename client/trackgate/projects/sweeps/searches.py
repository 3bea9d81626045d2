"""What decides which point a sweep runs next."""

from __future__ import annotations

from typing import Protocol

from trackgate.errors import InvalidParameterValue
from trackgate.models.libraries import load
from trackgate.projects.sweeps.definition import Definition, SearchName
from trackgate.projects.sweeps.space import Point, Range, Space

_DEFAULT_TRIALS = 20


class Search(Protocol):
    """Proposes points, one for each number of a trial, and learns how they did.

    Numbers begin at 0. The same calls in the same order propose the same points.
    """

    def propose(self, number: int) -> Point:
        """The point of a trial that has none yet."""
        ...

    def repeat(self, number: int, point: Point) -> None:
        """A trial goes on at the point that was proposed for it in an earlier life."""
        ...

    def learn(self, number: int, point: Point, value: float | None) -> None:
        """The metric's last value at a trial's end; None where it gave none."""
        ...


class Grid:
    """Every point of a space, in its order."""

    def __init__(self, space: Space) -> None:
        self._space = space

    def propose(self, number: int) -> Point:
        return self._space.point(number)

    def repeat(self, number: int, point: Point) -> None:
        """Nothing has to be remembered."""

    def learn(self, number: int, point: Point, value: float | None) -> None:
        """Nothing is learned."""


def trials_of(search: SearchName, space: Space, wanted: int | None) -> int:
    """How many points a sweep runs; never more than there are.

    wanted  for random and tpe only; 20 where it is missing

    Raises InvalidParameterValue where a grid is to be cut or cannot be counted off.
    """
    if search != "grid":
        asked = wanted or _DEFAULT_TRIALS
        return asked if space.size is None else min(asked, space.size)
    for axis in space.axes:
        if isinstance(axis, Range):
            raise InvalidParameterValue(
                f"Parameter {axis.name!r}: a grid takes every value, and a range of"
                f" {axis.low:g} to {axis.high:g} has no end of them. Write the distance"
                " as a third number (0.1..0.5..0.1), list the values, or use --search"
                " random or tpe."
            )
    size = space.size or 1
    if wanted is not None and wanted != size:
        raise InvalidParameterValue(
            f"This grid has {size:,} points and runs all of them; --trials is for"
            " --search random and tpe."
        )
    return size


def check_installed(search: SearchName) -> None:
    """Raises ImportError saying what to install for a search."""
    if search != "grid":
        load("optuna", extra="sweeps")


def search_of(definition: Definition, space: Space) -> Search:
    """What proposes the points of a sweep."""
    if definition.search == "grid":
        return Grid(space)
    # Optuna is large, and comes with an extra.
    from trackgate.projects.sweeps.guided import Guided  # noqa: PLC0415

    return Guided(space, definition.search, definition.goal, definition.seed)
