"""The table of runs of one experiment, or of several."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from trackgate_wire.experiments import Experiment, ExperimentRef

from trackgate_server import filters
from trackgate_server.filters import FilterError
from trackgate_server.operations import experiments, run_table
from trackgate_server.operations.scope import Scope
from trackgate_server.operations.tags import NOTE_TAG
from trackgate_server.store.experiment_activity import COUNTED_AT_MOST
from trackgate_server.store.run_keys import Keys
from trackgate_server.web import (
    run_columns,
    run_table_groups,
    run_table_picker,
    run_table_state,
    run_views,
)
from trackgate_server.web.filter_problem import FilterProblem
from trackgate_server.web.page import View, Visit, page
from trackgate_server.web.run_columns import Column
from trackgate_server.web.run_table_rows import Shown, lines
from trackgate_server.web.run_table_state import TableState

ROWS_PER_PAGE = 100
_NO_RUNS: dict[str, Any] = {"lines": [], "more": None, "newest": None}


@page("/experiments/<experiment_id>")
def runs_of_one(visit: Visit, experiment_id: str) -> View:
    """Runs of an experiment; raises NotFound."""
    found = experiments.get(visit.scope, ExperimentRef(experiment_id))
    state = run_table_state.of_query(visit.query, experiment_id)
    return _table(visit, state, found.experiment)


@page("/runs")
def runs_of_several(visit: Visit) -> View:
    """Runs of the experiments that the query names."""
    return _table(visit, run_table_state.of_query(visit.query, None), None)


def _table(visit: Visit, state: TableState, experiment: Experiment | None) -> View:
    scope, group = visit.scope, state.group_column
    keys = run_table.keys(scope, state.selection)
    chosen = run_columns.parse_all(state.columns)
    columns = chosen or run_columns.defaults(keys, several=not state.alone)
    given = {
        **_head(scope, state, experiment),
        **_tools(state, columns, keys),
        "wrong": _problem(state),
        **_NO_RUNS,
    }
    if given["wrong"] is not None:
        return View("runs.html", given)
    if group is not None:
        groups = run_table_groups.given(scope, state, group, columns)
        return View("runs_groups.html", {**given, **groups})
    return View("runs.html", {**given, **_runs(visit, state, columns)})


def _head(
    scope: Scope, state: TableState, experiment: Experiment | None
) -> dict[str, Any]:
    """What stands above the table."""
    tags = {tag.key: tag.value for tag in experiment.tags} if experiment else {}
    return {
        "experiment": experiment,
        "named": run_table.names_of(scope, state.selection),
        "note": tags.get(NOTE_TAG, ""),
        "tags": {key: tags[key] for key in sorted(tags) if not _of_clients(key)},
        "total": run_table.count(scope, state.selection),
        "counted_at_most": COUNTED_AT_MOST,
        **run_views.given(scope, state),
    }


def _tools(state: TableState, columns: Sequence[Column], keys: Keys) -> dict[str, Any]:
    """What one changes the table with."""
    return {
        "state": state,
        "columns": columns,
        "name_column": run_columns.NAME,
        "picker": run_table_picker.choices(keys, columns, state.group_column),
        "completions": _completions(keys),
        "back": run_table_state.packed(state),
        # What rows depend on, for downloads and for rows that changed.
        "everywhere": state.with_columns(columns).everywhere(),
    }


def _runs(visit: Visit, state: TableState, columns: Sequence[Column]) -> dict[str, Any]:
    """A page of runs, and the query of the next one, which has the same columns."""
    token = visit.query.get("page")
    found = run_table.find(visit.scope, state.selection, ROWS_PER_PAGE, token)
    asked = Shown(state.selection, columns, frozenset(state.opened))
    more = state.with_columns(columns).query(page=found.next) if found.next else None
    begins = token is None and state.newest_first
    return {
        "lines": lines(visit.scope, asked, found.rows),
        "more": more,
        # Nested runs count too, folded or not.
        "newest": run_table.newest_start(visit.scope, state.selection)
        if begins
        else None,
    }


def _of_clients(key: str) -> bool:
    return key.startswith("mlflow.")


def _problem(state: TableState) -> FilterProblem | None:
    try:
        filters.parse_runs_filter(state.filter)
    except FilterError as error:
        return FilterProblem.of(state.filter, error)
    return None


def _completions(keys: Keys) -> str:
    """Names that a filter may have, as JSON for the script that completes them."""
    names = [column.text for column in run_table_picker.columns_of(keys)]
    return json.dumps(names)
