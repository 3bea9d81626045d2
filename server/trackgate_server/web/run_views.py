"""Saved views of the table of runs: how they are offered, and their forms."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from trackgate_server.operations import run_views
from trackgate_server.operations.scope import Scope
from trackgate_server.store.views import SavedView
from trackgate_server.web import run_table_state
from trackgate_server.web.page import Onward, Visit, form
from trackgate_server.web.run_table_state import TableState


@dataclass(frozen=True, slots=True)
class ViewLink:
    """A saved view and the query that opens it."""

    view: SavedView
    query: dict[str, object]


def given(scope: Scope, state: TableState) -> dict[str, Any]:
    """What the template is given: the views there are, and the one that is open."""
    found = run_views.listed(scope, state.experiments)
    return {
        "views": [ViewLink(one, _opening(one, state)) for one in found],
        "opened_view": next((one for one in found if str(one.id) == state.view), None),
    }


@form("/views/save")
def save(visit: Visit) -> Onward:
    """Save what the table shows under a name, for all."""
    state = _state(visit)
    anywhere = visit.form.get("for") == "any"
    number = run_views.save(
        visit.scope,
        () if anywhere else state.experiments,
        visit.form.get("name", ""),
        run_table_state.kept(state),
    )
    return Onward(state.segments, state.query(view=number), "view-saved")


@form("/views/<view_id>/update")
def update(visit: Visit, view_id: str) -> Onward:
    """Have a view show what the table shows."""
    state = _state(visit)
    run_views.update(visit.scope, view_id, run_table_state.kept(state))
    return Onward(state.segments, state.query(view=view_id), "view-saved")


@form("/views/<view_id>/rename")
def rename(visit: Visit, view_id: str) -> Onward:
    """Give a view another name."""
    state = _state(visit)
    run_views.rename(visit.scope, view_id, visit.form.get("name", ""))
    return Onward(state.segments, state.query(view=view_id), "view-renamed")


@form("/views/<view_id>/delete")
def delete(visit: Visit, view_id: str) -> Onward:
    """Remove a view; what it showed is still shown."""
    state = _state(visit)
    run_views.delete(visit.scope, view_id)
    return Onward(state.segments, state.query(view=""), "view-deleted")


def _state(visit: Visit) -> TableState:
    return run_table_state.unpacked(visit.query.get("back", ""))


def _opening(view: SavedView, state: TableState) -> dict[str, object]:
    """The view's state, of the experiments that are shown."""
    experiment = state.experiments[0] if state.alone else None
    kept = run_table_state.of_text(view.query, experiment)
    experiments = [] if state.alone else list(state.experiments)
    return kept.query(experiment=experiments, view=view.id)
