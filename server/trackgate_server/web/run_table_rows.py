"""Rows of the table of runs, ready to be printed."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from trackgate_wire.scalars import RunStatus

from trackgate_server.filters import Kind
from trackgate_server.operations import run_table
from trackgate_server.operations.run_status import STALE, lasted_ms, status_word
from trackgate_server.operations.run_table import Selection
from trackgate_server.operations.scope import Scope
from trackgate_server.operations.tags import PARENT_TAG
from trackgate_server.store.lifecycle import STATUSES
from trackgate_server.store.run_cells import Cells, DatasetUsed, ModelMade
from trackgate_server.store.runs import RunRow
from trackgate_server.web import run_columns, shown
from trackgate_server.web.run_columns import Column
from trackgate_server.web.run_source import tag_text

_MOST_NAMED = 3
_DEEPEST = 5
_DIGEST_LENGTH = 10
# Characters that every column has room for (`.cut` in runs.css), however wide they are.
_FITS = 16
_UNDER_WAY = (RunStatus.RUNNING, RunStatus.SCHEDULED)


@dataclass(frozen=True, slots=True)
class Cell:
    """What stands in one place.

    text   as people read it; markup only where `shown` made it
    full   what is said on hover, where `text` is not all of it
    kind   how it is aligned and drawn
    links  model ids and names, instead of a text
    """

    text: str
    full: str = ""
    kind: str = ""
    links: tuple[ModelMade, ...] = ()


@dataclass(frozen=True, slots=True)
class Line:
    """One run.

    depth     within how many opened runs it is shown
    children  how many runs are nested in it
    status    as the page says it: "stale" is a running run without news
    parent    the id of the run it is nested in, where that one is not shown above
    digest    of what a reader sees; it changes when that does
    """

    row: RunRow
    cells: tuple[Cell, ...]
    depth: int
    children: int
    opened: bool
    status: str
    parent: str | None
    digest: str

    @property
    def family(self) -> bool:
        """Whether it is shown with the run it is nested in, or those nested in it."""
        return bool(self.children or self.parent)

    @property
    def live(self) -> bool:
        """Whether it is likely to change while somebody looks."""
        return STATUSES[self.row.status] in _UNDER_WAY and self.status != STALE


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a run stands among those shown."""

    row: RunRow
    depth: int = 0


@dataclass(frozen=True, slots=True)
class _Facts:
    """What was read of the runs shown; `operations.run_table` says what it is."""

    cells: Cells
    news: Mapping[int, int]
    children: Mapping[str, int]
    now_ms: int


@dataclass(frozen=True, slots=True)
class Shown:
    """What is asked for: rows of these columns.

    opened  runs that are followed by what is nested in them
    alone   they are not followed: their rows replace some that are
    """

    selection: Selection
    columns: Sequence[Column]
    opened: frozenset[str] = field(default_factory=frozenset[str])
    alone: bool = False


def lines(scope: Scope, asked: Shown, rows: Sequence[RunRow]) -> list[Line]:
    """The runs with what is nested in those opened.

    Some ten statements at most, and a search for each run that is opened.
    """
    unfolds = asked.selection.folded and not asked.alone
    places = _unfolded(scope, asked, rows) if unfolds else _flat(rows)
    runs = [place.row for place in places]
    facts = _Facts(
        run_table.cells(scope, runs, run_columns.cell_keys(asked.columns)),
        run_table.news(scope, [row for row in runs if _running(row)]),
        _children(scope, asked, runs),
        scope.now_ms,
    )
    return [_line(asked, place, facts) for place in places]


def _children(scope: Scope, asked: Shown, runs: Sequence[RunRow]) -> Mapping[str, int]:
    if not asked.selection.folded:
        return {}
    return run_table.count_children(scope, asked.selection, runs)


def _flat(rows: Sequence[RunRow]) -> list[_Place]:
    return [_Place(row) for row in rows]


def _unfolded(
    scope: Scope, asked: Shown, rows: Sequence[RunRow], depth: int = 0
) -> list[_Place]:
    places: list[_Place] = []
    for row in rows:
        places.append(_Place(row, depth))
        if row.uuid in asked.opened and depth < _DEEPEST:
            nested = run_table.children(scope, asked.selection, row.uuid)
            places += _unfolded(scope, asked, nested, depth + 1)
    return places


