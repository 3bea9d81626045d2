"""What plots of compared runs are made of: axes, and a value of each run on them."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Literal, NamedTuple

from trackgate_server.operations import run_comparison
from trackgate_server.operations.run_comparison import Compared
from trackgate_server.operations.scope import Scope
from trackgate_server.store.run_cells import CellKeys, Cells
from trackgate_server.web.compare_rows import Head, Line, Section
from trackgate_server.web.run_source import tag_text

Kind = Literal["params", "metrics", "tags", "run"]
"""As sections are called; `run` for what every run has."""

Value = float | str | None
"""What a run has on an axis; None where it has none."""

_KINDS: Mapping[str, Kind] = {
    "params": "params",
    "metrics": "metrics",
    "tags": "tags",
}
_CHOICES = 200
# Characters of a text, which may be long.
_SHOWN = 60
# Numbers this far apart are read off a logarithmic scale.
_FAR_APART = 100
# Metrics of the machine, which nobody compares first.
_OF_MACHINES = "system/"


class Axis(NamedTuple):
    """Something that runs have a value of: its kind, and its name."""

    kind: Kind
    name: str

    @property
    def text(self) -> str:
        """As an address has it, such as "metrics.loss"; "duration" by itself."""
        return self.name if self.kind == "run" else f"{self.kind}.{self.name}"

    @property
    def title(self) -> str:
        """As a plot calls it, with its unit where there is one."""
        return "duration, s" if self == DURATION else self.name


DURATION = Axis("run", "duration")


class Varied(NamedTuple):
    """Something that differs between the runs.

    numbers   whether all that have it have a number
    distinct  how many different values there are
    """

    axis: Axis
    numbers: bool
    distinct: int


def parse(text: str) -> Axis | None:
    """The axis of an address; None for a text that is none."""
    if text == DURATION.text:
        return DURATION
    kind, _, name = text.partition(".")
    return Axis(_KINDS[kind], name) if kind in _KINDS and name else None


def parse_all(texts: Sequence[str], kinds: Collection[Kind] = ()) -> list[Axis]:
    """Those of the texts that are axes, of some kinds only where kinds are given."""
    found = [axis for text in texts if (axis := parse(text))]
    return [axis for axis in found if not kinds or axis.kind in kinds]


def varied_of(sections: Sequence[Section]) -> list[Varied]:
    """What differs between the runs, as far as the page shows it; machines' last."""
    found = [
        _varied(Axis(section.kind, line.name), line)
        for section in sections
        for line in section.differing
    ]
    return sorted(found, key=lambda one: one.axis.name.startswith(_OF_MACHINES))


def choices_of(
    sections: Sequence[Section], kinds: Collection[Kind], chosen: Iterable[Axis]
) -> dict[str, list[Axis]]:
    """What one may choose, by the title of its kind; what was chosen is among it."""
    titles: dict[Kind, str] = {one.kind: one.title for one in sections}
    titles["run"] = "Run"
    found: dict[Kind, list[Axis]] = {
        one.kind: [Axis(one.kind, name) for name in one.names[:_CHOICES]]
        for one in sections
        if one.kind in kinds
    }
    if "run" in kinds:
        found["run"] = [DURATION]
    for axis in chosen:
        if axis not in found.setdefault(axis.kind, []):
            found[axis.kind].append(axis)
    return {titles[kind]: axes for kind, axes in found.items() if axes}


def read(
    scope: Scope, found: Compared, heads: Sequence[Head], axes: Iterable[Axis]
) -> dict[Axis, list[Value]]:
    """What the runs have on each axis, in their order; texts in full.

    A number is finite, a duration in seconds. Three statements at most, however many
    axes, and one for names that are not known yet.
    """
    wanted = set(axes)
    cells = run_comparison.values(scope, found.rows, _keys(wanted))
    return {axis: _read(axis, heads, cells) for axis in wanted}


def plotted(values: Sequence[Value]) -> list[Value]:
    """Values as a plot has them: numbers if all of them are, the texts' beginnings
    otherwise."""
    numbers = [_number(value) for value in values]
    if _are_numbers(values):
        return list(numbers)
    return [None if value is None else str(value)[:_SHOWN] for value in values]


def categories(values: Sequence[Value]) -> list[str]:
    """The texts among plotted values, each once: numbers first, by their size."""
    return sorted({one for one in values if isinstance(one, str)}, key=by_size)


def by_size(text: str) -> tuple[bool, float, str]:
    """What texts are sorted by, so that "10" stands behind "9"."""
    number = _number(text)
    return number is None, number or 0.0, text


def is_far_apart(values: Sequence[Value]) -> bool:
    """Whether plotted values are better shown on a logarithmic scale."""
    numbers = [one for one in values if isinstance(one, float)]
    if not numbers or min(numbers) <= 0:
        return False
    return max(numbers) / min(numbers) >= _FAR_APART


def scales(texts: Sequence[str], count: int) -> list[str]:
    """What an address says of so many axes' scales: "log", "linear", or "" for what
    suits."""
    known = [text if text in ("log", "linear") else "" for text in texts]
    return [*known, *[""] * count][:count]


def is_log(scale: str, values: Sequence[Value]) -> bool:
    """Whether an axis is logarithmic; `scale` as in `scales`."""
    return scale == "log" or (scale == "" and is_far_apart(values))


def _varied(axis: Axis, line: Line) -> Varied:
    values = [cell.value for cell in line.cells]
    return Varied(axis, _are_numbers(values), len(set(values) - {None}))


def _are_numbers(values: Sequence[Value]) -> bool:
    texts = [one for one in values if isinstance(one, str)]
    return all(map(_is_written_number, texts))


def _is_written_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _number(value: Value) -> float | None:
    """The finite number that a value is."""
    if value is None or (isinstance(value, str) and not _is_written_number(value)):
        return None
    number = float(value)
    return number if math.isfinite(number) else None


def _keys(axes: Collection[Axis]) -> CellKeys:
    def named(kind: Kind) -> frozenset[str]:
        return frozenset(axis.name for axis in axes if axis.kind == kind)

    return CellKeys(named("metrics"), named("params"), named("tags"))


def _read(axis: Axis, heads: Sequence[Head], cells: Cells) -> list[Value]:
    if axis == DURATION:
        lasted = [head.duration_ms for head in heads]
        return [None if ms is None else ms / 1_000 for ms in lasted]
    runs = [head.row.id for head in heads]
    if axis.kind == "metrics":
        summaries = [cells.metrics.get((run, axis.name)) for run in runs]
        return [_number(one.last) if one else None for one in summaries]
    if axis.kind == "params":
        return [cells.params.get((run, axis.name)) for run in runs]
    texts = [cells.tags.get((run, axis.name)) for run in runs]
    return [None if text is None else tag_text(axis.name, text) for text in texts]
