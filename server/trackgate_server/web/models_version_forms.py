"""Forms that change a version of a registered model."""

from __future__ import annotations

from dataclasses import replace

from trackgate_wire.model_versions import (
    DeleteModelVersionTag,
    ModelVersionRef,
    SetModelVersionTag,
    TransitionModelVersionStage,
    UpdateModelVersion,
)
from trackgate_wire.registered_models import (
    DeleteRegisteredModelAlias,
    SetRegisteredModelAlias,
)

from trackgate_server.operations import model_aliases, model_versions
from trackgate_server.web.models_version import version_view
from trackgate_server.web.notes import note_of
from trackgate_server.web.page import Onward, View, Visit, form

_VERSION = "/models/<name>/versions/<number>"


@form(f"{_VERSION}/stage")
def move(visit: Visit, name: str, number: str) -> Onward:
    asked = TransitionModelVersionStage(
        name=name,
        version=number,
        stage=visit.form.get("stage", ""),
        archive_existing_versions=bool(visit.form.get("archive")),
        comment=_comment(visit),
    )
    model_versions.transition(visit.scope, asked)
    return _onward(name, number, "version-moved")


@form(f"{_VERSION}/aliases")
def set_alias(visit: Visit, name: str, number: str) -> Onward:
    asked = SetRegisteredModelAlias(
        name=name,
        alias=_alias(visit),
        version=number,
        comment=_comment(visit),
    )
    model_aliases.set_alias(visit.scope, asked)
    return _onward(name, number, "alias-set")


@form(f"{_VERSION}/aliases/remove")
def remove_alias(visit: Visit, name: str, number: str) -> Onward:
    asked = DeleteRegisteredModelAlias(
        name=name, alias=_alias(visit), comment=_comment(visit)
    )
    model_aliases.delete_alias(visit.scope, asked)
    return _onward(name, number, "alias-removed")


@form(f"{_VERSION}/description", wants="none")
def describe_version(visit: Visit, name: str, number: str) -> Onward | View:
    note, scope = note_of(visit), visit.scope
    if "preview" in visit.form:
        return version_view(visit, name, number, note)
    asked = UpdateModelVersion(name=name, version=number, description=note)
    scope.services.database.write(
        lambda db: model_versions.update(replace(scope, transaction=db), asked)
    )
    return _onward(name, number, "description-saved")


@form(f"{_VERSION}/tags")
def set_version_tag(visit: Visit, name: str, number: str) -> Onward:
    key, value = visit.form.get("key", ""), visit.form.get("value", "")
    asked = SetModelVersionTag(name, number, key, value)
    model_versions.set_tag(visit.scope, asked)
    return _onward(name, number, "tag-saved")


@form(f"{_VERSION}/tags/remove")
def remove_version_tag(visit: Visit, name: str, number: str) -> Onward:
    asked = DeleteModelVersionTag(name, number, visit.form.get("key", ""))
    model_versions.delete_tag(visit.scope, asked)
    return _onward(name, number, "tag-removed")


@form(f"{_VERSION}/delete")
def delete_version(visit: Visit, name: str, number: str) -> Onward:
    model_versions.delete(visit.scope, ModelVersionRef(name, number))
    return Onward(("models", name), notice="version-deleted")


def _alias(visit: Visit) -> str:
    # Pages show aliases as they stand in URIs.
    return visit.form.get("alias", "").strip().removeprefix("@")


def _comment(visit: Visit) -> str:
    return visit.form.get("comment", "").strip()


def _onward(name: str, number: str, notice: str) -> Onward:
    return Onward(("models", name, "versions", number), notice=notice)
