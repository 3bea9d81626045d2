"""The table of runs of one experiment, or of several."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from trackgate_wire.experiments import Experiment, ExperimentRef

from trackgate_server import filters
from trackgate_server.filters import FilterError
from trackgate_server.operations import experiments, run_table
from trackgate_server.operations.run_table import COUNTED, Found
from trackgate_server.store.run_keys import Keys
from trackgate_server.web import (
    run_columns,
    run_table_groups,
    run_table_picker,
    run_table_state,
)
from trackgate_server.web.markdown import markdown
from trackgate_server.web.page import View, Visit, page
from trackgate_server.web.run_columns import Column
from trackgate_server.web.run_table_rows import Line, Shown, lines
from trackgate_server.web.run_table_state import TableState

ROWS_PER_PAGE = 100
_NOTE_TAG = "mlflow.note.content"


@dataclass(frozen=True, slots=True)
class Wrong:
    """A filter that was refused, cut at the character that is wrong.

    at  that character; empty where the text ends too early
    """

    message: str
    before: str
    at: str
    after: str
    position: int


@page("/experiments/<experiment_id>")
def runs_of_one(visit: Visit, experiment_id: str) -> View:
    """Runs of an experiment; raises NotFound."""
    found = experiments.get(visit.scope, ExperimentRef(experiment_id))
    state = run_table_state.of_query(visit.query, experiment_id)
    return _table(visit, state, found.experiment)


@page("/runs")
def runs_of_several(visit: Visit) -> View:
    """Runs of the experiments that the query names."""
    state = run_table_state.of_query(visit.query, None)
    return _table(visit, state, None)


def _table(visit: Visit, state: TableState, experiment: Experiment | None) -> View:
    scope = visit.scope
    keys = run_table.keys(scope, state.selection)
    chosen = run_columns.parse_all(state.columns)
    columns = chosen or run_columns.defaults(keys, several=not state.alone)
    wrong, group = _wrong(state), state.group_column
    given = {
        **_head(experiment),
        "named": run_table.names_of(scope, state.selection),
        "state": state,
        "columns": columns,
        "picker": run_table_picker.choices(keys, columns, group),
        "name_column": run_columns.NAME,
        "back": run_table_state.packed(state),
        "changes": _changes(state, columns),
        "completions": _completions(keys),
        "wrong": wrong,
        "total": run_table.count(scope, state.selection),
        "counted": COUNTED,
    }
    if wrong is not None:
        return View("runs.html", {**given, **_NO_RUNS}, 400)
    if group is not None:
        grouped = run_table_groups.given(scope, state, group, columns)
        return View("runs_groups.html", {**given, **_NO_RUNS, **grouped})
    return View("runs.html", {**given, **_runs(visit, state, columns)})


_NO_RUNS: dict[str, Any] = {"lines": [], "more": None}


def _runs(visit: Visit, state: TableState, columns: list[Column]) -> dict[str, Any]:
    token = visit.query.get("page")
    found = run_table.find(visit.scope, state.selection, ROWS_PER_PAGE, token)
    return {
        "lines": shown_lines(visit, state, columns, found),
        "more": _more(state, columns, found),
    }


def shown_lines(
    visit: Visit, state: TableState, columns: list[Column], found: Found
) -> list[Line]:
    """The rows found, ready to be printed."""
    asked = Shown(state.selection, columns, frozenset(state.opened))
    return lines(visit.scope, asked, found.rows)


def _changes(state: TableState, columns: list[Column]) -> dict[str, object]:
    """What rows depend on, for the script that asks for those that changed."""
    return state.with_columns(columns).everywhere()


def _more(
    state: TableState, columns: list[Column], found: Found
) -> dict[str, object] | None:
    """The query of the next page, which has the columns of this one."""
    if found.next is None:
        return None
    return state.with_columns(columns).query(page=found.next)


def _head(experiment: Experiment | None) -> dict[str, Any]:
    tags = {tag.key: tag.value for tag in experiment.tags} if experiment else {}
    return {
        "experiment": experiment,
        "note": markdown(tags.get(_NOTE_TAG, "")),
        "tags": {key: tags[key] for key in sorted(tags) if not _is_ours(key)},
    }


def _is_ours(key: str) -> bool:
    return key.startswith("mlflow.")


def _wrong(state: TableState) -> Wrong | None:
    try:
        filters.parse_runs_filter(state.filter)
    except FilterError as error:
        start = error.position - 1
        text = state.filter
        return Wrong(
            error.message,
            text[:start],
            text[start : start + 1],
            text[start + 1 :],
            error.position,
        )
    return None


def _completions(keys: Keys) -> str:
    """Names that a filter may have, for the script that completes them."""
    names = [column.text for column in run_table_picker.columns_of(keys)]
    return json.dumps(names)
