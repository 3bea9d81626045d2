"""Runs as CSV, with the columns that `search_runs` has."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import IO

from trackgate.entities import Run

_INFO = ("run_id", "experiment_id", "status", "artifact_uri")
_TIMES = ("start_time", "end_time")
_DATA = ("metrics", "params", "tags")


def write_runs(runs: Sequence[Run], file: IO[str]) -> None:
    """Write a line for each run; what a run does not have is empty."""
    rows = [_row(run) for run in runs]
    fixed = [*_INFO, *_TIMES]
    found = dict.fromkeys(name for row in rows for name in row)
    kinds = [[name for name in found if name.startswith(f"{kind}.")] for kind in _DATA]
    columns = [*fixed, *(name for names in kinds for name in names)]
    writer = csv.DictWriter(file, columns, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)


def _row(run: Run) -> dict[str, object]:
    row: dict[str, object] = {name: getattr(run.info, name) for name in _INFO}
    row |= {name: _time(getattr(run.info, name)) for name in _TIMES}
    for kind in _DATA:
        values: dict[str, object] = getattr(run.data, kind)
        row |= {f"{kind}.{key}": value for key, value in values.items()}
    return row


def _time(milliseconds: int | None) -> str:
    if milliseconds is None:
        return ""
    moment = datetime.fromtimestamp(milliseconds / 1000, UTC)
    return moment.isoformat(sep=" ", timespec="milliseconds")
