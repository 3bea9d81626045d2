"""Runs as columns and what they log as rows, ready to be printed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from trackgate_server.operations import run_comparison
from trackgate_server.operations.run_comparison import KINDS, Compared
from trackgate_server.operations.run_status import lasted_ms, status_word
from trackgate_server.operations.scope import Scope
from trackgate_server.store.lifecycle import DELETED, STATUSES
from trackgate_server.store.run_cells import CellKeys, Cells
from trackgate_server.store.run_spread import Kind, Spread
from trackgate_server.store.runs import RunRow
from trackgate_server.web import shown
from trackgate_server.web.run_source import tag_text

_TITLES: Mapping[Kind, str] = {
    "params": "Parameters",
    "metrics": "Metrics",
    "tags": "Tags",
}
# A page of more is slow to print and to read; a part of a name finds the others.
_MOST_CELLS, _MOST_ROWS = 12_000, 200
_MOST_ALIKE = 500

Value = str | float | None


class Head(NamedTuple):
    """What stands above a run's column."""

    row: RunRow
    experiment: str
    status: str
    duration_ms: int | None
    deleted: bool


class Cell(NamedTuple):
    """A run's value; `full` where the text is cut, `other` where it is not the first
    run's."""

    value: Value
    full: str | None = None
    other: bool = False


class Line(NamedTuple):
    """What differs between the runs: a cell for each of them."""

    name: str
    cells: list[Cell]


@dataclass(frozen=True, slots=True)
class Section:
    """What runs log of one kind.

    names      all of it that has the wanted part in its name
    differing  lines of the first names that differ
    cut        how many more differ
    alike      what all runs have in common
    more_alike  how many more they have in common
    """

    kind: Kind
    title: str
    names: list[str]
    differing: list[Line]
    cut: int
    alike: list[Spread]
    more_alike: int


def heads_of(found: Compared, now_ms: int) -> list[Head]:
    """The runs, in their order."""
    return [_head(row, found, now_ms) for row in found.rows]


def sections_of(scope: Scope, found: Compared, find: str) -> list[Section]:
    """What the runs log, kind by kind.

    find  a part of the names wanted, in whatever case; "" for all
    """
    wanted = {kind: _named(found.spreads[kind], find) for kind in KINDS}
    differing = {
        kind: [one.name for one in spreads if not _is_alike(one, found)]
        for kind, spreads in wanted.items()
    }
    most = max(1, min(_MOST_ROWS, _MOST_CELLS // len(found.rows)))
    first = {kind: frozenset(names[:most]) for kind, names in differing.items()}
    wanted_keys = CellKeys(first["metrics"], first["params"], first["tags"])
    cells = run_comparison.values(scope, found.rows, wanted_keys)
    return [
        _section(kind, wanted[kind], differing[kind], most, found, cells)
        for kind in KINDS
    ]


def _section(
    kind: Kind,
    spreads: Sequence[Spread],
    differing: Sequence[str],
    most: int,
    found: Compared,
    cells: Cells,
) -> Section:
    alike = [one for one in spreads if _is_alike(one, found)]
    return Section(
        kind=kind,
        title=_TITLES[kind],
        names=[one.name for one in spreads],
        differing=[_line(kind, name, found, cells) for name in differing[:most]],
        cut=max(0, len(differing) - most),
        alike=[_shown(kind, one) for one in alike[:_MOST_ALIKE]],
        more_alike=max(0, len(alike) - _MOST_ALIKE),
    )


def _shown(kind: Kind, one: Spread) -> Spread:
    if kind != "tags":
        return one
    return one._replace(value=tag_text(one.name, str(one.value)))


def _named(spreads: Sequence[Spread], find: str) -> list[Spread]:
    part = find.casefold()
    return [one for one in spreads if part in one.name.casefold()]


def _is_alike(one: Spread, found: Compared) -> bool:
    return one.same and one.runs == len(found.rows)


def _line(kind: Kind, name: str, found: Compared, cells: Cells) -> Line:
    values = [_value(kind, row.id, name, cells) for row in found.rows]
    if kind == "metrics":
        return Line(name, [Cell(value) for value in values])
    return Line(name, [_text_cell(value, values[0]) for value in values])


def _value(kind: Kind, run: int, name: str, cells: Cells) -> Value:
    if kind == "metrics":
        summary = cells.metrics.get((run, name))
        return None if summary is None else summary.last
    if kind == "params":
        return cells.params.get((run, name))
    text = cells.tags.get((run, name))
    return None if text is None else tag_text(name, text)


def _text_cell(value: Value, first: Value) -> Cell:
    if not isinstance(value, str):
        return Cell(value, None, value != first)
    short = shown.beginning(value)
    full = None if short == value else shown.on_hover(value)
    return Cell(short, full, value != first)


def _head(row: RunRow, found: Compared, now_ms: int) -> Head:
    status, heard_ms = STATUSES[row.status], found.heard.get(row.id)
    return Head(
        row=row,
        experiment=found.experiments.get(row.experiment, shown.NOTHING),
        status=status_word(status, row.started_ms, heard_ms, now_ms),
        duration_ms=lasted_ms(status, row.started_ms, row.ended_ms, now_ms),
        deleted=row.lifecycle == DELETED,
    )
