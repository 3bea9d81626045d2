"""Versions named by a URI: models:/NAME/VERSION|STAGE|latest and models:/NAME@ALIAS."""

from __future__ import annotations

from typing import NamedTuple
from urllib.parse import unquote

from trackgate_wire import rules
from trackgate_wire.errors import InvalidParameterValue, NotFound
from trackgate_wire.registry_rules import (
    LATEST,
    check_alias,
    check_model_name,
    stage_named,
)

from trackgate_server.operations.model_aliases import newest, version_called
from trackgate_server.store import model_labels, model_versions, registered_models
from trackgate_server.store.model_stages import STAGE_NUMBERS
from trackgate_server.store.model_versions import VersionRow
from trackgate_server.store.registered_models import ModelRow
from trackgate_server.store.registry_filters import PROMPT_TAG
from trackgate_server.store.transaction import Transaction


class Reference(NamedTuple):
    """A registered model's name and which of its versions; one of the two is given."""

    name: str
    suffix: str
    alias: str


def parse(rest: str) -> Reference | None:
    """What stands behind `models:`; None for the id of a logged model.

    Raises InvalidParameterValue for what is neither.
    """
    name, *suffixes = rest.removeprefix("/").split("/")
    blank = any(not part.strip() for part in (name, *suffixes))
    if not rest.startswith("/") or blank or len(suffixes) > 1:
        raise InvalidParameterValue(
            f"Not a model URI: {rules.shown('models:' + rest)}. Write models:/NAME/3,"
            " models:/NAME/STAGE, models:/NAME@ALIAS or models:/MODEL_ID."
        )
    if suffixes:
        return Reference(name, suffixes[0], "")
    name, _, alias = name.rpartition("@")
    return Reference(name, "", alias) if name else None


def resolve(db: Transaction, reference: Reference) -> VersionRow:
    """The version that is meant.

    Raises NotFound where there is none, InvalidParameterValue for an unknown alias or
    stage, and for prompts, which have no files.
    """
    model = _model(db, reference.name)
    tags = model_labels.of_models(db, [model.id])[model.id]
    if any(tag.key == PROMPT_TAG and tag.value.lower() == "true" for tag in tags):
        raise InvalidParameterValue(
            f"{rules.shown(model.name)} is a prompt; no version is made from it."
        )
    if reference.alias:
        check_alias(reference.alias)
        return version_called(db, model.name, reference.alias)
    if reference.suffix.isdecimal():
        return model_versions.get(db, model.name, reference.suffix)
    if reference.suffix.lower() == LATEST:
        return newest(db, model)
    return _newest_in(db, model, reference.suffix)


def _model(db: Transaction, name: str) -> ModelRow:
    """The model whose name stands in the URI, as it is or percent-encoded."""
    found = registered_models.find(db, name)
    if found is not None:
        return found
    decoded = unquote(name)
    check_model_name(decoded)
    return registered_models.get(db, decoded)


def _newest_in(db: Transaction, model: ModelRow, stage: str) -> VersionRow:
    number = STAGE_NUMBERS[stage_named(stage)]
    found = model_versions.latest(db, [model.id], [number])
    if not found:
        raise NotFound(f"Model {model.name} has no version in the stage {stage}.")
    return found[0]
