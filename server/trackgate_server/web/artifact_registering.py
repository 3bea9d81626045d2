"""The form that makes a folder of files a version of a registered model."""

from __future__ import annotations

from dataclasses import replace

from trackgate_wire import limits
from trackgate_wire.endpoint import Access
from trackgate_wire.errors import InvalidParameterValue
from trackgate_wire.registered_models import SearchRegisteredModels

from trackgate_server.operations import artifact_registering, registry_search
from trackgate_server.operations.scope import Scope
from trackgate_server.store.transaction import Transaction
from trackgate_server.web.artifact_addresses import (
    addresses_of,
    artifact_form,
    artifact_page,
    holder_of,
    path_in,
)
from trackgate_server.web.page import Onward, View, Visit

_OFFERED = 200


@artifact_page("/register", Access.WRITE)
def ask(visit: Visit, **parts: str) -> View:
    """What is it to be a version of?"""
    holder = holder_of(visit.scope, parts)
    path = path_in(visit.query)
    holder.below(path)
    if not artifact_registering.can_register(holder, path):
        raise InvalidParameterValue("Nothing can be registered from here.")
    return View(
        "artifact_register.html",
        {
            "holder": holder,
            "files": addresses_of(visit.scope, parts),
            "path": path,
            "names": _known_names(visit.scope),
            "name_length": limits.MODEL_NAME_LENGTH,
            "about_length": limits.MODEL_DESCRIPTION_LENGTH,
        },
    )


@artifact_form("/register")
def register(visit: Visit, **parts: str) -> Onward:
    holder = holder_of(visit.scope, parts)
    given = visit.form
    name = given.get("name", "").strip()
    about = given.get("description", "")
    version = artifact_registering.register(
        visit.scope, holder, path_in(given), name, about
    )
    place = ("models", name, "versions", version)
    return Onward(place, {"count": version}, "version-registered")


def _known_names(scope: Scope) -> list[str]:
    """The models changed last, to choose from."""
    asked = SearchRegisteredModels(
        max_results=_OFFERED, order_by=["last_updated_timestamp DESC"]
    )

    def search(db: Transaction) -> list[str]:
        within = replace(scope, transaction=db)
        found = registry_search.search_models(within, asked).registered_models
        return [model.name for model in found]

    return scope.services.database.read(search)