def _line(asked: Shown, place: _Place, facts: _Facts) -> Line:
    row, held = place.row, facts.cells
    status = _status(row, facts.news.get(row.id), facts.now_ms)
    cells = tuple(cell(column, row, held, facts.now_ms) for column in asked.columns)
    seen = [row.name, status, *(one.text for one in cells if one.kind != "lasting")]
    return Line(
        row=row,
        cells=cells,
        depth=place.depth,
        children=facts.children.get(row.uuid, 0),
        opened=row.uuid in asked.opened,
        status=status,
        parent=None if place.depth else held.tags.get((row.id, PARENT_TAG)),
        digest=_digest(seen),
    )


def cell(column: Column, row: RunRow, held: Cells, now_ms: int) -> Cell:
    """A run's value in a column."""
    if column.kind is Kind.ATTRIBUTE:
        return _plain(column.key, row, held, now_ms)
    if column.kind is Kind.METRIC:
        found = held.metrics.get((row.id, column.key))
        value = getattr(found, column.aggregate, None)
        short, exact = shown.digits(value)
        return Cell(short, exact, kind="number")
    texts = held.params if column.kind is Kind.PARAM else held.tags
    text = texts.get((row.id, column.key))
    if text is None:
        return Cell(shown.NOTHING, kind="none")
    return _cut(tag_text(column.key, text) if column.kind is Kind.TAG else text)


def _cut(text: str) -> Cell:
    return _text(shown.beginning(text), shown.on_hover(text))


def _text(short: str, full: str) -> Cell:
    """What its column may be too narrow for is said in full on hover."""
    fits = len(short) <= _FITS and short == full
    return Cell(short, kind="text") if fits else Cell(short, full, kind="long")


def _plain(word: str, row: RunRow, held: Cells, now_ms: int) -> Cell:
    if word in ("start_time", "end_time"):
        at_ms = row.started_ms if word == "start_time" else row.ended_ms
        return Cell(shown.when(at_ms), kind="time")
    if word == "duration":
        return _duration(row, now_ms)
    if word == "dataset":
        return _datasets(held.datasets.get(row.id, []))
    if word == "models":
        models = held.models.get(row.id, [])
        more = f"+ {len(models) - _MOST_NAMED}" if len(models) > _MOST_NAMED else ""
        return Cell(more, kind="models", links=tuple(models[:_MOST_NAMED]))
    if word == "status":
        return Cell("", kind="status")
    if word == "user_id":
        return _cut(row.user)
    texts = {"run_id": row.uuid, "experiment": str(row.experiment)}
    return Cell(texts[word], texts[word], kind=word)


def _duration(row: RunRow, now_ms: int) -> Cell:
    status = STATUSES[row.status]
    lasted = lasted_ms(status, row.started_ms, row.ended_ms, now_ms)
    # One that goes on does so by itself; that alone is no news.
    goes_on = row.ended_ms is None and status is RunStatus.RUNNING
    return Cell(shown.duration(lasted), kind="lasting" if goes_on else "number")


def _datasets(used: Sequence[DatasetUsed]) -> Cell:
    if not used:
        return Cell(shown.NOTHING, kind="none")
    names = [one.name + (f" ({one.context})" if one.context else "") for one in used]
    full = ", ".join(
        f"{name} #{one.digest}" for name, one in zip(names, used, strict=True)
    )
    rest = f" + {len(names) - _MOST_NAMED}" if len(names) > _MOST_NAMED else ""
    return _text(", ".join(names[:_MOST_NAMED]) + rest, full)


def _status(row: RunRow, heard_ms: int | None, now_ms: int) -> str:
    return status_word(STATUSES[row.status], row.started_ms, heard_ms, now_ms)


def _running(row: RunRow) -> bool:
    return STATUSES[row.status] is RunStatus.RUNNING


def _digest(seen: Sequence[str]) -> str:
    text = "\0".join(seen).encode(errors="replace")
    return hashlib.sha256(text).hexdigest()[:_DIGEST_LENGTH]
