"""Forms that change a registered model."""

from __future__ import annotations

from trackgate_wire.registered_models import (
    DeleteRegisteredModelTag,
    RegisteredModelRef,
    RenameRegisteredModel,
    SetRegisteredModelTag,
    UpdateRegisteredModel,
)

from trackgate_server.operations import registered_models
from trackgate_server.web.models_page import model_view
from trackgate_server.web.notes import note_of
from trackgate_server.web.page import Onward, View, Visit, form


@form("/models/<name>/description")
def describe(visit: Visit, name: str) -> Onward | View:
    note = note_of(visit)
    if "preview" in visit.form:
        return model_view(visit, name, note)
    asked = UpdateRegisteredModel(name=name, description=note)
    registered_models.update(visit.scope, asked)
    return Onward(("models", name), notice="description-saved")


@form("/models/<name>/tags")
def set_tag(visit: Visit, name: str) -> Onward:
    key, value = visit.form.get("key", ""), visit.form.get("value", "")
    registered_models.set_tag(visit.scope, SetRegisteredModelTag(name, key, value))
    return Onward(("models", name), notice="tag-saved")


@form("/models/<name>/tags/remove")
def remove_tag(visit: Visit, name: str) -> Onward:
    asked = DeleteRegisteredModelTag(name, visit.form.get("key", ""))
    registered_models.delete_tag(visit.scope, asked)
    return Onward(("models", name), notice="tag-removed")


@form("/models/<name>/rename")
def rename(visit: Visit, name: str) -> Onward:
    asked = RenameRegisteredModel(name=name, new_name=visit.form.get("new_name", ""))
    model = registered_models.rename(visit.scope, asked).registered_model
    return Onward(("models", model.name), notice="model-renamed")


@form("/models/<name>/delete")
def delete(visit: Visit, name: str) -> Onward:
    registered_models.delete(visit.scope, RegisteredModelRef(name))
    return Onward(("models",), notice="model-deleted")
