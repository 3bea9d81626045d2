"""All runs of a table as one file, written while they are read.

Read page by page by key: neither the server nor the database holds more than a page
of them, and runs that are added meanwhile do not shift the others.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import chain

from trackgate_wire import codec
from werkzeug.wrappers import Response

from trackgate_server.filters import Kind
from trackgate_server.operations import run_table, runs
from trackgate_server.operations.run_table import Found, Selection
from trackgate_server.operations.scope import Scope
from trackgate_server.store.lifecycle import STATUSES
from trackgate_server.store.run_cells import Cells
from trackgate_server.store.runs import RunRow
from trackgate_server.store.transaction import Transaction
from trackgate_server.web import run_columns, run_table_state, shown
from trackgate_server.web.page import Visit, page
from trackgate_server.web.run_columns import Column

_RUNS_AT_ONCE = 1_000
_WITH_UNITS = {"duration": "duration_ms"}
# Spreadsheets take a cell that begins so for a formula (OWASP, "CSV Injection").
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")

_Read = Callable[[Scope, Found], list[str]]


@page("/runs.csv", wants="none")
def as_csv(visit: Visit) -> Response:
    """The columns of the table, for all runs that match; times in ISO 8601, UTC."""
    state = run_table_state.of_packed(visit.query)
    columns = run_columns.parse_all(state.columns)
    wanted = run_columns.cell_keys(columns)

    def read(scope: Scope, found: Found) -> list[str]:
        held = run_table.cells(scope, found.rows, wanted)
        return [_line(row, columns, held) for row in found.rows]

    titles = [_WITH_UNITS.get(column.text, column.text) for column in columns]
    head = ["run_id", "run_name", *map(safe, titles)]
    lines = _begun(_parts(visit.scope, state.selection, read))
    return _download("runs.csv", "text/csv", chain([[_written(head)]], lines))


@page("/runs.json", wants="none")
def as_json(visit: Visit) -> Response:
    """A list of all runs that match, each as the API shows it."""
    state = run_table_state.of_packed(visit.query)

    def read(scope: Scope, found: Found) -> list[str]:
        return [codec.encode(run).decode() for run in runs.described(scope, found.rows)]

    found = _begun(_parts(visit.scope, state.selection, read))
    return _download("runs.json", "application/json", _listed(found))


def _parts(scope: Scope, asked: Selection, read: _Read) -> Iterator[list[str]]:
    """What `read` makes of each page, nested runs too: a file unfolds nothing."""
    flat = replace(asked, folded=False)
    token: str | None = None

    def job(db: Transaction) -> tuple[list[str], str | None]:
        own = replace(scope, transaction=db)
        found = run_table.find(own, flat, _RUNS_AT_ONCE, token)
        return read(own, found), found.next

    while True:
        part, token = scope.services.database.read(job)
        yield part
        if token is None:
            return


def _begun(parts: Iterator[list[str]]) -> Iterator[list[str]]:
    """The same parts, the first of them made already.

    So what is wrong with the selection is told by a page, not by half a file.
    """
    return chain([next(parts)], parts)


def _listed(parts: Iterable[list[str]]) -> Iterator[list[str]]:
    """Pieces of JSON as a list, a line each."""
    glue = "[\n"
    for part in parts:
        if part:
            yield [glue, ",\n".join(part)]
            glue = ",\n"
    yield ["[]\n" if glue == "[\n" else "\n]\n"]


def _download(name: str, kind: str, parts: Iterable[list[str]]) -> Response:
    response = Response(
        ("".join(part).encode(errors="replace") for part in parts),
        content_type=f"{kind}; charset=utf-8",
    )
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


def _line(row: RunRow, columns: Sequence[Column], held: Cells) -> str:
    cells = (plain_cell(column, row, held) for column in columns)
    return _written([row.uuid, safe(row.name), *cells])


def _written(cells: Sequence[str]) -> str:
    line = io.StringIO()
    csv.writer(line).writerow(cells)
    return line.getvalue()


def safe(text: str) -> str:
    """A text that no spreadsheet takes for a formula: an apostrophe is put before it.

    Numbers stay as they are, negative ones too.
    """
    if text.startswith(_FORMULA) and not _NUMBER.fullmatch(text):
        return "'" + text
    return text


def plain_cell(column: Column, row: RunRow, held: Cells) -> str:
    """A run's value as programs read it; empty where it has none."""
    if column.kind is Kind.METRIC:
        value = getattr(held.metrics.get((row.id, column.key)), column.aggregate, None)
        return "" if value is None else repr(value)
    if column.kind is Kind.ATTRIBUTE:
        return _attribute(column.key, row, held)
    texts = held.params if column.kind is Kind.PARAM else held.tags
    return safe(texts.get((row.id, column.key), ""))


def _attribute(word: str, row: RunRow, held: Cells) -> str:
    if word == "dataset":
        used = held.datasets.get(row.id, [])
        return safe("; ".join(f"{one.name}#{one.digest}" for one in used))
    if word == "models":
        return safe("; ".join(one.model_id for one in held.models.get(row.id, [])))
    if word == "duration":
        return "" if row.ended_ms is None else str(row.ended_ms - row.started_ms)
    texts = {
        "status": STATUSES[row.status].value,
        "start_time": _moment(row.started_ms),
        "end_time": _moment(row.ended_ms),
        "user_id": safe(row.user),
        "experiment": str(row.experiment),
        "run_id": row.uuid,
    }
    return texts[word]


def _moment(at_ms: int | None) -> str:
    """ISO 8601 with milliseconds; the plain number for what no calendar has."""
    return "" if at_ms is None else shown.iso(at_ms) or str(at_ms)
