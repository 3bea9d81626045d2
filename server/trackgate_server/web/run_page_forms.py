"""What people change about one run: its name, its note, its tags, whether it counts."""

from __future__ import annotations

from trackgate_wire.errors import InvalidParameterValue
from trackgate_wire.run_ref import RunRef
from trackgate_wire.runs import DeleteTag, SetTag, UpdateRun

from trackgate_server.operations import run_overview, runs, tags
from trackgate_server.operations.tags import NOTE_TAG
from trackgate_server.store import run_lists
from trackgate_server.web.notes import note_of
from trackgate_server.web.page import Onward, View, Visit, form
from trackgate_server.web.run_page import view_of


@form("/runs/<run_id>/rename")
def rename(visit: Visit, run_id: str) -> Onward:
    name = visit.form.get("name", "").strip()
    if not name:
        raise InvalidParameterValue("A run must have a name.")
    runs.update(visit.scope, UpdateRun(run_id=run_id, run_name=name))
    return _back(run_id, "run-renamed")


@form("/runs/<run_id>/note")
def note(visit: Visit, run_id: str) -> Onward | View:
    text = note_of(visit)
    if "preview" in visit.form:
        return view_of(visit, run_id, preview=text)
    if text.strip():
        tags.set_tag(visit.scope, SetTag(run_id=run_id, key=NOTE_TAG, value=text))
    else:
        _remove_note(visit, run_id)
    return _back(run_id, "note-saved")


@form("/runs/<run_id>/tags/set")
def set_tag(visit: Visit, run_id: str) -> Onward:
    key, value = visit.form.get("key", "").strip(), visit.form.get("value", "")
    tags.set_tag(visit.scope, SetTag(run_id=run_id, key=key, value=value))
    return _back(run_id, "tag-saved")


@form("/runs/<run_id>/tags/remove")
def remove_tag(visit: Visit, run_id: str) -> Onward:
    key = visit.form.get("key", "")
    tags.delete_tag(visit.scope, DeleteTag(run_id=run_id, key=key))
    return _back(run_id, "tag-removed")


@form("/runs/<run_id>/delete")
def delete(visit: Visit, run_id: str) -> Onward:
    runs.delete(visit.scope, RunRef(run_id=run_id))
    return _back(run_id, "run-deleted")


@form("/runs/<run_id>/restore")
def restore(visit: Visit, run_id: str) -> Onward:
    runs.restore(visit.scope, RunRef(run_id=run_id))
    return _back(run_id, "run-restored")


def _remove_note(visit: Visit, run_id: str) -> None:
    run = run_overview.head(visit.scope, run_id)
    if run_lists.tags_named(visit.scope.db, run.key, [NOTE_TAG]):
        tags.delete_tag(visit.scope, DeleteTag(run_id=run_id, key=NOTE_TAG))


def _back(run_id: str, notice: str) -> Onward:
    return Onward(("runs", run_id), notice=notice)
