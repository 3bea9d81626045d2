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
from werkzeug.datastructures import MultiDict

from trackgate_server.filters import FilterError
from trackgate_server.operations import registered_models, registry_search
from trackgate_server.operations.served_models import served_names
from trackgate_server.web.filter_problem import FilterProblem
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


class Asked(NamedTuple):
    """What the address asks for.

    name    a part of the model's name
    filter  in the grammar of docs/search.md
    order   a key of `_ORDERS`
    after   the token of a page
    """

    name: str
    filter: str
    order: str
    after: str

    @classmethod
    def of(cls, query: MultiDict[str, str]) -> Asked:
        """What a query says; an order that there is not is left out."""
        order = query.get("order", "")
        return cls(
            query.get("name", "").strip(),
            query.get("filter", "").strip(),
            order if order in _ORDERS else _FIRST_ORDER,
            query.get("after", ""),
        )

    def query(self, **other: str | None) -> dict[str, str | None]:
        """The query of the same list, with what is to be different."""
        order = None if self.order == _FIRST_ORDER else self.order
        return {"name": self.name, "filter": self.filter, "order": order, **other}

    def turned(self, column: str) -> dict[str, str | None]:
        """The query by which a column's heading sorts: one way, then the other."""
        order = f"-{column}" if self.order == column else column
        return self.query(order=order)


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
        view = _view(visit, name, note, error.message)
        return View(view.template, view.given, error.status)
    return Onward(("models", name), notice="model-created")


def note_of(visit: Visit) -> str:
    """The note that a form brought."""
    # Browsers send lines that end with CR and LF (HTML, "form submission").
    return visit.form.get("note", "").replace("\r\n", "\n")


def _view(visit: Visit, name: str = "", note: str = "", problem: str = "") -> View:
    """The list; what is given stands in the form for a new model."""
    asked = Asked.of(visit.query)
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
            "new_name": name,
            "new_note": note,
            "problem": problem,
            "name_length": limits.MODEL_NAME_LENGTH,
            "note_length": limits.MODEL_DESCRIPTION_LENGTH,
        },
    )


def _found(visit: Visit, asked: Asked) -> RegisteredModelsPage:
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
