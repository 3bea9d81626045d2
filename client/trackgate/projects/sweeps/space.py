"""What a sweep searches: for each parameter the values that it may take.

A value is the text that a child's command is given.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

Point = Mapping[str, str]
"""A value for each parameter, by its name."""


@dataclass(frozen=True, slots=True)
class Choices:
    """Some texts; a single one stands for a parameter that stays as it is."""

    name: str
    texts: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.texts)

    def text(self, index: int) -> str:
        """The value at a place, counted from 0."""
        return self.texts[index]


@dataclass(frozen=True, slots=True)
class Steps:
    """Numbers at equal distances, both ends included.

    low, step  decimals, so that 0.1..0.3..0.1 is 0.1, 0.2, 0.3 and nothing beside it
    log        whether a search draws them by their logarithm; then whole, one apart
    """

    name: str
    low: Decimal
    step: Decimal
    count: int
    log: bool = False

    def __len__(self) -> int:
        return self.count

    def text(self, index: int) -> str:
        """The value at a place, counted from 0."""
        return str(self.low + self.step * index)

    def index(self, text: str) -> int:
        """The place of a value."""
        return int((Decimal(text) - self.low) / self.step)


@dataclass(frozen=True, slots=True)
class Range:
    """All numbers between two, which are included.

    whole  whole numbers only
    log    whether a search draws them by their logarithm
    """

    name: str
    low: float
    high: float
    whole: bool = False
    log: bool = False

    def text(self, value: float) -> str:
        """A number as the command is given it: one that reads as the same again."""
        return str(int(value)) if self.whole else repr(float(value))


Axis = Choices | Steps | Range


@dataclass(frozen=True, slots=True)
class Space:
    """All axes, in the order in which they were given."""

    axes: Sequence[Axis]

    @property
    def varied(self) -> list[str]:
        """Names of the parameters that have more than one value."""
        return [
            axis.name for axis in self.axes if isinstance(axis, Range) or len(axis) > 1
        ]

    @property
    def size(self) -> int | None:
        """How many points there are; None for more than can be counted off."""
        counted = [len(axis) for axis in self.axes if not isinstance(axis, Range)]
        return math.prod(counted) if len(counted) == len(self.axes) else None

    def point(self, number: int) -> Point:
        """The point of that number, from 0; the last axis moves fastest.

        Only for a space that has a size.
        """
        found: dict[str, str] = {}
        for axis in reversed(self.axes):
            if isinstance(axis, Range):
                raise TypeError(f"{axis.name} cannot be counted off.")
            number, index = divmod(number, len(axis))
            found[axis.name] = axis.text(index)
        return {axis.name: found[axis.name] for axis in self.axes}

    def points(self) -> Iterator[Point]:
        """All points, in the order of their numbers."""
        numbers = itertools.count() if self.size is None else range(self.size)
        return map(self.point, numbers)
