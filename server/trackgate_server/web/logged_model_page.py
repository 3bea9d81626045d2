"""The page of one logged model, and the forms on it."""

from __future__ import annotations

from dataclasses import replace

from trackgate_wire.endpoint import Access, Empty
from trackgate_wire.logged_models import LoggedModelTag, SetLoggedModelTags

from trackgate_server.operations import (
    artifact_holders,
    logged_model_overview,
    logged_models,
)
from trackgate_server.operations.artifact_registering import can_register
from trackgate_server.operations.logged_model_overview import LoggedModelOverview
from trackgate_server.operations.scope import Scope
from trackgate_server.web.artifact_viewers import Shown, model_in
from trackgate_server.web.page import Onward, View, Visit, form, page


@page("/logged-models/<model_id>", wants="none")
def logged_model(visit: Visit, model_id: str) -> View:
    """A model with what its files say of it, which are read outside a transaction."""
    scope = visit.scope
    found = scope.services.database.read(
        lambda db: logged_model_overview.describe(
            replace(scope, transaction=db), model_id
        )
    )
    file, registrable = _file(scope, found)
    return View(
        "logged_model.html",
        {
            "logged": found.head,
            "tab": "Overview",
            "overview": found,
            "shown": file,
            "registrable": registrable,
        },
    )


@form("/logged-models/<model_id>/tags")
def set_tag(visit: Visit, model_id: str) -> Onward:
    given = visit.form
    tag = LoggedModelTag(given.get("key", "").strip(), given.get("value", ""))
    logged_models.set_tags(visit.scope, SetLoggedModelTags(tags=[tag]), model_id)
    return Onward(("logged-models", model_id), notice="tag-saved")


@form("/logged-models/<model_id>/tags/remove")
def remove_tag(visit: Visit, model_id: str) -> Onward:
    logged_models.delete_tag(visit.scope, Empty(), model_id, visit.form.get("key", ""))
    return Onward(("logged-models", model_id), notice="tag-removed")


@page("/logged-models/<model_id>/delete")
def ask_before_deletion(visit: Visit, model_id: str) -> View:
    found = logged_model_overview.describe(visit.scope, model_id)
    given = {"logged": found.head, "tab": "Delete", "overview": found}
    return View("logged_model_delete.html", given)


@form("/logged-models/<model_id>/delete")
def delete(visit: Visit, model_id: str) -> Onward:
    experiment = logged_model_overview.head(visit.scope, model_id).experiment
    logged_models.delete(visit.scope, Empty(), model_id)
    place = ("experiments", str(experiment.id), "models")
    return Onward(place, notice="logged-model-deleted")


def _file(scope: Scope, found: LoggedModelOverview) -> tuple[Shown | None, bool]:
    """What its MLmodel file says, and whether the caller may register it."""
    if found.head.deleted:
        return None, False
    holder = artifact_holders.of_logged_model(scope, found.head.model.uuid)
    if holder.root is None:
        return None, False
    file = model_in(scope, holder, "")
    may_write = scope.caller.access >= Access.WRITE
    return file, file is not None and may_write and can_register(holder, "")
