"""How a cost grows, said in a word."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Word = Literal["flat", "logarithmic", "worse"]

# Two measurements of the same thing differ by as much.
NOISE = 1.3


@dataclass(frozen=True)
class Verdict:
    """From the smallest size to the largest.

    ratio      of the costs
    log_ratio  of the sizes' logarithms: what a search tree costs more
    exponent   a of the n ** a that fits all sizes best; 0 is flat, 1 in proportion
    """

    ratio: float
    log_ratio: float
    exponent: float

    @property
    def word(self) -> Word:
        if self.ratio <= NOISE:
            return "flat"
        return "logarithmic" if self.ratio <= self.log_ratio * NOISE else "worse"


def verdict(costs: Mapping[int, float]) -> Verdict:
    """costs  by size, of two sizes or more"""
    sizes = sorted(costs)
    least, most = sizes[0], sizes[-1]
    return Verdict(
        ratio=costs[most] / costs[least],
        log_ratio=math.log(most) / math.log(least),
        exponent=_exponent(costs),
    )


def _exponent(costs: Mapping[int, float]) -> float:
    """The slope of the straight line through the logarithms, by least squares."""
    places = [(math.log(size), math.log(cost)) for size, cost in costs.items()]
    middle = sum(x for x, _ in places) / len(places)
    height = sum(y for _, y in places) / len(places)
    slope = sum((x - middle) * (y - height) for x, y in places)
    return slope / sum((x - middle) ** 2 for x, _ in places)
