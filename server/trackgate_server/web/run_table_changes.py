"""Rows of runs that are under way, for those who look at them.

No table says when a run's parameters or tags were written, so a row is known by a
digest of what it shows: who asks tells the digests on the screen, and is answered the
rows whose digest is another one now.
"""

from __future__ import annotations

from trackgate_wire import limits, rules

from trackgate_server.operations import run_table
from trackgate_server.web import run_columns, run_table_state
from trackgate_server.web.page import View, Visit, page
from trackgate_server.web.run_table_rows import Line, Shown, lines
from trackgate_server.web.run_table_state import TableState

_MOST = 100


@page("/runs/changed")
def changed_rows(visit: Visit) -> View:
    """Rows that changed; the state as for the table, and `run` as ID.DIGEST.

    With `since`, milliseconds, also how many runs started later.
    Some ten statements, however many runs.
    """
    state = run_table_state.of_packed(visit.query)
    told = [one.rpartition(".") for one in visit.query.getlist("run")]
    seen = {run_id: digest for run_id, _, digest in told}
    rules.check_count("runs", len(seen), _MOST)
    found = [one for one in _lines(visit, state, list(seen)) if _is_new(one, seen)]
    named = run_table.names_of(visit.scope, state.selection)
    newer = _newer(visit, state)
    given = {"lines": found, "state": state, "named": named, "newer": newer}
    return View("runs_changed.html", given)


def _newer(visit: Visit, state: TableState) -> int:
    since = visit.query.get("since", type=int)
    if since is None or not limits.INT64_MIN <= since <= limits.INT64_MAX:
        return 0
    return run_table.count_newer(visit.scope, state.selection, since)


def _is_new(line: Line, seen: dict[str, str]) -> bool:
    return line.digest != seen[line.row.uuid]


def _lines(visit: Visit, state: TableState, run_ids: list[str]) -> list[Line]:
    columns = run_columns.parse_all(state.columns)
    rows = run_table.rows_of(visit.scope, run_ids)
    opened = frozenset(state.opened)
    asked = Shown(state.selection, columns, opened, alone=True)
    return lines(visit.scope, asked, rows)
