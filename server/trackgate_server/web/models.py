"""Registered models: the list, its search, and new ones."""

from __future__ import annotations

from typing import NamedTuple

from trackgate_wire import limits
from trackgate_wire.errors import TrackgateError
from trackgate_wire.model_versions import ModelStage, ModelVersion
from trackgate_wire.registered_models import (
    CreateRegisteredModel,
    RegisteredModel,
    RegisteredModelsPage,
    SearchRegisteredModels,
)

from trackgate_server.filters import FilterError
from trackgate_server.operations import registered_models, registry_search
from trackgate_server.operations.served_models import served_names
from trackgate_server.web.filter_problem import FilterProblem
from trackgate_server.web.list_query import ListQuery
from trackgate_server.web.notes import note_of
from trackgate_server.web.page import Onward, View, Visit, form, page

_SHOWN = 50
_ORDERS = {
    "name": "name ASC",
    "-name": "name DESC",
    "changed": "last_updated_timestamp ASC",
    "-changed": "last_updated_timestamp DESC",
}
_FIRST_ORDER = "name"
_LOADED_FROM = (ModelStage.STAGING, ModelStage.PRODUCTION)


class ModelLine(NamedTuple):
    """One model in the list.

    stages  its newest version in each of the two stages that people load from
    """

    model: RegisteredModel
    latest: ModelVersion | None
    stages: list[ModelVersion | None]
    served: bool


@page("/models")
def models(visit: Visit) -> View:
    return _view(visit)


@form("/models")
def create(visit: Visit) -> Onward | View:
    name, note = visit.form.get("name", ""), note_of(visit)
    asked = CreateRegisteredModel(name=name, description=note)
    try:
        registered_models.create(visit.scope, asked)
    except TrackgateError as error:
        return _view(visit).refusing(error, new_name=name, new_note=note)
    return Onward(("models", name), notice="model-created")


def _view(visit: Visit) -> View:
    asked = ListQuery.of(visit.query, _ORDERS, _FIRST_ORDER)
    refused, found = None, RegisteredModelsPage()
    try:
        found = _found(visit, asked)
    except FilterError as error:
        refused = FilterProblem.of(asked.filter, error)
    served = served_names(visit.scope.services.settings)
    return View(
        "models.html",
        {
            "asked": asked,
            "refused": refused,
            "lines": [_line(one, served) for one in found.registered_models],
            "next_token": found.next_page_token,
            "stages": [stage.value for stage in _LOADED_FROM],
            "new_name": "",
            "new_note": "",
            "problem": "",
            "name_length": limits.MODEL_NAME_LENGTH,
            "note_length": limits.MODEL_DESCRIPTION_LENGTH,
        },
    )


def _found(visit: Visit, asked: ListQuery) -> RegisteredModelsPage:
    request = SearchRegisteredModels(
        filter=asked.filter or None,
        max_results=_SHOWN,
        order_by=[_ORDERS[asked.order]],
        page_token=asked.after or None,
    )
    return registry_search.models_called(asked.name, visit.scope, request)


def _line(model: RegisteredModel, served: frozenset[str]) -> ModelLine:
    by_stage = {one.current_stage: one for one in model.latest_versions}
    return ModelLine(
        model,
        max(model.latest_versions, key=lambda one: int(one.version), default=None),
        [by_stage.get(stage.value) for stage in _LOADED_FROM],
        model.name in served,
    )
