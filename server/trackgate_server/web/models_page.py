"""One registered model: what it is, its versions, who moved what."""

from __future__ import annotations

from trackgate_wire import limits
from trackgate_wire.registered_models import (
    GetModelHistory,
    RegisteredModel,
    RegisteredModelRef,
)

from trackgate_server.operations import model_moves, registered_models, registry_pages
from trackgate_server.operations.served_models import served_as
from trackgate_server.web.page import View, Visit, page

_NEWEST_MOVES, _MOVES_SHOWN = 8, 100


@page("/models/<name>")
def model(visit: Visit, name: str) -> View:
    return model_view(visit, name)


def model_view(visit: Visit, name: str, preview: str | None = None) -> View:
    """The page; `preview` is a description that is not kept yet."""
    scope = visit.scope
    after = visit.query.get("after")
    listed = registry_pages.versions_of(scope, name, after)
    newest = GetModelHistory(name=name, max_results=_NEWEST_MOVES)
    history = model_moves.get_history(scope, newest)
    return View(
        "model.html",
        {
            "model": described(visit, name),
            "listed": listed,
            "continued": bool(after),
            "moves": history.moves,
            "more_moves": history.next_page_token is not None,
            "served": served_as(scope.services.settings, name),
            "preview": preview,
            "name_length": limits.MODEL_NAME_LENGTH,
            "note_length": limits.MODEL_DESCRIPTION_LENGTH,
        },
    )


@page("/models/<name>/history")
def history(visit: Visit, name: str) -> View:
    """Also of a name that a deleted model had."""
    asked = GetModelHistory(
        name=name,
        max_results=_MOVES_SHOWN,
        page_token=visit.query.get("after"),
    )
    found = model_moves.get_history(visit.scope, asked)
    given = {"name": name, "moves": found.moves, "next_token": found.next_page_token}
    return View("model_history.html", given)


@page("/models/<name>/delete")
def ask_to_delete(visit: Visit, name: str) -> View:
    counted = registry_pages.count_versions(visit.scope, name)
    given = {"model": described(visit, name), "version_count": counted}
    return View("model_delete.html", given)


def described(visit: Visit, name: str) -> RegisteredModel:
    """The model; raises NotFound."""
    asked = RegisteredModelRef(name)
    return registered_models.get(visit.scope, asked).registered_model
