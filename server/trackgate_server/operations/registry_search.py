"""Searches of registered models and of versions: the rules."""

from __future__ import annotations

from trackgate_wire import limits, rules
from trackgate_wire.model_versions import (
    SEARCH_MODEL_VERSIONS,
    ModelVersionsPage,
    SearchModelVersions,
)
from trackgate_wire.registered_models import (
    SEARCH_REGISTERED_MODELS,
    RegisteredModelsPage,
    SearchRegisteredModels,
)

from trackgate_server import filters
from trackgate_server.operations.scope import Scope
from trackgate_server.operations.serving import serves
from trackgate_server.operations.tokens import Bookmarks
from trackgate_server.store import (
    registry_views,
    search_model_versions,
    search_registered_models,
)
from trackgate_server.store.search_registered_models import RegistryQuery


@serves(SEARCH_REGISTERED_MODELS)
def search_models(
    scope: Scope, request: SearchRegisteredModels
) -> RegisteredModelsPage:
    return models_called("", scope, request)


def models_called(
    part: str, scope: Scope, request: SearchRegisteredModels
) -> RegisteredModelsPage:
    """As `search_models`, of those that `filters.also_named` finds by `part`."""
    rules.check_page_size(request.max_results, limits.REGISTERED_MODELS_PER_PAGE)
    what = ["registered models", part, request.filter, request.order_by]
    bookmarks = Bookmarks(scope.services.signing_key, what)
    wanted = filters.parse_registered_models_filter(request.filter)
    query = RegistryQuery(
        filter=filters.also_named(wanted, part),
        order=filters.parse_registered_models_order(request.order_by),
        limit=request.max_results,
        after=bookmarks.read(request.page_token),
    )
    found = search_registered_models.search(scope.db, query)
    return RegisteredModelsPage(
        registry_views.of_models(scope.db, found.rows),
        bookmarks.make(found.next),
    )


@serves(SEARCH_MODEL_VERSIONS)
def search_versions(scope: Scope, request: SearchModelVersions) -> ModelVersionsPage:
    rules.check_page_size(request.max_results, limits.MODEL_VERSIONS_PER_PAGE)
    what = ["model versions", request.filter, request.order_by]
    bookmarks = Bookmarks(scope.services.signing_key, what)
    query = RegistryQuery(
        filter=filters.parse_model_versions_filter(request.filter),
        order=filters.parse_model_versions_order(request.order_by),
        limit=request.max_results,
        after=bookmarks.read(request.page_token),
    )
    found = search_model_versions.search(scope.db, query)
    return ModelVersionsPage(
        registry_views.of_versions(scope.db, found.rows),
        bookmarks.make(found.next),
    )
