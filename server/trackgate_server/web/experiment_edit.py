"""One experiment's name, note and tags; how it is deleted and brought back."""

from __future__ import annotations

from trackgate_wire import limits
from trackgate_wire.endpoint import Access
from trackgate_wire.errors import TrackgateError
from trackgate_wire.experiments import (
    DeleteExperimentTag,
    Experiment,
    ExperimentRef,
    SetExperimentTag,
    UpdateExperiment,
)
from trackgate_wire.scalars import LifecycleStage

from trackgate_server.operations import experiments
from trackgate_server.operations.experiment_lists import activity_of
from trackgate_server.operations.tags import NOTE_TAG
from trackgate_server.store.experiment_activity import COUNTED_AT_MOST
from trackgate_server.web.notes import note_of
from trackgate_server.web.page import Onward, View, Visit, form, page


@page("/experiments/<experiment_id>/edit")
def edit(visit: Visit, experiment_id: str) -> View:
    return _view(visit, experiment_id)


@form("/experiments/<experiment_id>/rename")
def rename(visit: Visit, experiment_id: str) -> Onward | View:
    name = visit.form.get("name", "").strip()
    try:
        experiments.update(visit.scope, UpdateExperiment(experiment_id, name))
    except TrackgateError as error:
        return _view(visit, experiment_id).refusing(error, new_name=name)
    return _back(experiment_id, "experiment-renamed")


@form("/experiments/<experiment_id>/note")
def save_note(visit: Visit, experiment_id: str) -> Onward | View:
    note = note_of(visit)
    if "preview" in visit.form:
        return _view(visit, experiment_id, preview=note)
    if note:
        _set_tag(visit, experiment_id, NOTE_TAG, note)
    elif NOTE_TAG in _tags(_get(visit, experiment_id)):
        _delete_tag(visit, experiment_id, NOTE_TAG)
    return _back(experiment_id, "note-saved")


@form("/experiments/<experiment_id>/tags")
def set_tag(visit: Visit, experiment_id: str) -> Onward:
    key = visit.form.get("key", "").strip()
    _set_tag(visit, experiment_id, key, visit.form.get("value", ""))
    return _back(experiment_id, "tag-saved")


@form("/experiments/<experiment_id>/tags/remove")
def remove_tag(visit: Visit, experiment_id: str) -> Onward:
    _delete_tag(visit, experiment_id, visit.form.get("key", ""))
    return _back(experiment_id, "tag-removed")


@form("/experiments/<experiment_id>/delete")
def delete(visit: Visit, experiment_id: str) -> Onward:
    experiments.delete(visit.scope, ExperimentRef(experiment_id))
    return _back(experiment_id, "experiment-deleted")


@form("/experiments/<experiment_id>/restore")
def restore(visit: Visit, experiment_id: str) -> Onward:
    experiments.restore(visit.scope, ExperimentRef(experiment_id))
    return _back(experiment_id, "experiment-restored")


def _view(visit: Visit, experiment_id: str, preview: str | None = None) -> View:
    """The page; `preview` is a note that is not kept yet."""
    experiment = _get(visit, experiment_id)
    tags = _tags(experiment)
    note = tags.pop(NOTE_TAG, "")
    is_active = experiment.lifecycle_stage is LifecycleStage.ACTIVE
    return View(
        "experiment_edit.html",
        {
            "experiment": experiment,
            "activity": activity_of(visit.scope, experiment),
            "counted_at_most": COUNTED_AT_MOST,
            "is_active": is_active,
            "may_write": visit.scope.caller.access >= Access.WRITE,
            "new_name": experiment.name,
            "problem": "",
            "note": note,
            "preview": preview,
            "tags": tags,
            "name_length": limits.EXPERIMENT_NAME_LENGTH,
            "key_length": limits.KEY_LENGTH,
            "value_length": limits.EXPERIMENT_TAG_VALUE_LENGTH,
        },
    )


def _get(visit: Visit, experiment_id: str) -> Experiment:
    return experiments.get(visit.scope, ExperimentRef(experiment_id)).experiment


def _tags(experiment: Experiment) -> dict[str, str]:
    return {tag.key: tag.value for tag in experiment.tags}


def _set_tag(visit: Visit, experiment_id: str, key: str, value: str) -> None:
    experiments.set_tag(visit.scope, SetExperimentTag(experiment_id, key, value))


def _delete_tag(visit: Visit, experiment_id: str, key: str) -> None:
    experiments.delete_tag(visit.scope, DeleteExperimentTag(experiment_id, key))


def _back(experiment_id: str, notice: str) -> Onward:
    return Onward(("experiments", experiment_id, "edit"), notice=notice)
