"""Files that are tables: CSV, TSV, and the JSON that `log_table` writes."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterable, Sequence
from itertools import islice
from typing import Any, NamedTuple, cast

MOST_ROWS, MOST_COLUMNS, MOST_LETTERS = 500, 100, 500
# Of a file of text, so much is looked at for its first rows.
MOST_BYTES = 4 * 1024 * 1024
_NUMBER = re.compile(r"\s*[-+]?(\d[\d_]*\.?\d*|\.\d+)([eE][-+]?\d+)?\s*|[-+]?(nan|inf)")


class Table(NamedTuple):
    """The beginning of a table.

    columns   names, as many as are shown
    rows      cells as text, at most `MOST_LETTERS` each
    numeric   for each column, whether it holds numbers only
    note      what of the table is not shown; "" where all is
    """

    columns: list[str]
    rows: list[list[str]]
    numeric: list[bool]
    note: str


def separated(text: str, is_whole: bool, separator: str) -> Table | None:
    """The table in a text with separated values; None where there is none.

    The first row names the columns. A last row that may be cut off is left out.
    """
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    try:
        rows = list(islice(reader, MOST_ROWS + 2))
    except csv.Error:
        return None
    if not rows:
        return None
    if not is_whole and len(rows) < MOST_ROWS + 2:
        rows.pop()
    is_cut = not is_whole or len(rows) > MOST_ROWS + 1
    return table(rows[0], rows[1:], None if is_cut else len(rows) - 1)


def separator_of(text: str) -> str:
    """A comma, or the semicolon that programs write where commas are in numbers."""
    head = text.partition("\n")[0]
    return ";" if head.count(";") > head.count(",") else ","


def logged_table(text: str) -> Table | None:
    """The table in JSON with `columns` and `data`; None for any other."""
    try:
        found: object = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if not isinstance(found, dict):
        return None
    fields = cast("dict[str, object]", found)
    columns, data = fields.get("columns"), fields.get("data")
    if not (isinstance(columns, list) and isinstance(data, list) and columns):
        return None
    rows = cast("list[object]", data)
    if not all(isinstance(row, list) for row in rows[: MOST_ROWS + 1]):
        return None
    return table(cast("list[Any]", columns), cast("list[list[Any]]", rows), len(rows))


def table(
    columns: Sequence[object], rows: Iterable[Sequence[object]], count: int | None
) -> Table:
    """A table of any values, cut to what is shown; rows may be of any length.

    count  how many rows there are; None where there are more than nobody counted
    """
    given = list(islice(rows, MOST_ROWS))
    width = max(map(len, (columns, *given)))
    shown = min(width, MOST_COLUMNS)
    names = [_cell(name) for name in columns[:shown]]
    names += [""] * (shown - len(names))
    cells = [[_cell(value) for value in row[:shown]] for row in given]
    numeric = [_is_numeric(cells, place) for place in range(shown)]
    return Table(names, cells, numeric, _note(len(cells), count, width))


def _cell(value: object) -> str:
    if value is None:
        return ""
    text = value if isinstance(value, str) else _as_text(value)
    return text if len(text) <= MOST_LETTERS else text[:MOST_LETTERS] + "…"


def _as_text(value: object) -> str:
    return json.dumps(value) if isinstance(value, dict | list) else str(value)


def _is_numeric(rows: list[list[str]], place: int) -> bool:
    values = [row[place] for row in rows if place < len(row) and row[place]]
    return bool(values) and all(_NUMBER.fullmatch(value) for value in values)


def _note(shown: int, count: int | None, columns: int) -> str:
    parts: list[str] = []
    if count is None:
        parts.append(f"the first {shown:,} rows")
    elif count > shown:
        parts.append(f"the first {shown:,} of {count:,} rows")
    if columns > MOST_COLUMNS:
        parts.append(f"the first {MOST_COLUMNS} of {columns:,} columns")
    return f"These are {' and '.join(parts)}." if parts else ""
