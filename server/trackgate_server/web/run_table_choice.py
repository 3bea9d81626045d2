"""Forms below the table of runs: what is done to the runs chosen there."""

from __future__ import annotations

from trackgate_server.operations import run_choice
from trackgate_server.web import run_table_state
from trackgate_server.web.page import Onward, Visit, form


@form("/runs/delete")
def delete(visit: Visit) -> Onward:
    """Delete the chosen runs; they can be restored."""
    return _back(visit, "runs-deleted", run_choice.delete(visit.scope, _chosen(visit)))


@form("/runs/restore")
def restore(visit: Visit) -> Onward:
    """Bring the chosen runs back."""
    count = run_choice.restore(visit.scope, _chosen(visit))
    return _back(visit, "runs-restored", count)


@form("/runs/tag")
def tag(visit: Visit) -> Onward:
    """Give the chosen runs a tag."""
    key = visit.form.get("tag_key", "").strip()
    value = visit.form.get("tag_value", "")
    count = run_choice.tag(visit.scope, _chosen(visit), key, value)
    return _back(visit, "runs-tagged", count)


def _chosen(visit: Visit) -> list[str]:
    return visit.form.getlist("run")


def _back(visit: Visit, notice: str, count: int) -> Onward:
    """To the table as it was."""
    state = run_table_state.unpacked(visit.query.get("back", ""))
    said = notice if _chosen(visit) else "runs-none"
    return Onward(state.segments, state.query(count=count), said)
